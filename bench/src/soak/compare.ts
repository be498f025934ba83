import type { Inventory } from "./inventory.ts";

/** A figure after the first tenth and after the last. */
export interface Change {
  readonly what: keyof Inventory;
  readonly first: number;
  readonly last: number;
}

/** What may be more by noise. */
export const TOLERANCE = 0.05;

export function changesOf(first: Inventory, last: Inventory): readonly Change[] {
  const names = Object.keys(first) as (keyof Inventory)[];
  return names.map((what) => ({ what, first: first[what], last: last[what] }));
}

/** Not more than 5 % above the first. Less is no leak. */
export function isWithin({ first, last }: Change): boolean {
  return last <= first * (1 + TOLERANCE);
}
