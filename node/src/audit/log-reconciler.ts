import type { Hasher } from "@deed/protocol/encoding";
import {
  AUDITED_KINDS,
  type AuditEntry,
  type AuditedEntry,
  type AuditedKind,
  type EntryKind,
  isAudited,
} from "../signer/audit-entry.ts";
import { KeyUses } from "../signer/key-uses.ts";
import { explainGap } from "./explain-gap.ts";
import type { LedgerView } from "./ledger-view.ts";
import { NonceBook } from "./nonce-book.ts";
import { positionOfEntry } from "./position.ts";
import type { Finding, Gap, KindSummary } from "./report.ts";
import { summariseKind } from "./summarise-kind.ts";

/** Times between which uses of keys are counted, milliseconds since the epoch; null: no bound. */
export interface UseWindow {
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Sees every entry of a log, in order, beside what the ledger shows. */
export class LogReconciler {
  readonly nonces: NonceBook;
  readonly uses: KeyUses = new KeyUses();
  readonly uncounted: Partial<Record<EntryKind, number>> = {};
  readonly gaps: Gap[] = [];
  readonly #view: LedgerView;
  readonly #nowSec: number;
  readonly #findings: Finding[] = [];
  readonly #seq = Object.fromEntries(AUDITED_KINDS.map((kind) => [kind, 0])) as Record<
    AuditedKind,
    number
  >;

  #firstActionKey = "";
  readonly #usesWithin: UseWindow;

  constructor(
    view: LedgerView,
    parts: {
      readonly nowSec: number;
      readonly usesWithin: UseWindow;
      readonly actionKey: string;
      readonly hasher: Hasher;
    },
  ) {
    this.#view = view;
    this.#nowSec = parts.nowSec;
    this.#usesWithin = parts.usesWithin;
    this.nonces = new NonceBook(parts);
  }

  apply(entry: AuditEntry): void {
    const { kind, atMs } = entry;
    const { fromMs, toMs } = this.#usesWithin;
    if (atMs >= (fromMs ?? 0) && atMs <= (toMs ?? atMs)) this.uses.apply(entry);
    if (kind === "Genesis") this.#begin(entry);
    if (isAudited(kind)) this.#position({ ...entry, kind });
    else if (kind === "Transaction") this.nonces.apply(entry, this.#firstActionKey);
    else this.uncounted[kind] = (this.uncounted[kind] ?? 0) + 1;
  }

  /** After the last entry: what the ledger shows beyond the log is a finding, too. */
  end(): { readonly kinds: readonly KindSummary[]; readonly findings: readonly Finding[] } {
    for (const kind of AUDITED_KINDS) {
      for (const [seq, { about, block }] of this.#view.positions[kind]) {
        if (seq <= this.#seq[kind]) continue;
        const text = `${kind} ${seq} (${about}) stands on the ledger in block ${block}, and not in the log, which ends at ${this.#seq[kind]}`;
        this.#findings.push({ code: "AUDIT_NOT_IN_LOG", text });
      }
    }
    const kinds = AUDITED_KINDS.map((kind) =>
      summariseKind(kind, { view: this.#view, signed: this.#seq[kind], gaps: this.gaps }),
    );
    return { kinds, findings: this.#findings };
  }

  // A log that follows a lost one counts on behind what the ledger had seen of that.
  #begin({ body }: AuditEntry): void {
    this.#firstActionKey = String(body["action"]);
    for (const kind of AUDITED_KINDS) this.#seq[kind] = Number(body[`continues${kind}`] ?? 0);
  }

  #position(entry: AuditedEntry): void {
    const { kind, seq, head, about, content } = positionOfEntry(entry);
    if (seq !== this.#seq[kind] + 1) {
      const text = `line ${entry.n} of the log has ${kind} ${seq} after ${this.#seq[kind]}`;
      this.#findings.push({ code: "AUDIT_BAD_NUMBERING", text });
    }
    this.#seq[kind] = seq;
    const shown = this.#view.positions[kind].get(seq);
    if (shown === undefined) {
      this.gaps.push({ kind, seq, about, reason: explainGap(entry, this.#view, this.#nowSec) });
      return;
    }
    if (shown.head === head && shown.content === content) return;
    const what = shown.head === head ? "says something else" : "names another log";
    const text = `${kind} ${seq} (${about}) in the log, and ${kind} ${seq} (${shown.about}) in block ${shown.block} ${what}`;
    this.#findings.push({ code: "AUDIT_FORKED", text });
  }
}
