import type { NodeContext } from "../context.ts";

const MAX_ATTEMPTS = 3;
const AT_ONCE = 512;
/** A record's block can be stamped at the deadline and come later; ledger and clock may differ by 2 s. */
const GRACE_SEC = 2;

type LeaseContext = Pick<NodeContext, "store" | "logger">;

/**
 * Executions whose lease ended without a record are due again, for the next attempt; after the third
 * they have failed. The watch role moves what was recorded out of these states.
 */
export async function loseLeases(context: LeaseContext, nowMs: number): Promise<number> {
  const { store, logger } = context;
  const endedSec = Math.floor(nowMs / 1000) - GRACE_SEC;
  const lost = store.read.executions.select(
    `state IN ('claimed', 'running', 'done') AND batch_no IN
     (SELECT batch_no FROM batches WHERE deadline_sec < :endedSec) LIMIT :limit`,
    { endedSec, limit: AT_ONCE },
  );
  if (lost.length === 0) return 0;
  await store.writeDerived((tables) => {
    for (const { executionId, attempt, batchNo } of lost) {
      const row = tables.executions.get({ executionId });
      if (row === null || row.batchNo !== batchNo || !isHeld(row.state)) continue;
      const isLast = attempt >= MAX_ATTEMPTS;
      tables.executions.update(
        { executionId },
        isLast
          ? { state: "failed", reason: "LEASE_LOST", updatedMs: nowMs }
          : { state: "due", attempt: attempt + 1, nextRankAtMs: nowMs, updatedMs: nowMs },
      );
    }
  });
  logger.info("Leases ended without a record", { executions: lost.length });
  return lost.length;
}

function isHeld(state: string): boolean {
  return state === "claimed" || state === "running" || state === "done";
}
