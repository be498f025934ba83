import type { CompiledWorkflow, Diagnostic, FailedWorkflow } from "@deed/protocol/intent";

/** What a template's reader would fill in. */
export interface FilledIn {
  readonly yaml: string;
  /** The words that were replaced. */
  readonly words: readonly string[];
}

export interface FillInTerms {
  readonly file: string;
  readonly expiresSec: number;
}

const FILLED = new Set(["DEED_KWALA_PLACEHOLDER", "DEED_TOKEN_LITERAL"]);
/** Of addresses of pages that show what a server got. */
const FRAGMENT = /#\S*/;
const ROUNDS = 40;

/**
 * Replaces what a template leaves to be filled in, and tokens, which belong in no public file, by something harmless. What browsers keep of
 * a page's address is left out.
 * @returns null when anything else is wrong with it.
 */
export function fillIn(
  yaml: string,
  terms: FillInTerms,
  compile: (yaml: string) => CompiledWorkflow | FailedWorkflow,
): FilledIn | null {
  const words: string[] = [];
  let text = yaml;
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = compile(text);
    if (outcome.ok) return words.length === 0 ? null : { yaml: text, words };
    const errors = outcome.diagnostics.filter(({ severity }) => severity === "error");
    const next = errors.find((one) => FILLED.has(one.code) || isFragment(text, one));
    if (next === undefined) return null;
    const word = wordAt(text, next);
    const replacement = valueFor(word, next, terms);
    if (word === "" || word === replacement) return null;
    text = replaceAt(text, next, replacement);
    words.push(word);
  }
  return null;
}

function isFragment(text: string, diagnostic: Diagnostic): boolean {
  return diagnostic.code === "DEED_URL" && FRAGMENT.test(wordAt(text, diagnostic));
}

function valueFor(word: string, { code }: Diagnostic, { file, expiresSec }: FillInTerms): string {
  if (code === "DEED_URL") return word.replace(FRAGMENT, "");
  if (code === "DEED_TOKEN_LITERAL") return "filled-in";
  if (/TIMESTAMP|EXPIR/i.test(word)) return String(expiresSec);
  if (/CONTRACT|WALLET|ADDRESS|^0x/i.test(word)) return ADDRESS;
  if (/NAME/i.test(word)) return `filled_in_${file.replace(/\W/g, "_")}`;
  if (/URL/i.test(word)) return "filled-in.example.com";
  return "filled-in";
}

const ADDRESS = "0x00000000000000000000000000000000000f111d";

function wordAt(text: string, { line, column, endColumn }: Diagnostic): string {
  const characters = [...(text.split("\n")[line - 1] ?? "")];
  return characters.slice(column - 1, endColumn - 1).join("");
}

function replaceAt(text: string, place: Diagnostic, replacement: string): string {
  const lines = text.split("\n");
  const characters = [...(lines[place.line - 1] ?? "")];
  characters.splice(place.column - 1, place.endColumn - place.column, replacement);
  lines[place.line - 1] = characters.join("");
  return lines.join("\n");
}
