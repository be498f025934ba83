import { fail, type Place } from "./number.ts";
import type { Value } from "./scope.ts";

/** What one evaluation may cost: a unit per node evaluated, element touched or 32 characters of text. */
export const MAX_COST = 100_000;

/** One evaluation under way. */
export interface Frame {
  readonly scope: { readonly [root: string]: Value | undefined };
  /** Variables of the macros around, by nesting depth. */
  readonly locals: Value[];
  cost: number;
}

export type Run = (frame: Frame) => Value;

export function charge(frame: Frame, units: number, place: Place): void {
  frame.cost += units;
  if (frame.cost > MAX_COST) throw fail({ code: "COST_EXCEEDED", limit: MAX_COST }, place);
}

export function textCost(length: number): number {
  return 1 + (length >> 5);
}
