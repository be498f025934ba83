import type { Hex, Intent } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Tables } from "../../store/tables.ts";

/** What a node thinks of a registered intent. */
export type IntentJudgement =
  | { readonly state: "accepted"; readonly plan: Plan }
  | {
      readonly state: "refused";
      readonly reason: string;
      /** This node cannot run it; others may. */
      readonly isLocal: boolean;
    };

/** Compiles the YAML again and compares it with what was signed. */
export type JudgeIntent = (intent: Intent, yaml: Uint8Array) => IntentJudgement;

/** What the reducers know besides the event itself. They have no other input: events rebuild the store. */
export interface FactsContext {
  readonly tables: Tables;
  readonly chainId: number;
  readonly executions: Hex;
  readonly ownNodeNo: number;
  readonly nowMs: number;
  /** Time of the event's block. */
  readonly blockTimeSec: number;
  readonly judgeIntent: JudgeIntent;
}

export type FactFailure =
  | { readonly code: "FACT_UNKNOWN_INTENT"; readonly intentNo: number }
  | { readonly code: "FACT_UNKNOWN_BATCH"; readonly batchNo: number }
  | { readonly code: "FACT_WITHOUT_ENTRY"; readonly batchNo: number; readonly index: number }
  | { readonly code: "FACT_UNKNOWN_STATUS"; readonly status: number };

/** An event that does not fit what is known. Reducers throw before they write. */
export class FactError extends Error {
  readonly failure: FactFailure;

  constructor(failure: FactFailure) {
    super(JSON.stringify(failure));
    this.name = "FactError";
    this.failure = failure;
  }
}
