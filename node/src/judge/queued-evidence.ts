import type { Evidence, SignedVerdict } from "@deed/protocol/verify";
import type { MetaRow } from "../store/meta.ts";
import type { Tables } from "../store/tables.ts";
import type { VerdictRow } from "../store/verdicts.ts";

// Two signatures that contradict each other, seen once and perhaps by this node alone: kept until a contract judged them.

const PREFIX = "evidence:";
/** For `meta.select`. */
export const QUEUED_EVIDENCE: string = `key LIKE '${PREFIX}%'`;
/** A verdict of the ledger's fall-back does not say the set that its signature names. */
const UNSAID = "0x";

/** Keeps evidence about signatures for the dispute role; of one place and node the first will do. */
export function queueEvidence(tables: Pick<Tables, "meta">, evidence: Evidence): void {
  if (!("nodeNo" in evidence)) throw new TypeError("evidence of a record stands on the ledger");
  const { fault, nodeNo, first } = evidence;
  const draw = "draw" in first ? first.draw : 0;
  const key = `${PREFIX}${fault}:${first.batchNo}:${draw}:${nodeNo}`;
  if (tables.meta.get({ key }) === null) tables.meta.put({ key, value: textOf(evidence) });
}

export function queuedEvidence({ value }: MetaRow): Evidence {
  return JSON.parse(value, (_key, field: unknown) =>
    typeof field === "string" && /^\d+n$/.test(field) ? BigInt(field.slice(0, -1)) : field,
  ) as Evidence;
}

/** What a seat signed, out of the store; null when the row does not hold all of it. */
export function shownVerdict({ receivedMs: _, ...row }: VerdictRow): SignedVerdict | null {
  return row.commitmentsHash === UNSAID ? null : row;
}

function textOf(evidence: Evidence): string {
  return JSON.stringify(evidence, (_key, field: unknown) =>
    typeof field === "bigint" ? `${field}n` : field,
  );
}
