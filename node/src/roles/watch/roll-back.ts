import type { PhasePayload } from "@deed/protocol/runtime";
import type { ExecutionRow } from "../../store/executions.ts";
import type { Tables } from "../../store/tables.ts";

/** Before the name of a scan of events: the newest intent whose registration the scan has gone back to. */
export const WANTED_KEY = "wanted:";

/** Where a store is rolled back to. */
export interface Seam {
  readonly chainId: number;
  readonly number: number;
}

/** What was taken back. */
export interface RolledBack {
  readonly changes: number;
  readonly executions: number;
}

/**
 * Takes back whatever the ledger's blocks above the seam said, and what follows from it. What this node
 * did and signed stays: its runs and effects, its outbox, which sends again what is gone from the ledger.
 * To be done while no role runs: what they hold in memory would not be taken back.
 */
export function rollBack(tables: Tables, seam: Seam): RolledBack {
  const changes = tables.undo.updateBack(seam.number);
  const orphans = forgetOrphans(tables);
  const unseen = forgetSightings(tables, ({ payload }) => isAbove(payload, seam));
  rewindScans(tables, seam);
  forgetWanted(tables);
  forgetComposites(tables);
  // An intent's number may be another's now; what a schedule's first ticks left is found again.
  for (const row of tables.ticks.select("1")) tables.ticks.delete(row);
  forgetJudgements(tables);
  return { changes, executions: orphans + unseen };
}

type Payload = ExecutionRow["payload"];

function isAbove(payload: Payload | PhasePayload, seam: Seam): boolean {
  switch (payload?.kind) {
    case "event":
      return payload.chainId === seam.chainId && payload.blockNumber > seam.number;
    case "height":
      return payload.chainId === seam.chainId && payload.height > seam.number;
    case "block":
      return payload.ordinal > seam.number;
    case "composite":
      return isAbove(payload.of, seam);
    default:
      return false;
  }
}

/** Occurrences that this node saw in blocks that are gone: they are no more, or somebody else says so. */
export function forgetSightings(tables: Tables, isGone: (row: ExecutionRow) => boolean): number {
  const rows = tables.executions.select("payload LIKE '%blockHash%'").filter(isGone);
  for (const { executionId, batchNo } of rows) {
    if (batchNo === null) tables.executions.delete({ executionId });
    else tables.executions.update({ executionId }, { payload: null, seenBlock: null });
  }
  return rows.length;
}

/** The scans of the ledger's own chain go back with it. */
function rewindScans(tables: Tables, { chainId, number }: Seam): void {
  const scans = tables.meta.select("key LIKE :scans", { scans: `events:${chainId}:%` });
  for (const { key, value } of scans) {
    if (Number(value) <= number) continue;
    tables.meta.put({ key, value: String(number) });
    tables.scannedBlocks.deleteAbove(key, number);
  }
}

// Numbers of intents are given out again: who gets one next has its events looked for, too.
function forgetWanted(tables: Tables): void {
  const [last] = tables.intents.select("1 ORDER BY intent_no DESC LIMIT 1");
  const newest = last?.intentNo ?? 0;
  for (const { key, value } of tables.meta.select("key LIKE :keys", { keys: `${WANTED_KEY}%` })) {
    if (Number(value) > newest) tables.meta.put({ key, value: String(newest) });
  }
}

// Ticks that follow a first occurrence are gone with it; all that still hold are found again.
function forgetComposites(tables: Tables): void {
  for (const { executionId } of tables.executions.select(
    `batch_no IS NULL AND payload LIKE '%"composite"%'`,
  )) {
    tables.executions.delete({ executionId });
  }
  for (const row of tables.meta.select("key LIKE 'composite:%'")) tables.meta.delete(row);
}

/** Executions of intents that are not registered any more; they come again with the registration. */
function forgetOrphans(tables: Tables): number {
  const orphans = tables.executions.select(
    "NOT EXISTS (SELECT 1 FROM intents WHERE intents.intent_no = executions.intent_no AND intents.intent_hash = executions.intent_hash)",
  );
  for (const { executionId } of orphans) tables.executions.delete({ executionId });
  return orphans.length;
}

// Numbers of batches are given out again: what was said of the old one is not said of the new one.
function forgetJudgements(tables: Tables): void {
  const gone =
    "NOT EXISTS (SELECT 1 FROM batches b WHERE b.batch_no = {}.batch_no AND b.record_block IS NOT NULL)";
  for (const row of tables.duties.select(gone.replace("{}", "duties"))) tables.duties.delete(row);
  for (const row of tables.commitments.select(gone.replace("{}", "commitments"))) {
    tables.commitments.delete(row);
  }
  for (const row of tables.verdicts.select(gone.replace("{}", "verdicts"))) {
    tables.verdicts.delete(row);
  }
  for (const row of tables.batchBundles.select(gone.replace("{}", "batch_bundles"))) {
    tables.batchBundles.delete(row);
  }
}
