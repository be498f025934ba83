import type { Hex } from "../encoding/hex.ts";
import type { Plan } from "../plan/plan.ts";
import type { Occurrence } from "../runtime/effect.ts";

/** The contracts of one ledger whose events an audit reads. */
export interface AuditedContracts {
  readonly intents: Hex;
  readonly executions: Hex;
  readonly registry: Hex;
  readonly beacon: Hex;
  readonly disputes: Hex;
  readonly gateway: Hex;
}

/** A transaction's receipt with its place in its block. */
export interface ExportedReceipt {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly transactionIndex: number;
  /** As it stands in the block's receipts trie: type byte, if any, and RLP. */
  readonly receipt: Hex;
  /** Nodes of the trie from its root down. */
  readonly proof: readonly Hex[];
}

/** A recorded batch; everything else about it stands in its events. */
export interface ExportedBatch {
  readonly batchNo: number;
  readonly itemsRoot: Hex;
}

/** One execution of a batch. */
export interface ExportedExecution {
  readonly executionId: Hex;
  readonly intentHash: Hex;
  readonly batchNo: number;
  /** Position in the batch. */
  readonly index: number;
  /** Siblings of its item under the batch's `itemsRoot`. */
  readonly itemPath: readonly Hex[];
  readonly occurrence: Occurrence;
  /** The bundle's text, as `bundleSha256` binds it; null when it was left out, which an export never does. */
  readonly bundle: string | null;
}

/**
 * What `deed export` writes: everything that is needed to check executions without asking anyone. Events
 * are not told but shown: the audit reads them out of the receipts.
 */
export interface ExportedRun {
  readonly run: "deed.run.1";
  readonly chainId: number;
  readonly contracts: AuditedContracts;
  /** RLP of block headers, any order: those of the receipts, and those that link them to an anchor. */
  readonly headers: readonly Hex[];
  readonly receipts: readonly ExportedReceipt[];
  readonly plans: { readonly [intentHash: Hex]: Plan };
  readonly batches: readonly ExportedBatch[];
  readonly executions: readonly ExportedExecution[];
}
