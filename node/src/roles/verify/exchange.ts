import {
  commitmentDigest,
  commitmentsHash,
  decodeReport,
  EncodingError,
  faultBits,
  type Hex,
  reportHash,
  verdictCommitment,
  verdictDigest,
  wordHex,
} from "@deed/protocol/encoding";
import type { CommitmentMessage, VerdictMessage } from "../../peers/messages.ts";
import { dutyBegin } from "../../signer/duty-begin.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DutyRow } from "../../store/duties.ts";
import type { CommitmentRow, VerdictRow } from "../../store/verdicts.ts";
import { seatNode } from "./committee.ts";
import { noteSecondCommitment } from "./second-signatures.ts";
import type { VerifyContext } from "./verify-context.ts";

type Checks = Pick<
  VerifyContext,
  "store" | "clock" | "registry" | "domains" | "recovery" | "hasher" | "logger" | "wakers"
>;

/** Nodes of a duty's seats, in order; null for an operator without an active verifier. */
export function seatNodes(
  context: Pick<VerifyContext, "registry">,
  duty: Pick<DutyRow, "seats">,
): readonly (number | null)[] {
  return duty.seats.map((operatorNo) => seatNode(context.registry, operatorNo));
}

/**
 * Checks and keeps the commitment of a seat beside this node's own. One that comes before the own seat
 * is known is not kept: its sender offers it until it is answered.
 * @returns false when it is not that seat's.
 */
export async function keepCommitment(
  context: Checks,
  message: CommitmentMessage,
): Promise<boolean> {
  const { store, clock, registry, domains, recovery, hasher } = context;
  const { batchNo, draw, nodeNo } = message;
  const known = store.read.commitments.get({ batchNo, draw, nodeNo });
  if (known !== null && known.commitment !== message.commitment) {
    await noteSecondCommitment(context, known, message);
    return false;
  }
  if (!isSeat(context, message)) return false;
  // Said again, until the other side has answered.
  if (known?.commitment === message.commitment && known.signature === message.signature)
    return true;
  const digest = commitmentDigest(message, domains.executions, hasher);
  const dutyKey = registry.dutyKeyAt(nodeNo, drawnAtSec(store, message));
  if (dutyKey === null || recovery.recover(digest, message.signature) !== dutyKey) return false;
  const { commitment, auditSeq, auditHead, signature } = message;
  const row: CommitmentRow = {
    batchNo,
    draw,
    nodeNo,
    commitment,
    auditSeq,
    auditHead,
    signature,
    receivedMs: clock.nowMs(),
  };
  if (known === null) await store.write((tables) => tables.commitments.insertIfAbsent(row));
  return true;
}

/** Checks and keeps a seat's verdict: it must open the commitment that the seat signed. */
export async function keepVerdict(context: Checks, message: VerdictMessage): Promise<boolean> {
  const { store, clock, registry, domains, recovery, hasher } = context;
  const { batchNo, draw, nodeNo } = message;
  const committed = store.read.commitments.get({ batchNo, draw, nodeNo });
  if (committed === null) return false;
  if (isKept(store.read.verdicts.get({ batchNo, draw, nodeNo }), message)) return true;
  const opened = { ...message, fault: BigInt(message.fault), unable: BigInt(message.unable) };
  if (!isSeat(context, message) || !isWellFormed(context, opened)) return false;
  if (verdictCommitment(opened, hasher) !== committed.commitment) return false;
  const digest = verdictDigest(opened, domains.executions, hasher);
  const dutyKey = registry.dutyKeyAt(nodeNo, drawnAtSec(store, message));
  if (dutyKey === null || recovery.recover(digest, message.signature) !== dutyKey) return false;
  const row: VerdictRow = { ...opened, receivedMs: clock.nowMs() };
  await store.write((tables) => {
    const known = tables.verdicts.get({ batchNo, draw, nodeNo });
    // The same verdict under another set of commitments takes the older one's place.
    if (known?.commitmentsHash !== row.commitmentsHash) tables.verdicts.put(verdictRow(row));
  });
  return true;
}

