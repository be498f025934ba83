import { AUDITED_KINDS, type AuditEntry, type AuditedKind, isAudited } from "./audit-entry.ts";
import type { PlacedEntry } from "./audit-log.ts";
import { placesOf } from "./audit-places.ts";
import { Places } from "./places.ts";
import type { AuditMinimum } from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";

/** What the log says, gathered while it is read at the start. */
export class AuditState {
  readonly places: Places = new Places();
  readonly seq: Record<AuditedKind, number> = {
    RecordBatch: 0,
    Commitment: 0,
    Verdict: 0,
    Vote: 0,
  };
  nextNonce: number;
  genesis: AuditEntry | null = null;

  constructor(firstNonce: number) {
    this.nextNonce = firstNonce;
  }

  apply({ entry, offset }: PlacedEntry): void {
    if (entry.n === 1) this.genesis = entry;
    if (isAudited(entry.kind)) {
      if (entry.seq !== this.seq[entry.kind] + 1) {
        throw new SignerError({ code: "E_AUDIT_DAMAGED", offset, reason: "sequence" });
      }
      this.seq[entry.kind] = entry.seq;
    }
    if (entry.kind === "Transaction") {
      this.nextNonce = Math.max(this.nextNonce, Number(entry.body["nonce"]) + 1);
    }
    for (const place of placesOf(entry.kind, entry.body)) this.places.add(place, offset);
  }
}

/** Refuses a log that knows less than the ledger: an old copy would sign places a second time. */
export function refuseBehind(
  minimum: AuditMinimum,
  seq: Readonly<Record<AuditedKind, number>>,
  nextNonce: number,
): void {
  for (const kind of AUDITED_KINDS) behind(kind, seq[kind], minimum[kind] ?? 0);
  behind("Transaction", nextNonce, minimum.Transaction ?? 0);
}

function behind(kind: AuditedKind | "Transaction", log: number, ledger: number): void {
  if (ledger > log) throw new SignerError({ code: "E_AUDIT_BEHIND", kind, log, ledger });
}
