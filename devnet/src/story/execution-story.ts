import type { FaultName, Hex, RecordStatus } from "@deed/protocol/encoding";

/**
 * `claimed` → `recorded` → `final` or `void`, with `disputed` before `void` where verifiers found a fault.
 * `lost`: the batch ended without its record; it may be claimed again.
 */
export type StoryState = "claimed" | "recorded" | "disputed" | "final" | "void" | "lost";

/** What the ledger tells of one execution. */
export interface ExecutionStory {
  readonly executionId: Hex;
  readonly intentHash: Hex;
  readonly intentName: string;
  readonly ordinal: number;
  readonly t0Sec: number;
  readonly attempt: number;
  readonly batchNo: number;
  readonly index: number;
  /** Node that holds, or held, the claim. */
  readonly nodeNo: number;
  readonly state: StoryState;
  /** How the recorded attempt ended; null before the record, or when it cannot be read. */
  readonly status: RecordStatus | null;
  /** On-chain actions that the gateway carried out. */
  readonly actions: number;
  /** The fault that is disputed; that the voters found, once they have. */
  readonly fault: FaultName | null;
  readonly leaf: number | null;
}

/** A fault that a contract found proven by itself: the record is void. */
export interface ProofStory {
  readonly executionId: Hex;
  readonly fault: FaultName;
  readonly leaf: number;
  readonly slashedWei: bigint;
}

/** A dispute's end, as the ledger tells it. */
export interface DisputeStory {
  readonly disputeNo: number;
  readonly executionId: Hex;
  readonly fault: FaultName;
  readonly leaf: number;
  /** Operator that is accused. */
  readonly accusedNo: number;
  readonly outcome: "open" | "upheld" | "rejected" | "unverified";
  readonly slashedWei: bigint;
}
