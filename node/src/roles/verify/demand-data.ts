import { bytesToHex, decodeRecord, EncodingError } from "@deed/protocol/encoding";
import type { BatchJudgement } from "../../judge/judge-batch.ts";
import { MAX_ANSWER_BYTES, positionOf } from "../../judge/record-proof.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import { setBits } from "../set-bits.ts";
import type { VerifyContext } from "./verify-context.ts";

const RECORD_BYTES = 128;
/** So many bundles an honest executor can publish in the time that it has (spec 07). */
const MOST_DEMANDED = 8;
/** Seats ask one after the other: the batch has one demand at a time. */
const STAGGER_MS = 500;
/** From the turn of who ends the demand until its end stands on the ledger. */
const GRACE_SEC = 5;

type DemandContext = Pick<
  VerifyContext,
  "store" | "clock" | "registry" | "calls" | "transactions" | "nodeNo" | "logger"
>;

/** Is a demand of this batch's bundles open, so that there is nothing to judge before its end? */
export function awaitsAnswer({ store, clock, registry }: DemandContext, batchNo: number): boolean {
  const challenge = store.read.challenges.get({ batchNo });
  if (challenge === null || challenge.ended) return false;
  return (
    clock.nowMs() < (challenge.answerEndsSec + registry.parameters.deltaSec + GRACE_SEC) * 1000
  );
}

/**
 * Demands on the ledger what neither the executor nor its keepers gave, once for each position of a draw.
 * @returns whether it did, or is about to.
 */
export async function demandData(
  context: DemandContext,
  batch: BatchRow,
  duty: DutyRow,
  found: { readonly judgement: BatchJudgement; readonly sinceMs: number },
): Promise<boolean> {
  const { store, clock, calls, transactions, nodeNo, logger } = context;
  const { batchNo, draw } = batch;
  const before = store.read.challenges.get({ batchNo });
  const all = missingBits(batch, found.judgement) & ~(before?.asked ?? 0n);
  // An executor that withheld something may be asked for everything.
  const isWithheld = before?.ended === true && before.open !== 0n;
  const missing = isWithheld ? all : lowestBits(all, MOST_DEMANDED);
  if (missing === 0n || !isInTime(context, duty)) return false;
  if (clock.nowMs() < found.sinceMs + duty.seat * STAGGER_MS) return true;
  logger.warn("Bundles are withheld: they are demanded on the ledger", { batchNo, bits: missing });
  await transactions.wish({
    purpose: `demand:${batchNo}:${draw}:${nodeNo}:${missing.toString(16)}`,
    call: calls.challengeData(batchNo, missing),
    gas: null,
  });
  return true;
}

function lowestBits(bits: bigint, most: number): bigint {
  return setBits(bits)
    .slice(0, most)
    .reduce((lowest, index) => lowest | (1n << BigInt(index)), 0n);
}

/** An answer, and a judgement after it, must fit into what is left of the window. */
function isInTime({ clock, registry }: DemandContext, duty: DutyRow): boolean {
  const windowMs = registry.parameters.verdictWindowSec * 1000;
  return clock.nowMs() < duty.updatedMs + windowMs / 2;
}

/** What is too large for an answer is not asked for: it would prove nothing. */
function missingBits(batch: BatchRow, { findings }: BatchJudgement): bigint {
  return findings.reduce((bits, { index, judgement }) => {
    const isMissing = judgement.kind === "unable" && judgement.code === "NO_BUNDLE";
    return isMissing && fitsAnswer(batch, index) ? bits | (1n << BigInt(index)) : bits;
  }, 0n);
}

function fitsAnswer({ records, posted }: BatchRow, index: number): boolean {
  const offset = positionOf(posted, index) * RECORD_BYTES;
  const own = records?.subarray(offset, offset + RECORD_BYTES);
  if (own === undefined || bytesToHex(own).length !== 2 + 2 * RECORD_BYTES) return false;
  try {
    return decodeRecord(own).bundleBytes <= MAX_ANSWER_BYTES;
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}