/** Said again: it was checked when it came first. */
function isKept(known: VerdictRow | null, message: VerdictMessage): boolean {
  return (
    known !== null &&
    known.signature === message.signature &&
    known.commitmentsHash === message.commitmentsHash &&
    known.salt === message.salt &&
    known.report === message.report
  );
}

/** When the round closed that drew the seats beside this node's. */
export function drawnAtSec(
  store: Pick<Checks["store"], "read">,
  { batchNo, draw }: Pick<CommitmentMessage, "batchNo" | "draw">,
): number {
  const duty = store.read.duties.get({ batchNo, draw });
  const round = duty === null ? null : store.read.rounds.get({ round: duty.round });
  return round?.closedAtSec ?? 0;
}

/** Does this node sit with the sender in an open draw? */
function isSeat(
  context: Pick<Checks, "store" | "registry">,
  { batchNo, draw, nodeNo }: Pick<CommitmentMessage, "batchNo" | "draw" | "nodeNo">,
): boolean {
  const duty = context.store.read.duties.get({ batchNo, draw });
  return duty !== null && duty.state !== "ended" && seatNodes(context, duty).includes(nodeNo);
}

/** What the contract would refuse is not kept: it would stand in the way of all seats. */
function isWellFormed(
  { store, hasher }: Pick<Checks, "store" | "hasher">,
  verdict: Omit<VerdictRow, "receivedMs">,
): boolean {
  const { batchNo, draw, fault, unable, report } = verdict;
  const batch = store.read.batches.get({ batchNo });
  if (batch === null || batch.draw !== draw) return false;
  const judged = judgedBits(batch);
  const isInside = ((fault | unable) & ~judged) === 0n && (fault & unable) === 0n;
  if (!isInside || verdict.recordBlockHash !== batch.recordBlockHash) return false;
  if (reportHash(report, hasher) !== verdict.reportHash) return false;
  try {
    return faultBits(decodeReport(report)) === fault;
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}

/** The positions that a batch's present draw judges (spec 06). */
export function judgedBits(batch: Pick<BatchRow, "draw" | "posted" | "pending">): bigint {
  return batch.draw === 0 ? batch.posted : batch.pending;
}

/** Sends this seat's commitment: first to all seats, then to those whose own is not here yet. Best effort. */
export async function offerCommitment(
  context: VerifyContext,
  duty: DutyRow,
  isFirst: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { store, nodeNo, peers, logger } = context;
  const { batchNo, draw } = duty;
  const own = store.read.commitments.get({ batchNo, draw, nodeNo });
  if (own === null) return;
  const have = new Set(store.read.commitments.ofDraw(batchNo, draw).map((row) => row.nodeNo));
  const wanting = seatNodes(context, duty).filter(
    (seat) => seat !== null && seat !== nodeNo && (isFirst || !have.has(seat)),
  );
  await Promise.all(
    wanting.map(async (seat) => {
      try {
        const theirs = await peers.commitment(seat!, commitmentMessage(own), signal);
        const isTheirs = theirs?.nodeNo === seat && theirs?.batchNo === batchNo;
        if (theirs !== null && isTheirs && theirs.draw === draw)
          await keepCommitment(context, theirs);
      } catch (error) {
        signal.throwIfAborted();
        logger.debug("Commitment not exchanged", { batchNo, with: seat, error: String(error) });
      }
    }),
  );
}

/** Signs this seat's verdict once every seat's commitment is here. @returns whether it is signed. */
export async function signVerdict(
  context: VerifyContext,
  batch: BatchRow,
  duty: DutyRow,
  commitments: readonly Hex[],
): Promise<boolean> {
  const { signer, store, clock, nodeNo, hasher, registry } = context;
  const { batchNo, draw, fault, unable, report, reportHash, salt } = duty;
  const begin = await dutyBegin(registry, nodeNo, () => drawnAtSec(store, duty));
  if (begin === null) return false;
  const { recordBlockHash } = batch;
  if (fault === null || unable === null || report === null) return false;
  if (reportHash === null || salt === null || recordBlockHash === null) return false;
  const set = commitmentsHash(commitments, hasher);
  const unsigned = {
    batchNo,
    draw,
    recordBlockHash,
    commitmentsHash: set,
    fault,
    unable,
    reportHash,
  };
  const { auditSeq, auditHead, signature } = await signer.verdict({ ...unsigned, ...begin });
  const nowMs = clock.nowMs();
  const row: VerdictRow = {
    ...unsigned,
    nodeNo,
    report,
    salt,
    auditSeq,
    auditHead,
    signature,
    receivedMs: nowMs,
  };
  const signedDuty = { commitmentsHash: set, auditSeq, auditHead, signature };
  await store.write((tables) => {
    tables.verdicts.put(row);
    tables.duties.update({ batchNo, draw }, { state: "revealed", ...signedDuty, updatedMs: nowMs });
  });
  return true;
}

/** The commitments of all seats in seat order; null while one is missing. */
export function heldCommitments(context: VerifyContext, duty: DutyRow): readonly Hex[] | null {
  const { store } = context;
  const { batchNo, draw } = duty;
  const found = seatNodes(context, duty).map((nodeNo) =>
    nodeNo === null ? null : store.read.commitments.get({ batchNo, draw, nodeNo }),
  );
  return found.every((row) => row !== null) ? found.map((row) => row.commitment) : null;
}

/** Sends this seat's verdict to the seats that have not answered with theirs. Best effort. */
export async function offerVerdict(
  context: VerifyContext,
  duty: DutyRow,
  signal: AbortSignal,
): Promise<void> {
  const { store, nodeNo, peers, logger } = context;
  const { batchNo, draw } = duty;
  const own = store.read.verdicts.get({ batchNo, draw, nodeNo });
  if (own === null) return;
  const others = seatNodes(context, duty).filter((seat) => seat !== null && seat !== nodeNo);
  await Promise.all(
    others.map(async (seat) => {
      try {
        await peers.verdict(seat!, verdictMessage(own), signal);
      } catch (error) {
        signal.throwIfAborted();
        logger.debug("Verdict not delivered", { batchNo, to: seat, error: String(error) });
      }
    }),
  );
}

/** All seats' verdicts in seat order, when they name one set; null while one is missing. */
export function heldVerdicts(context: VerifyContext, duty: DutyRow): readonly VerdictRow[] | null {
  const { store } = context;
  const { batchNo, draw, commitmentsHash: set } = duty;
  const found = seatNodes(context, duty).map((nodeNo) =>
    nodeNo === null ? null : store.read.verdicts.get({ batchNo, draw, nodeNo }),
  );
  const all = found.every((row) => row !== null && row.commitmentsHash === set);
  return all ? (found as readonly VerdictRow[]) : null;
}

export function commitmentMessage(row: CommitmentRow): CommitmentMessage {
  const { batchNo, draw, nodeNo, commitment, auditSeq, auditHead, signature } = row;
  return { batchNo, draw, nodeNo, commitment, auditSeq, auditHead, signature };
}

function verdictMessage(row: VerdictRow): VerdictMessage {
  const { receivedMs: _, ...message } = row;
  return { ...message, fault: wordHex(row.fault), unable: wordHex(row.unable) };
}

/** Only the columns: a message may carry more. */
function verdictRow(row: VerdictRow): VerdictRow {
  const { batchNo, draw, nodeNo, recordBlockHash, fault, unable, report, reportHash } = row;
  const { salt, auditSeq, auditHead, signature, receivedMs, commitmentsHash: set } = row;
  const place = { batchNo, draw, nodeNo, recordBlockHash, commitmentsHash: set };
  const finding = { fault, unable, report, reportHash, salt };
  return { ...place, ...finding, auditSeq, auditHead, signature, receivedMs };
}
