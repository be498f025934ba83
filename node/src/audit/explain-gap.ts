import type { AuditedEntry } from "../signer/audit-entry.ts";
import type { LedgerView } from "./ledger-view.ts";
import type { GapReason } from "./report.ts";

/** Why the ledger does not show an entry that was signed. @param nowSec Time of the newest block that was read. */
export function explainGap(
  { kind, body }: AuditedEntry,
  view: LedgerView,
  nowSec: number,
): GapReason {
  const [batchNo, draw] = [Number(body["batchNo"]), Number(body["draw"])];
  switch (kind) {
    case "RecordBatch":
      return ofRecord(batchNo, view, nowSec);
    case "Commitment":
      if (view.hasVerdict(batchNo, draw)) return "exchanged";
      return ofDraw(batchNo, draw, view);
    case "Verdict":
      if (view.hasVerdict(batchNo, draw)) return "superseded";
      return ofDraw(batchNo, draw, view);
    case "Vote": {
      const dispute = view.dispute(Number(body["disputeNo"]));
      if (dispute === null) return "unknownPlace";
      return dispute === "open" ? "pending" : "unused";
    }
    case "AuditCheckpoint":
      return Number(body["no"]) > view.newest(kind) ? "pending" : "exchanged";
  }
}

function ofRecord(batchNo: number, view: LedgerView, nowSec: number): GapReason {
  const batch = view.batches.get(batchNo);
  if (batch === undefined) return "unknownPlace";
  if (batch.state === "expired") return "expired";
  // Recorded, and not by this signature: another content of the place would be a finding of its own.
  if (batch.state === "recorded") return "unexplained";
  return nowSec > batch.deadlineSec ? "expired" : "pending";
}

function ofDraw(batchNo: number, draw: number, view: LedgerView): GapReason {
  if (!view.knowsBatch(batchNo)) return "unknownPlace";
  return view.hasEnded(batchNo, draw) ? "unused" : "pending";
}
