import type { Entry, ListTree, MapTree, ScalarTree, Span, Tree } from "../tree.ts";

// Parts of a native workflow that stand for parts of a Kwala file: their places are those of the file.

export function textAt(span: Span, value: string): ScalarTree {
  return { kind: "scalar", span, value, raw: value };
}

export function integerAt(span: Span, value: number | bigint): ScalarTree {
  return { kind: "scalar", span, value: BigInt(value), raw: String(value) };
}

export function booleanAt(span: Span, value: boolean): ScalarTree {
  return { kind: "scalar", span, value, raw: String(value) };
}

export function listAt(span: Span, items: readonly Tree[]): ListTree {
  return { kind: "list", span, items };
}

/** A mapping; parts that are undefined are left out. Each key's place is its value's. */
export function mapAt(
  span: Span,
  parts: { readonly [key: string]: Tree | undefined },
  keySpan?: Span,
): MapTree {
  const entries = Object.entries(parts).flatMap(([key, value]): readonly Entry[] =>
    value === undefined ? [] : [{ key, keySpan: keySpan ?? value.span, value }],
  );
  return { kind: "map", span, entries };
}
