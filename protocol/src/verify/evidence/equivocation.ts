import type { Evidence, SignedCommitment, SignedRecordBatch, SignedVerdict } from "./evidence.ts";

// Signatures of one duty key that contradict each other, or the ledger (spec 07). Whether they are the key's, the
// contract looks.

/** Two records of one batch that do not say the same; null when they do. */
export function recordEquivocation(
  nodeNo: number,
  first: SignedRecordBatch,
  second: SignedRecordBatch,
): Evidence | null {
  const isSame =
    first.itemsRoot === second.itemsRoot &&
    first.recordRoot === second.recordRoot &&
    first.posted === second.posted;
  if (first.batchNo !== second.batchNo || isSame) return null;
  return { fault: "EquivocatedRecord", nodeNo, first, second };
}

/** A record of a batch that another node holds; null when the signer holds it, or the ledger knows no holder. */
export function foreignRecord(
  nodeNo: number,
  signed: SignedRecordBatch,
  holderNo: number | null,
): Evidence | null {
  if (holderNo === null || holderNo === nodeNo) return null;
  return { fault: "WrongHolder", nodeNo, first: signed };
}

/** Two verdicts of one draw that differ in more than the set of commitments; null when they do not. */
export function verdictEquivocation(
  nodeNo: number,
  first: SignedVerdict,
  second: SignedVerdict,
): Evidence | null {
  const isSame =
    first.recordBlockHash === second.recordBlockHash &&
    first.fault === second.fault &&
    first.unable === second.unable &&
    first.reportHash === second.reportHash;
  if (!isOfOneDraw(first, second) || isSame) return null;
  return { fault: "EquivocatedVerdict", nodeNo, signed: "verdicts", first, second };
}

/** Two commitments of one draw; null when they are one. */
export function commitmentEquivocation(
  nodeNo: number,
  first: SignedCommitment,
  second: SignedCommitment,
): Evidence | null {
  if (!isOfOneDraw(first, second) || first.commitment === second.commitment) return null;
  return { fault: "EquivocatedVerdict", nodeNo, signed: "commitments", first, second };
}

interface OfDraw {
  readonly batchNo: number;
  readonly draw: number;
}

function isOfOneDraw(first: OfDraw, second: OfDraw): boolean {
  return first.batchNo === second.batchNo && first.draw === second.draw;
}
