import { verdictCommitment } from "@deed/protocol/encoding";
import { judgeBatch } from "../../judge/judge-batch.ts";
import { dutyBegin } from "../../signer/duty-begin.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import { awaitsAnswer, demandData } from "./demand-data.ts";
import { drawnAtSec, judgedBits } from "./exchange.ts";
import type { VerifyContext } from "./verify-context.ts";

const FETCH_TIMEOUT_MS = 10_000;

/** The share of a verdict window in which what cannot be judged yet is tried again. */
const PATIENCE = 1 / 3;

/** While bundles are demanded, this is how often is looked for them. */
const DEMAND_MS = 500;
/** Before what cannot be judged yet is judged again. */
const RETRY_MS = 2_000;

/**
 * Recomputes the batch and commits to the finding: signed before anything of it is said.
 * @returns after what time to try again, when something cannot be judged yet and there is time; else null.
 */
export async function judgeDuty(
  context: VerifyContext,
  batch: BatchRow,
  duty: DutyRow,
  signal: AbortSignal,
): Promise<number | null> {
  const { nodeNo, store, clock, logger, signer, hasher, registry } = context;
  if (awaitsAnswer(context, batch.batchNo)) return DEMAND_MS;
  const judged = judgedBits(batch) & ~batch.voided;
  const parts = {
    ...context,
    intentsDomain: context.domains.intents,
    ownNodeNo: nodeNo,
    timeoutMs: FETCH_TIMEOUT_MS,
  };
  const judgement = await judgeBatch(parts, batch, judged, signal);
  const untilMs = duty.updatedMs + registry.parameters.verdictWindowSec * 1000 * PATIENCE;
  if (judgement.unable !== 0n) {
    const leftMs = untilMs - clock.nowMs();
    if (leftMs > 0) return Math.min(RETRY_MS, leftMs);
    const found = { judgement, sinceMs: untilMs };
    if (await demandData(context, batch, duty, found)) return DEMAND_MS;
  }
  for (const { index, judgement: found } of judgement.findings) {
    if (found.kind === "right") continue;
    logger.warn("Execution not found right", { batchNo: batch.batchNo, index, ...found });
  }
  const { fault, report, reportHash } = judgement;
  // Nobody finds right what evidence voided.
  const unable = judgement.unable | (judgedBits(batch) & batch.voided);
  const salt = context.randomWord();
  const { batchNo, draw } = duty;
  // The finding is stored before it is signed: after a crash the same one is committed to.
  await store.write((tables) =>
    tables.duties.update(
      { batchNo, draw },
      { state: "judged", fault, unable, report, reportHash, salt, updatedMs: clock.nowMs() },
    ),
  );
  await commitDuty(
    { nodeNo, store, clock, signer, hasher, registry: context.registry },
    { ...duty, fault, unable, reportHash, salt },
  );
  return null;
}

/** Signs the commitment to a stored finding and stores both. */
export async function commitDuty(
  context: Pick<VerifyContext, "nodeNo" | "store" | "clock" | "signer" | "hasher" | "registry">,
  duty: Pick<DutyRow, "batchNo" | "draw" | "fault" | "unable" | "reportHash" | "salt">,
): Promise<void> {
  const { nodeNo, store, clock, signer, hasher } = context;
  const { batchNo, draw, fault, unable, reportHash, salt } = duty;
  if (fault === null || unable === null || reportHash === null || salt === null) {
    throw new TypeError(`duty ${batchNo}:${draw} has no finding to commit to`);
  }
  const opening = { batchNo, draw, nodeNo, fault, unable, reportHash, salt };
  const commitment = verdictCommitment(opening, hasher);
  const begin = await dutyBegin(context.registry, nodeNo, () => drawnAtSec(store, duty));
  if (begin === null) return;
  const signed = await signer.commitment({ batchNo, draw, commitment, ...begin });
  const { auditSeq, auditHead, signature } = signed;
  const nowMs = clock.nowMs();
  await store.write((tables) => {
    tables.duties.update({ batchNo, draw }, { state: "committed", commitment, updatedMs: nowMs });
    const row = { batchNo, draw, nodeNo, commitment, auditSeq, auditHead, signature };
    tables.commitments.insertIfAbsent({ ...row, receivedMs: nowMs });
  });
}
