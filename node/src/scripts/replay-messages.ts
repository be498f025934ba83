import type { Plan } from "@deed/protocol/plan";
import type { Occurrence } from "@deed/protocol/runtime";
import type { Recorded, Replayed } from "@deed/protocol/verify";

/** One recorded run to recompute. */
export interface ReplayJob {
  readonly plan: Plan;
  readonly occurrence: Occurrence;
  /** The bundle, as it came. */
  readonly text: string;
  readonly recorded: Recorded;
}

/** What the worker says of it. */
export type ReplayAnswer =
  | { readonly kind: "replayed"; readonly replayed: Replayed }
  | { readonly kind: "failed"; readonly detail: string };
