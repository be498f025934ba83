import type { Report } from "../report.ts";
import type { ScalarTree, Tree } from "../tree.ts";

/** Not used: `NA`, empty text, nothing, an empty list or mapping. */
export function isUnused(tree: Tree | undefined): boolean {
  if (tree === undefined) return true;
  if (tree.kind === "list") return tree.items.length === 0;
  if (tree.kind === "map") {
    return tree.entries.every(({ key, value }) => key === "Message" && isUnused(value));
  }
  if (tree.value === null) return true;
  return typeof tree.value === "string" && ["", "NA", "N/A"].includes(tree.value.trim());
}

/** A scalar as it was written: addresses and numbers stand there with and without quotes. */
export function wordOf(tree: Tree): string | null {
  if (tree.kind !== "scalar" || tree.value === null) return null;
  return typeof tree.value === "string" ? tree.value.trim() : tree.raw;
}

// What templates and tutorials leave for their readers to fill in.
const PLACEHOLDERS: readonly RegExp[] = [
  /^<[^<>/]+>$/,
  /<[A-Z][A-Z0-9_ -]{2,}>/,
  /(?<![A-Za-z0-9])(?:REPLACE|INSERT)[_-](?:WITH|ME|HERE|THIS|YOUR)\w*/i,
  /(?<![A-Za-z0-9])(?:0x)?YOUR[_-][A-Z0-9_-]+/i,
  /(?<![A-Za-z0-9])DYNAMIC_[A-Z0-9_]+/,
  /[A-Z0-9_]*PLACEHOLDER[A-Z0-9_]*/,
  /(?<![A-Za-z0-9])x{3,}(?![A-Za-z0-9])/i,
];
const IN_URL = /<[^<>]*>/;
const AS_ADDRESS = /^0x(?=[0-9A-Za-z_.…]*[^0-9a-fA-F])[0-9A-Za-z_.…]+$/;

/** Where text is expected: what kind of text decides what looks like a placeholder. */
export type Role = "text" | "url" | "address";

/** Reports what was left to be filled in. True when there was something. */
export function refusePlaceholder(tree: Tree, role: Role, report: Report): boolean {
  const word = wordOf(tree);
  if (word === null) return false;
  const shapes = [
    ...PLACEHOLDERS,
    ...(role === "url" ? [IN_URL] : []),
    ...(role === "address" ? [AS_ADDRESS] : []),
  ];
  const found = shapes.map((shape) => shape.exec(word)).find((match) => match !== null);
  if (found === undefined) return false;
  const [text] = found;
  const at = (tree as ScalarTree).raw.indexOf(text);
  const start = tree.span.start + Math.max(0, at);
  const span = at < 0 ? tree.span : { start, end: start + text.length };
  report.add("DEED_KWALA_PLACEHOLDER", span, `'${text}' was left to be filled in`, {
    hint: "write the value itself: what is signed is what runs",
  });
  return true;
}
