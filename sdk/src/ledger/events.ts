import type { AuditCheckpoint, Hex, Intent } from "@deed/protocol/encoding";

/** Where a log lies. */
export interface LogPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly txHash: Hex;
  readonly logIndex: number;
}

/** One seat's opened verdict (spec 06). */
export interface SeatVerdict {
  readonly nodeNo: number;
  readonly fault: bigint;
  readonly unable: bigint;
  readonly reportHash: Hex;
  readonly salt: Hex;
  readonly auditSeq: number;
  readonly auditHead: Hex;
  readonly signature: Hex;
}

export interface LedgerItem {
  readonly executionId: Hex;
  readonly intentNo: number;
  readonly attempt: number;
  readonly ordinal: bigint;
  readonly t0Sec: number;
}

export interface LedgerDispute {
  readonly batchNo: number;
  readonly index: number;
  readonly leaf: number;
  readonly fault: number;
  readonly accusedNo: number;
  readonly reporterNo: number;
  readonly generation: number;
  readonly eligible: number;
  readonly guilty: number;
  readonly innocent: number;
  readonly openedAtSec: number;
  readonly responseEndsSec: number;
  readonly commitEndsSec: number;
  readonly revealEndsSec: number;
  readonly status: number;
  /** What the voters found; 0 unless it is upheld. */
  readonly foundFault: number;
  readonly foundLeaf: number;
}

interface GivenCheckpoint {
  readonly nodeNo: number;
  readonly checkpoint: AuditCheckpoint;
  readonly signature: Hex;
}

interface ClaimOpened {
  readonly batchNo: number;
  readonly nodeNo: number;
  readonly generation: number;
  readonly deadlineSec: number;
  /** Bitmap over the items as they were given. */
  readonly accepted: bigint;
}

