import {
  encodeReport,
  FAULT_NUMBERS,
  type ReportedFault,
  reportHash,
  voteCommitment,
} from "@deed/protocol/encoding";
import type { LedgerDispute } from "@deed/sdk";
import { judgeBatch } from "../../judge/judge-batch.ts";
import { type Judgement, unable } from "../../judge/judgement.ts";
import type { DisputeRow } from "../../store/disputes.ts";
import type { DisputeContext } from "./dispute-context.ts";
import { recorded } from "./open-disputes.ts";

const FETCH_TIMEOUT_MS = 10_000;
/** The fault under which executions stand that the committees could not judge. */
const DATA_WITHHELD = 11;

/** Is this node's operator one of the voters? */
export async function isVoter(context: DisputeContext, dispute: DisputeRow): Promise<boolean> {
  const { operatorNo, registry, nodeNo } = context;
  if (operatorNo === dispute.accusedNo || operatorNo === dispute.reporterNo) return false;
  const { verifierList } = await registry.generation(dispute.generation);
  return verifierList.includes(operatorNo) && registry.seatNodeOf(operatorNo) === nodeNo;
}

/**
 * Recomputes the disputed execution and stores what to vote, once: a crash does not change a vote.
 * @returns the row with the vote, or null when this node cannot tell and abstains.
 */
export async function decideVote(
  context: DisputeContext,
  dispute: DisputeRow,
  signal: AbortSignal,
): Promise<DisputeRow | null> {
  if (dispute.myCommitment !== null) return dispute;
  const { store, clock, nodeNo, hasher, operatorNo, logger } = context;
  const batch = store.read.batches.get({ batchNo: dispute.batchNo });
  if (!recorded(batch)) return null;
  const parts = {
    ...context,
    intentsDomain: context.domains.intents,
    ownNodeNo: nodeNo,
    timeoutMs: FETCH_TIMEOUT_MS,
    // Who judged it has a copy, should its maker and the keepers be silent now.
    otherSources: judgesOf(context, dispute.batchNo),
  };
  const bit = 1n << BigInt(dispute.batchIndex);
  const { findings } = await judgeBatch(parts, batch, bit, signal);
  const vote = voteOf(dispute, findings[0]?.judgement ?? unable("JUDGE_FAILED", "no record"));
  logger.info("Vote decided", { disputeNo: dispute.disputeNo, ...(vote ?? { abstains: true }) });
  if (vote === null) return null;
  const salt = context.randomWord();
  const { disputeNo } = dispute;
  const opening = { disputeNo, operatorNo, ...vote, salt };
  const mine = {
    myFault: vote.fault,
    myLeaf: vote.leaf,
    myReportHash: vote.reportHash,
    mySalt: salt,
    myCommitment: voteCommitment(opening, hasher),
    updatedMs: clock.nowMs(),
  };
  await store.write((tables) => tables.disputes.update({ disputeNo }, mine));
  return { ...dispute, ...mine };
}

function judgesOf({ store }: DisputeContext, batchNo: number): readonly number[] {
  return store.read.verdicts
    .select("batch_no = :batchNo", { batchNo })
    .map((verdict) => verdict.nodeNo);
}

interface Vote {
  /** Number of the fault; 0 is innocent. */
  readonly fault: number;
  readonly leaf: number;
  readonly reportHash: DisputeRow["myReportHash"] & string;
}

function voteOf(dispute: DisputeRow, judgement: Judgement): Vote | null {
  const index = dispute.batchIndex;
  switch (judgement.kind) {
    case "right":
      return { fault: 0, leaf: 0, reportHash: reportHash("0x") };
    case "fault": {
      const { leaf, fault } = judgement;
      return guilty({ index, leaf, fault });
    }
    case "unable": {
      // Committees could not judge, and nobody who should have a copy gives one. What failed here is no reason.
      if (dispute.fault !== DATA_WITHHELD || judgement.code !== "NO_BUNDLE") return null;
      return guilty({ index, leaf: 0, fault: "DataWithheld" });
    }
  }
}

function guilty(entry: ReportedFault): Vote {
  const fault = FAULT_NUMBERS[entry.fault];
  return { fault, leaf: entry.leaf, reportHash: reportHash(encodeReport([entry])) };
}

/** Where a dispute stands, by a clock in seconds. */
export function phaseOf(
  dispute: LedgerDispute,
  nowSec: number,
): "response" | "commit" | "reveal" | "over" {
  if (nowSec < dispute.responseEndsSec) return "response";
  if (nowSec < dispute.commitEndsSec) return "commit";
  return nowSec < dispute.revealEndsSec ? "reveal" : "over";
}
