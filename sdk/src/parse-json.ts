/** A text is no JSON. Says where, and nothing of what stands there: it may be a secret in the wrong place. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

const POSITION = / at position (\d+)/;
/** How V8 shows what surrounds a mistake. */
const QUOTED = /, (?:\.\.\.)?"([\s\S]*)"(?:\.\.\.)? is not valid JSON$/;

/** `JSON.parse` for files that a person named: its own error quotes them. Errors: JsonError. */
export function parseJson(text: string): unknown {
  let problem: string;
  try {
    return JSON.parse(text);
  } catch (error) {
    problem = problemOf(text, error instanceof Error ? error.message : "");
  }
  // Without a cause: that is what quotes.
  throw new JsonError(problem);
}

function problemOf(text: string, message: string): string {
  const [, position] = POSITION.exec(message) ?? [];
  const [, quoted] = QUOTED.exec(message) ?? [];
  if (position !== undefined) return `not JSON in line ${lineAt(text, Number(position))}`;
  if (quoted === undefined) return "not JSON: it ends too early, or is empty";
  return `not JSON near line ${lineAt(text, text.indexOf(quoted))}`;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, Math.max(0, offset)).split("\n").length;
}