/** What the ledger says, with numbers as numbers wherever they are below 2^53. */
export type LedgerFact =
  | {
      readonly name: "Registered";
      readonly intentNo: number;
      readonly intentHash: Hex;
      readonly owner: Hex;
      readonly intent: Intent;
      readonly signature: Hex;
      readonly yaml: Hex;
    }
  | {
      readonly name: "RevokedIntent";
      readonly intentHash: Hex;
      readonly owner: Hex;
      readonly intentNo: number;
    }
  | ({
      readonly name: "Claimed";
      readonly kind: number;
      readonly leaseClass: number;
      readonly items: Hex;
    } & ClaimOpened)
  | ({ readonly name: "Reclaimed"; readonly items: readonly LedgerItem[] } & ClaimOpened)
  | {
      readonly name: "Recorded";
      readonly batchNo: number;
      readonly nodeNo: number;
      readonly posted: bigint;
      readonly round: number;
      readonly auditSeq: number;
      readonly auditHead: Hex;
      readonly records: Hex;
      readonly signature: Hex;
    }
  | {
      readonly name: "Finalised";
      readonly batchNo: number;
      readonly draw: number;
      readonly fault: bigint;
      readonly unable: bigint;
      readonly pending: bigint;
      readonly round: number;
      readonly recordBlockHash: Hex;
      readonly seats: readonly SeatVerdict[];
      readonly reports: readonly Hex[];
    }
  | {
      readonly name: "FallbackOpened" | "SeatsDrawn";
      readonly batchNo: number;
      readonly draw: number;
      readonly seats: readonly number[];
      readonly deadlineSec: number;
    }
  | {
      readonly name: "CommitmentPosted";
      readonly batchNo: number;
      readonly draw: number;
      readonly operatorNo: number;
      readonly commitment: Hex;
    }
  | {
      readonly name: "VerdictRevealed";
      readonly batchNo: number;
      readonly draw: number;
      readonly verdict: SeatVerdict;
      readonly report: Hex;
    }
  | {
      readonly name: "SeatsReplaced";
      readonly batchNo: number;
      readonly draw: number;
      readonly gone: readonly number[];
      readonly round: number;
    }
  | { readonly name: "BatchExpired"; readonly batchNo: number; readonly nodeNo: number }
  | {
      readonly name: "ExecutionSettled";
      readonly batchNo: number;
      readonly index: number;
      readonly upheld: boolean;
      readonly verified: boolean;
    }
  | { readonly name: "RoundAssigned"; readonly round: number; readonly openBlock: number }
  | {
      readonly name: "PreimagesRevealed";
      readonly round: number;
      readonly operatorNos: readonly number[];
      readonly preimages: readonly Hex[];
    }
  | {
      readonly name: "RoundClosed";
      readonly round: number;
      /** 27 bytes. */
      readonly seed: Hex;
      readonly missing: readonly number[];
    }
  | {
      readonly name: "DisputeOpened";
      readonly disputeNo: number;
      readonly batchNo: number;
      readonly index: number;
      readonly dispute: LedgerDispute;
    }
  | { readonly name: "Responded"; readonly disputeNo: number; readonly data: Hex }
  | { readonly name: "VoteCommitted"; readonly disputeNo: number; readonly operatorNo: number }
  | {
      readonly name: "VoteRevealed";
      readonly disputeNo: number;
      readonly operatorNo: number;
      readonly nodeNo: number;
      /** 0 is innocent. */
      readonly fault: number;
      readonly leaf: number;
      readonly reportHash: Hex;
      readonly auditSeq: number;
      readonly auditHead: Hex;
    }
  | {
      readonly name: "DisputeResolved";
      readonly disputeNo: number;
      readonly status: number;
      /** What the voters found; 0 unless it is upheld. */
      readonly fault: number;
      readonly leaf: number;
      readonly guilty: number;
      readonly innocent: number;
      readonly slashedWei: bigint;
    }
  | {
      readonly name: "FaultJudged";
      readonly fault: number;
      readonly operatorNo: number;
      readonly batchNo: number;
      readonly slashedWei: bigint;
    }
  | {
      readonly name: "FaultProven";
      readonly fault: number;
      readonly operatorNo: number;
      readonly batchNo: number;
      readonly index: number;
      readonly leaf: number;
      readonly reporterNo: number;
      readonly slashedWei: bigint;
    }
  | {
      readonly name: "DataChallenged";
      readonly batchNo: number;
      readonly challengerNo: number;
      readonly bits: bigint;
      readonly answerEndsSec: number;
    }
  | {
      readonly name: "DataAnswered";
      readonly batchNo: number;
      readonly index: number;
      readonly bundle: Hex;
    }
  | {
      readonly name: "ChallengeEnded";
      readonly batchNo: number;
      readonly unanswered: bigint;
    }
  | {
      readonly name: "Slashed";
      readonly operatorNo: number;
      readonly reporterNo: number;
      readonly fault: number;
      readonly amountWei: bigint;
    }
  | {
      readonly name: "Acted";
      readonly executionId: Hex;
      readonly step: number;
      readonly vault: Hex;
      readonly nodeNo: number;
      readonly target: Hex;
      readonly valueWei: bigint;
      readonly callDataHash: Hex;
      readonly returned: Hex;
    }
  | {
      readonly name: "ActionReverted";
      readonly executionId: Hex;
      readonly step: number;
      readonly nodeNo: number;
      readonly returned: Hex;
    }
  | {
      readonly name: "ActionAdopted";
      readonly executionId: Hex;
      readonly step: number;
      readonly nodeNo: number;
      readonly batchNo: number;
    }
  | { readonly name: "WentAway"; readonly operatorNo: number; readonly fromRound: number }
  | {
      readonly name: "ActionSkipped";
      readonly executionId: Hex;
      readonly step: number;
      readonly reason: number;
    }
  | {
      readonly name: "GenerationOpened";
      readonly generation: number;
      readonly executors: readonly number[];
      readonly verifiers: readonly number[];
      readonly seed: Hex;
    }
  /** A node's signer was so far; or, contradicted: its key signed what no one log can hold beside what was given before. */
  | ({ readonly name: "AuditCheckpointed" } & GivenCheckpoint)
  | ({ readonly name: "AuditContradicted" } & GivenCheckpoint)
  /** Operators, nodes, bonds, parameters, runtimes moved: read the registry again. */
  | { readonly name: "RegistryChanged"; readonly event: string }
  /** A log of one of the contracts that this version cannot read. */
  | { readonly name: "Unreadable"; readonly topic: Hex };

/** A fact and the place of its log. */
export type LedgerEvent = LedgerFact & { readonly place: LogPlace };

/** The event of one name, for example `EventOf<"Recorded">`. */
export type EventOf<Name extends LedgerFact["name"]> = Extract<LedgerFact, { name: Name }> & {
  readonly place: LogPlace;
};
