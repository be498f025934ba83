import type { AuditedKind } from "../signer/audit-entry.ts";
import type { LedgerView } from "./ledger-view.ts";
import type { Position } from "./position.ts";
import type { Finding, Gap, GapReason, KindSummary } from "./report.ts";

export function summariseKind(
  kind: AuditedKind,
  parts: {
    readonly view: LedgerView;
    readonly signed: number | null;
    readonly gaps: readonly Gap[];
  },
): KindSummary {
  const gaps: Partial<Record<GapReason, number>> = {};
  for (const gap of parts.gaps) {
    if (gap.kind === kind) gaps[gap.reason] = (gaps[gap.reason] ?? 0) + 1;
  }
  return {
    kind,
    signed: parts.signed,
    newestPublished: parts.view.newest(kind),
    published: parts.view.positions[kind].size,
    gaps,
  };
}

/**
 * Numbers below the newest that the ledger does not show, without the log. Records of leases that ended are the only
 * ones that public data explain; commitments and checkpoints are shown to other nodes first, and not all are published.
 */
export function publicGaps(kind: AuditedKind, view: LedgerView): readonly Gap[] {
  if (kind === "Commitment" || kind === "AuditCheckpoint") return [];
  const states = [...view.batches.values()];
  let expired =
    kind === "RecordBatch" ? states.filter(({ state }) => state === "expired").length : 0;
  const gaps: Gap[] = [];
  const newest = view.newest(kind);
  for (let seq = 1; seq <= newest; seq += 1) {
    if (view.positions[kind].has(seq)) continue;
    gaps.push({ kind, seq, about: null, reason: expired > 0 ? "expired" : "unexplained" });
    expired -= 1;
  }
  return gaps;
}

/** Two signed structures that no one log can have. */
export function conflictFindings(view: LedgerView): readonly Finding[] {
  return view.conflicts.map(([one, other]) => {
    const names = [one, other].map(
      ({ kind, seq, about, block }) => `${kind} ${seq} (${about}, block ${block})`,
    );
    const text = `${names.join(" and ")} ${sharedBy(one, other)}: they come from two logs`;
    return { code: "AUDIT_TWO_AT_ONE_PLACE", text };
  });
}

function sharedBy(one: Position, other: Position): string {
  if (one.head === other.head) return "follow one and the same entry";
  return one.seq === other.seq ? "have one number" : "count what no one log can";
}
