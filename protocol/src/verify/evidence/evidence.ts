import type { RecordBatch, Verdict } from "../../encoding/duty-structures.ts";
import type { FaultName } from "../../encoding/fault.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { BatchItem } from "../../encoding/item.ts";
import type { Intent } from "../../encoding/owner-structures.ts";

// What proves a fault to a contract that asks nobody (spec 07, "Evidence").

/** A record at its place under the batch's root word. */
export interface RecordProof {
  readonly batchNo: number;
  readonly index: number;
  readonly item: BatchItem;
  readonly itemPath: readonly Hex[];
  /** The 128 bytes. */
  readonly record: Hex;
  readonly recordPath: readonly Hex[];
}

/** A leaf under the record's transcript root. */
export interface LeafProof {
  /** Sixteen. */
  readonly words: readonly Hex[];
  readonly index: number;
  readonly count: number;
  readonly path: readonly Hex[];
}

/** A step under the registered plan root. */
export interface StepProof {
  readonly planHash: Hex;
  readonly permissionsRoot: Hex;
  readonly index: number;
  /** 1 http, 2 call. */
  readonly kind: number;
  readonly stepHash: Hex;
  readonly count: number;
  readonly path: readonly Hex[];
}

/** A permission under the same plan root. */
export interface ShownPermission {
  readonly index: number;
  readonly count: number;
  readonly step: number;
  readonly target: Hex;
  readonly valueWei: bigint;
  readonly callData: Hex;
  readonly path: readonly Hex[];
}

export interface SignedRecordBatch extends RecordBatch {
  readonly signature: Hex;
}

export interface SignedVerdict extends Verdict {
  readonly signature: Hex;
}

export interface SignedCommitment {
  readonly batchNo: number;
  readonly draw: number;
  readonly commitment: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
}

/** Evidence of one fault. */
export type Evidence =
  | {
      readonly fault: "ActionNotInPlan";
      readonly record: RecordProof;
      readonly leaf: LeafProof;
      readonly step: StepProof;
      /** Null when the step itself is none of the plan's, or of another kind. */
      readonly permission: ShownPermission | null;
    }
  | {
      readonly fault: "EffectAfterRevocation";
      readonly record: RecordProof;
      readonly leaf: LeafProof;
    }
  | {
      readonly fault: "WrongHolder";
      readonly record: RecordProof;
      /** Null when the record itself names another attempt. */
      readonly leaf: LeafProof | null;
    }
  | {
      readonly fault: "WrongHolder";
      /** It signed a record of a batch that another node claimed. */
      readonly nodeNo: number;
      readonly first: SignedRecordBatch;
    }
  | {
      readonly fault: "BrokenLeafChain";
      readonly record: RecordProof;
      /** One that breaks a rule by itself, or two neighbours. */
      readonly leaves: readonly LeafProof[];
    }
  | { readonly fault: "WrongRuntime"; readonly record: RecordProof; readonly intent: Intent }
  | {
      readonly fault: "EquivocatedRecord";
      readonly nodeNo: number;
      readonly first: SignedRecordBatch;
      readonly second: SignedRecordBatch;
    }
  | {
      readonly fault: "EquivocatedVerdict";
      readonly nodeNo: number;
      readonly signed: "verdicts";
      readonly first: SignedVerdict;
      readonly second: SignedVerdict;
    }
  | {
      readonly fault: "EquivocatedVerdict";
      readonly nodeNo: number;
      readonly signed: "commitments";
      readonly first: SignedCommitment;
      readonly second: SignedCommitment;
    }
  | {
      readonly fault: "VerdictContradicted";
      /** What was proven of the record that the seat found right. */
      readonly of: ContradictedFault;
      readonly index: number;
      readonly nodeNo: number;
      readonly first: SignedVerdict;
    };

/** What record and bundle show to everybody: who had both finds it, or lies. */
export type ContradictedFault =
  | "ActionNotInPlan"
  | "EffectAfterRevocation"
  | "WrongHolder"
  | "BrokenLeafChain"
  | "WrongRuntime";

/** Faults of which evidence may exist. */
export type ProvableFault = Evidence["fault"];

export const PROVABLE_FAULTS: readonly ProvableFault[] = [
  "ActionNotInPlan",
  "EffectAfterRevocation",
  "WrongHolder",
  "BrokenLeafChain",
  "WrongRuntime",
  "EquivocatedRecord",
  "EquivocatedVerdict",
  "VerdictContradicted",
] satisfies readonly FaultName[];

/** Where the fault is: batch, position, and the leaf that is at fault; 0 for the whole. */
export function placeOfEvidence(evidence: Evidence): {
  readonly batchNo: number;
  readonly index: number;
  readonly leaf: number;
} {
  if ("record" in evidence) {
    const { batchNo, index } = evidence.record;
    return { batchNo, index, leaf: shownLeaf(evidence) };
  }
  const index = "index" in evidence ? evidence.index : 0;
  return { batchNo: evidence.first.batchNo, index, leaf: 0 };
}

function shownLeaf(evidence: Extract<Evidence, { readonly record: RecordProof }>): number {
  switch (evidence.fault) {
    case "ActionNotInPlan":
    case "EffectAfterRevocation":
      return evidence.leaf.index;
    case "WrongHolder":
      return evidence.leaf?.index ?? 0;
    case "BrokenLeafChain":
      return evidence.leaves.at(-1)?.index ?? 0;
    case "WrongRuntime":
      return 0;
  }
}
