import type { Hex } from "@deed/protocol/encoding";
import type { DisputeStory, ExecutionStory } from "../story/execution-story.ts";
import type { Absence } from "./absence.ts";
import type { SlashSeen } from "./crash-charge.ts";

/** A transaction that the chain acknowledged to its sender. */
export interface AcknowledgedTransaction {
  readonly what: string;
  readonly hash: Hex;
  readonly blockHash: Hex;
}

/** An occurrence that must have led to an execution. */
export interface DueOccurrence {
  readonly executionId: Hex;
  /** `fire`, `transfer` or `tick`, for people. */
  readonly what: string;
}

/** A request as the server got it. */
export interface SentRequest {
  readonly atMs: number;
  readonly method: string;
  readonly path: string;
  readonly idempotencyKey: string | null;
}

/** Who could act for an execution, and when. */
export interface Lease {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly nodeNo: number;
  /** Block time of the claim. */
  readonly fromSec: number;
  /** Deadline, or block time of the record if that was earlier. */
  readonly untilSec: number;
}

export interface ActionSeen {
  readonly executionId: Hex;
  readonly step: number;
  readonly target: Hex;
}

/** All that a run left, seen by its clients and on the ledger. No node is asked. */
export interface Observations {
  readonly transactions: readonly AcknowledgedTransaction[];
  /** Where those are by now; null: nowhere. */
  readonly blockHashNow: ReadonlyMap<Hex, Hex | null>;
  readonly due: readonly DueOccurrence[];
  readonly executions: ReadonlyMap<Hex, ExecutionStory>;
  readonly disputes: readonly DisputeStory[];
  readonly leases: readonly Lease[];
  readonly requests: readonly SentRequest[];
  /** The execution that each idempotency key names. */
  readonly executionOfKey: ReadonlyMap<string, Hex>;
  readonly actions: readonly ActionSeen[];
  /** How often each target says that it was called. */
  readonly calledTimes: ReadonlyMap<Hex, number>;
  readonly slashes: readonly SlashSeen[];
  /** When the load ended: an interval goes on, and what it brings later is nobody's promise yet. */
  readonly loadEndSec: number;
  /** Operator whose node lies once on purpose; null when none does. */
  readonly liarNo: number | null;
  /** Whom the run kept away, and when. */
  readonly absences: readonly Absence[];
}
