import { AUDITED_KINDS, type AuditedKind } from "./audit-entry.ts";

interface Offsets {
  /** Position of the first. */
  first: number;
  readonly offsets: number[];
}

/** Where the log has each counted structure: what the ledger shows of one can be looked up and compared. */
export class AuditPositions {
  readonly #byKind: ReadonlyMap<AuditedKind, Offsets> = new Map(
    AUDITED_KINDS.map((kind) => [kind, { first: 1, offsets: [] }]),
  );

  /** Positions come in order; a log that follows a lost one does not begin with 1. */
  add(kind: AuditedKind, seq: number, offset: number): void {
    const known = this.#byKind.get(kind)!;
    if (known.offsets.length === 0) known.first = seq;
    known.offsets.push(offset);
  }

  /** Null for a position that the log does not have. */
  offsetOf(kind: AuditedKind, seq: number): number | null {
    const { first, offsets } = this.#byKind.get(kind)!;
    return offsets[seq - first] ?? null;
  }
}
