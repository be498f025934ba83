import type { Diagnostic } from "./diagnostic.ts";
import { maskTokens } from "./token-literal.ts";

const MAX_LINE = 160;

/**
 * A diagnostic for people: its place, code and message, the line of the source with a caret under the
 * place, the word that was probably meant, a hint.
 */
export function renderDiagnostic(source: string, diagnostic: Diagnostic): string {
  const { fileName, line, column, severity, code, message, hint, suggestion } = diagnostic;
  const rendered = [`${fileName}:${line}:${column}: ${severity} ${code}: ${message}`];
  const text = source.split(/\r\n|\r|\n/)[line - 1];
  if (text !== undefined) rendered.push(...excerpt(text, diagnostic));
  if (suggestion !== undefined) rendered.push(`  did you mean '${suggestion}'?`);
  if (hint !== null) rendered.push(`  ${hint}`);
  return rendered.join("\n");
}

function excerpt(text: string, { line, column, endColumn }: Diagnostic): string[] {
  // Whoever reads a terminal's output later must not find a credential in it.
  const characters = [...maskTokens(text).replaceAll("\t", " ")].map(visible);
  const start = Math.max(0, Math.min(column - 1 - MAX_LINE / 2, characters.length - MAX_LINE));
  const shown = characters.slice(start, start + MAX_LINE);
  const at = column - 1 - start;
  const width = Math.max(1, Math.min(endColumn - column, shown.length - at));
  const margin = `${line}`.padStart(5);
  return [
    `${margin} | ${shown.join("")}`.trimEnd(),
    `${" ".repeat(margin.length)} | ${" ".repeat(at)}${"^".repeat(width)}`,
  ];
}

// What would move the cursor or hide text in a terminal becomes one visible character.
function visible(character: string): string {
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character) ? "�" : character;
}
