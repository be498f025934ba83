import {
  type ClaimEntry,
  type Hasher,
  itemLeaf,
  jsonHash,
  MAX_BATCH_ITEMS,
  merklePath,
  packEntries,
  triggerKindOf,
  ZERO_WORD,
} from "@deed/protocol/encoding";
import type { LedgerCall, LedgerCalls, ReclaimItem } from "@deed/sdk";
import type { ExecutionRow } from "../../store/executions.ts";
import type { ReadTables } from "../../store/tables.ts";

/** Executions that can go into one claim transaction. */
export interface ClaimGroup {
  /** Null for later attempts, which may be of any kind. */
  readonly kind: number | null;
  readonly leaseClass: number;
  readonly rows: readonly ExecutionRow[];
}

/**
 * Cuts executions into groups of one kind and lease class, at most 256 each. Neighbours are of one
 * intent, because the contract reads an intent's slot once per run of neighbours.
 */
export function groupForClaims(rows: readonly ExecutionRow[]): readonly ClaimGroup[] {
  const byKey = new Map<
    string,
    { kind: number | null; leaseClass: number; rows: ExecutionRow[] }
  >();
  for (const row of rows) {
    const kind = row.attempt === 1 ? row.kind : null;
    const key = `${kind}:${row.leaseClass}`;
    const group = byKey.get(key) ?? { kind, leaseClass: row.leaseClass, rows: [] };
    group.rows.push(row);
    byKey.set(key, group);
  }
  return [...byKey.values()].flatMap((group) => cut(group));
}

function cut(group: ClaimGroup): readonly ClaimGroup[] {
  // The longest due are first: what does not fit into a full batch is the youngest.
  const parts: ClaimGroup[] = [];
  for (let at = 0; at < group.rows.length; at += MAX_BATCH_ITEMS) {
    const rows = group.rows.slice(at, at + MAX_BATCH_ITEMS);
    rows.sort((a, b) => a.intentNo - b.intentNo || a.ordinal - b.ordinal);
    parts.push({ ...group, rows });
  }
  return parts;
}

/** The transaction that claims a group. */
export function claimCall(
  group: ClaimGroup,
  parts: { readonly calls: LedgerCalls; readonly read: ReadTables; readonly hasher: Hasher },
): LedgerCall {
  if (group.kind === null) {
    const items = group.rows.map((row) => reclaimItem(row, parts.read, parts.hasher));
    return parts.calls.reclaim(group.leaseClass, items);
  }
  const entries = group.rows.map((row) => claimEntry(row, parts.hasher));
  return parts.calls.claim(group.kind, group.leaseClass, packEntries(entries));
}

/** What a first claim says of an execution (spec 03). */
export function claimEntry(row: ExecutionRow, hasher: Hasher): ClaimEntry {
  const { intentNo, ordinal, payload } = row;
  const kind = triggerKindOf(row.kind);
  switch (kind) {
    case "interval":
    case "cron":
    case "start":
      return { kind, intentNo, ordinal };
    case "block":
      return { kind, intentNo, ordinal, t0Sec: row.t0Sec };
    case "event":
      return { kind, intentNo, occurrenceId: row.occurrenceId, t0Sec: row.t0Sec };
  }
  if (payload?.kind !== "manual") throw new TypeError("a manual execution without its fire");
  const { firedAtSec, validUntilSec, signature } = payload;
  const inputHash = jsonHash(payload.input, hasher);
  return { kind: "manual", intentNo, ordinal, inputHash, firedAtSec, validUntilSec, signature };
}

function reclaimItem(row: ExecutionRow, read: ReadTables, hasher: Hasher): ReclaimItem {
  const { batchNo, batchIndex: index } = row;
  const batch = batchNo === null ? null : read.batches.get({ batchNo });
  const item = index === null ? undefined : batch?.items[index];
  if (batch === null || index === null || item === undefined) {
    throw new TypeError("a later attempt without its batch");
  }
  const leaves = batch.items.map((each) => itemLeaf(each, hasher));
  return {
    batchNo: batch.batchNo,
    index,
    item: { ...item, ordinal: BigInt(item.ordinal) },
    recordRoot: batch.recordRoot ?? ZERO_WORD,
    itemsRoot: batch.itemsRoot,
    path: merklePath(leaves, index, hasher),
  };
}
