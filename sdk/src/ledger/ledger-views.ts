import type { AuditCheckpoint, Hex } from "@deed/protocol/encoding";

export interface LedgerNode {
  readonly operatorNo: number;
  /** Bit 0 executor, bit 1 verifier. */
  readonly roles: number;
  readonly keyTier: number;
  readonly active: boolean;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly caHash: Hex;
  readonly endpoint: string;
}

/** A duty or action key and when it held. */
export interface LedgerKey {
  readonly key: Hex;
  readonly fromSec: number;
  /** 0: none follows it. */
  readonly untilSec: number;
  /** What it signed counts no more, but for what the ledger had taken. */
  readonly revoked: boolean;
}

/** All keys that a node had, oldest first; the last may be one that is to come. */
export interface LedgerNodeKeys {
  readonly dutyKeys: readonly LedgerKey[];
  readonly actionKeys: readonly LedgerKey[];
}

export interface LedgerOperator {
  readonly cold: Hex;
  readonly payout: Hex;
  readonly status: number;
  readonly suspendedUntilSec: number;
  /** After a grave fault: no claim, no action, no seat in new generations before. */
  readonly jailedUntilSec: number;
  readonly sitsOutGeneration: number;
  readonly bondWei: bigint;
  readonly exitAtSec: number;
  readonly vettingHash: Hex;
  readonly name: string;
  readonly region: string;
  readonly provider: string;
  readonly metadataUri: string;
}

export interface LedgerGeneration {
  readonly executors: number;
  readonly verifiers: number;
  readonly openedAtSec: number;
  readonly seed: Hex;
}

/** Statuses: 0 none, 1 claimed, 2 recorded, 3 settled, 4 expired. */
export interface LedgerBatch {
  readonly nodeNo: number;
  readonly deadlineSec: number;
  readonly count: number;
  readonly round: number;
  readonly status: number;
  readonly generation: number;
  readonly recordBlock: number;
  readonly draw: number;
  /** When its last draw was judged, 0 before the first; while it has no record, when it was claimed. */
  readonly judgedAtSec: number;
}

/** What stands behind a node's key tier (IRegistry.NodeTier). */
export interface LedgerTier {
  readonly declared: number;
  /** What holds against a role's minimum now. */
  readonly counted: number;
  /** 0 when the council verified nothing of what is declared now. */
  readonly verified: number;
  /** SHA-256 of what the operator showed the council; 0 when nothing. */
  readonly evidenceHash: Hex;
  readonly verifiedBy: Hex;
  readonly verifiedAtSec: number;
  /** 0: never. */
  readonly expiresAtSec: number;
}

/** A key to which users seal (IRegistry.SealingKey). */
export interface SealingKey {
  readonly x: Hex;
  readonly y: Hex;
  readonly fromSec: number;
  /** 0: until now. */
  readonly untilSec: number;
}

/** What a cold key announced of itself (IRegistry.replaceCold). */
export interface ColdChange {
  readonly cold: Hex;
  readonly payout: Hex;
  /** From when on the new key may accept. */
  readonly fromSec: number;
}

/** Where an operator's hash chain is (spec 05). */
export interface ChainTip {
  /** What the chain was when the ledger last wrote it on its own. */
  readonly anchor: Hex;
  /** Preimages that the operator gave of this chain. */
  readonly usedPreimages: number;
  /** How many of them came after the anchor. */
  readonly behind: number;
}

export interface LedgerRound {
  readonly round: number;
  readonly openBlock: number;
  readonly openedAtSec: number;
  /** A record waits for this round. */
  readonly waiting: boolean;
}

/** How far a node's log was when the ledger took its newest checkpoint (spec 01). */
export type LedgerCheckpoint = AuditCheckpoint & {
  readonly contradicted: boolean;
};

/** A demand for bundles (spec 07). */
export interface LedgerChallenge {
  readonly challengerNo: number;
  readonly answerEndsSec: number;
  readonly asked: bigint;
  /** Positions that were not given yet. */
  readonly open: bigint;
}

/** Phases: 0 none, 1 commit, 2 reveal, 3 waits for the round of the replacements. */
export interface LedgerFallback {
  readonly phase: number;
  readonly replacements: number;
  readonly deadlineSec: number;
  readonly round: number;
  readonly seats: readonly number[];
  readonly commitments: readonly Hex[];
  readonly revealedMask: number;
  readonly fault: bigint;
  readonly unable: bigint;
}

/** The claim that answers for an action of the gateway. */
export interface DoneBy {
  readonly batchNo: number;
  readonly index: number;
  readonly attempt: number;
}

/** What an intent may still use. */
export interface LedgerIntentState {
  readonly remaining: number;
  readonly revoked: boolean;
  readonly validUntilSec: number;
  /** 0: no hourly limit. */
  readonly perHour: number;
  /** Hours since 1970 in which `hourCount` were taken. */
  readonly hour: number;
  readonly hourCount: number;
}
