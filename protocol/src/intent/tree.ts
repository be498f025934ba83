/** Offsets into the source, in UTF-16 units; `end` is behind the last. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A YAML document without anything that could make it mean two things. */
export type Tree = ScalarTree | MapTree | ListTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly span: Span;
  readonly value: string | boolean | null | bigint | number;
  /** As it stands in the source, quotes included; of text that stands for other text, that text. */
  readonly raw: string;
}

export interface MapTree {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: readonly Entry[];
}

export interface Entry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Tree;
}

export interface ListTree {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Tree[];
}

/** What a tree is, for messages. */
export function nameOf(tree: Tree): string {
  if (tree.kind === "map") return "a mapping";
  if (tree.kind === "list") return "a list";
  if (tree.value === null) return "nothing";
  switch (typeof tree.value) {
    case "boolean":
      return "a boolean";
    case "string":
      return "text";
    default:
      return "a number";
  }
}

/** The place of a part of a scalar's value; of all of it where the two cannot be lined up. */
export function spanInside({ span, value, raw }: ScalarTree, start: number, end: number): Span {
  const isFromSource = span.end - span.start === raw.length;
  const offsets = typeof value === "string" && isFromSource ? offsetsOf(raw, value) : null;
  if (offsets === null) return span;
  const from = offsets[Math.min(start, offsets.length - 1)] as number;
  const to = offsets[Math.min(Math.max(end, start + 1), offsets.length - 1)] as number;
  return { start: span.start + from, end: span.start + Math.max(to, from + 1) };
}

/** Where in `raw` each unit of `value` begins, and the end; null for scalars over several lines. */
function offsetsOf(raw: string, value: string): readonly number[] | null {
  const quote = raw[0] === '"' || raw[0] === "'" ? raw[0] : "";
  if (raw.includes("\n")) return null;
  const offsets: number[] = [];
  let at = quote.length;
  let read = "";
  while (at < raw.length - quote.length) {
    const unit = escapeAt(raw, at, quote);
    for (const _ of Array(unit.text.length).keys()) offsets.push(at);
    read += unit.text;
    at += unit.length;
  }
  offsets.push(at);
  return read === value ? offsets : null;
}

const SHORT_ESCAPES: { readonly [unit: string]: string } = {
  n: "\n",
  t: "\t",
  r: "\r",
  "0": "\0",
};
const LONG_ESCAPES: { readonly [unit: string]: number } = { x: 2, u: 4, U: 8 };

function escapeAt(raw: string, at: number, quote: string): { text: string; length: number } {
  const unit = raw[at] as string;
  if (quote === "'" && unit === "'") return { text: "'", length: 2 };
  if (quote !== '"' || unit !== "\\") return { text: unit, length: 1 };
  const next = raw[at + 1] ?? "";
  const digits = LONG_ESCAPES[next];
  if (digits === undefined) return { text: SHORT_ESCAPES[next] ?? next, length: 2 };
  const code = Number.parseInt(raw.slice(at + 2, at + 2 + digits), 16);
  const isCharacter = code >= 0 && code <= 0x10ffff;
  return { text: isCharacter ? String.fromCodePoint(code) : "", length: 2 + digits };
}
