import type { Plan, PlanRoots } from "@deed/protocol/plan";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";

/** An accepted intent with what is constant about its plan, computed once. */
export interface RunnableIntent {
  readonly row: IntentRow;
  readonly plan: Plan;
  readonly roots: PlanRoots;
}

/** One attempt that this node holds. */
export interface Attempt {
  readonly execution: ExecutionRow;
  readonly batch: BatchRow;
  /** Position in the batch. */
  readonly index: number;
  readonly intent: RunnableIntent;
  /** This process submitted the first claim: at-most-once steps may be sent. */
  readonly isSubmitter: boolean;
}
