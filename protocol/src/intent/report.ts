import { byPlace, DIAGNOSTIC_CODES, type Diagnostic, type DiagnosticCode } from "./diagnostic.ts";
import type { Span } from "./tree.ts";

interface Advice {
  readonly hint?: string | undefined;
  readonly suggestion?: string | undefined;
}

/** Collects diagnostics and turns offsets into lines and columns. */
export class Report {
  readonly #source: string;
  readonly #fileName: string;
  readonly #lineStarts: readonly number[];
  readonly #diagnostics: Diagnostic[] = [];

  constructor(source: string, fileName: string) {
    this.#source = source;
    this.#fileName = fileName;
    this.#lineStarts = lineStarts(source);
  }

  add(code: DiagnosticCode, span: Span, message: string, advice: Advice = {}): void {
    this.#diagnostics.push({
      severity: DIAGNOSTIC_CODES[code],
      code,
      message,
      fileName: this.#fileName,
      ...this.placeOf(span),
      hint: advice.hint ?? null,
      ...(advice.suggestion === undefined ? {} : { suggestion: advice.suggestion }),
    });
  }

  /** Line and columns of a span; one that goes on over the line's end stops there. */
  placeOf({ start, end }: Span): { line: number; column: number; endColumn: number } {
    const index = this.#lineStarts.findLastIndex((lineStart) => lineStart <= start);
    const lineStart = this.#lineStarts[index] ?? 0;
    const next = this.#lineStarts[index + 1] ?? this.#source.length + 1;
    const column = countCharacters(this.#source.slice(lineStart, start)) + 1;
    const width = countCharacters(this.#source.slice(start, Math.min(end, next - 1)));
    return { line: index + 1, column, endColumn: column + Math.max(1, width) };
  }

  get hasErrors(): boolean {
    return this.#diagnostics.some(({ severity }) => severity === "error");
  }

  /** In the order of the file, each once. */
  get diagnostics(): readonly Diagnostic[] {
    const seen = new Set<string>();
    return this.#diagnostics.toSorted(byPlace).filter(({ line, column, code, message }) => {
      const key = `${line}:${column}:${code}:${message}`;
      return !seen.has(key) && seen.add(key);
    });
  }
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = 0; at < source.length; at += 1) {
    const unit = source[at];
    if (unit === "\n" || (unit === "\r" && source[at + 1] !== "\n")) starts.push(at + 1);
  }
  return starts;
}

function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
