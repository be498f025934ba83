import type { Json } from "../encoding/json.ts";
import type { Leaf, LeafKind } from "../transcript/leaf.ts";
import type { Anchor } from "./effect.ts";

/** What a leaf says besides its place and its time. */
export interface Entry {
  readonly step: number;
  readonly kind: LeafKind;
  readonly try: number;
  readonly status: Leaf["status"];
  readonly level: Leaf["level"];
  readonly input: Json;
  readonly output: Json;
}

/** When an effect took place, and the newest final ledger block at its beginning. */
export interface Span {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly anchor: Anchor;
}

/** The leaves of a run as they come: numbered, with times and anchors that never decrease. */
export class Journal {
  readonly leaves: Leaf[] = [];
  #atMs: number;
  #anchor: Anchor;

  constructor(startedMs: number, anchor: Anchor) {
    this.#atMs = startedMs;
    this.#anchor = anchor;
  }

  /** A leaf of the interpreter alone: it takes no time. */
  pure(entry: Omit<Entry, "try" | "level">): void {
    this.#write({ ...entry, try: 0, level: 0 }, this.#atMs);
  }

  /** A leaf of an effect. */
  effect(entry: Entry, span: Span): void {
    const startedMs = Math.max(this.#atMs, span.startedMs);
    if (span.anchor.number > this.#anchor.number) this.#anchor = span.anchor;
    this.#atMs = Math.max(startedMs, span.endedMs);
    this.#write(entry, startedMs);
  }

  #write(entry: Entry, startedMs: number): void {
    this.leaves.push({
      index: this.leaves.length,
      ...entry,
      startedMs,
      endedMs: this.#atMs,
      anchorNumber: this.#anchor.number,
      anchorHash: this.#anchor.hash,
    });
  }
}
