import { AUDITED_KINDS, type AuditEntry, type AuditedKind, isAudited } from "./audit-entry.ts";
import type { PlacedEntry } from "./audit-log.ts";
import { noncePlaceName, placesOf } from "./audit-places.ts";
import { AuditPositions } from "./audit-positions.ts";
import { KeyUses } from "./key-uses.ts";
import { Places } from "./places.ts";
import type { AuditMinimum } from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";
import { DAY_MS, type Spending } from "./spend-limit.ts";

/** What the log says, gathered while it is read at the start. */
export class AuditState {
  readonly places: Places = new Places();
  readonly positions: AuditPositions = new AuditPositions();
  readonly seq: Record<AuditedKind, number> = {
    RecordBatch: 0,
    Commitment: 0,
    Verdict: 0,
    Vote: 0,
    AuditCheckpoint: 0,
  };
  /** What the action keys' transactions of the log's last day may have cost. */
  spent: Spending[] = [];
  readonly uses: KeyUses = new KeyUses();
  genesis: AuditEntry | null = null;
  /** Where the newest signer of this log was known to be alone. */
  settledPlace: string | null = null;
  readonly #nextNonces = new Map<string, number>();
  readonly #firstNonce: number;

  constructor(firstNonce: number) {
    this.#firstNonce = firstNonce;
  }

  /** The lowest nonce that was never signed, of the log's first action key (null) or of a later one. */
  nextNonce(from: string | null): number {
    return this.#nextNonces.get(from ?? "") ?? (from === null ? this.#firstNonce : 0);
  }

  #spend({ atMs, body }: AuditEntry): void {
    const wei = BigInt(Number(body["gas"])) * BigInt(String(body["maxFeePerGasWei"]));
    // Where gas is free there is nothing to count.
    if (wei === 0n) return;
    const name = noncePlaceName(Number(body["nonce"]), fromOf(body));
    const recent = this.spent.filter((one) => atMs - one.atMs < DAY_MS);
    // Any of one nonce's transactions may be mined, also the dearest.
    const before = recent.find((one) => one.name === name)?.wei ?? 0n;
    this.spent = recent.filter((one) => one.name !== name);
    this.spent.push({ atMs, name, wei: before > wei ? before : wei });
  }

  apply({ entry, offset }: PlacedEntry): void {
    if (entry.n === 1) this.#begin(entry);
    if (isAudited(entry.kind)) {
      if (entry.seq !== this.seq[entry.kind] + 1) {
        throw new SignerError({ code: "E_AUDIT_DAMAGED", offset, reason: "sequence" });
      }
      this.seq[entry.kind] = entry.seq;
      this.positions.add(entry.kind, entry.seq, offset);
    }
    if (entry.kind === "Settled") this.settledPlace = String(entry.body["place"]);
    if (entry.kind === "Transaction") {
      const from = fromOf(entry.body);
      const next = Math.max(this.nextNonce(from), Number(entry.body["nonce"]) + 1);
      this.#nextNonces.set(from ?? "", next);
      this.#spend(entry);
    }
    this.uses.apply(entry);
    for (const place of placesOf(entry.kind, entry.body)) this.places.add(place, offset);
  }

  /** When the log began, and whether it follows one that was lost. */
  get begun(): { readonly atSec: number; readonly continues: boolean } {
    const { genesis } = this;
    const continues = AUDITED_KINDS.some(
      (kind) => genesis?.body[continuesField(kind)] !== undefined,
    );
    return { atSec: Math.floor((genesis?.atMs ?? 0) / 1000), continues };
  }

  // A log that follows a lost one counts on behind what the ledger has seen of that.
  #begin(entry: AuditEntry): void {
    this.genesis = entry;
    for (const kind of AUDITED_KINDS) {
      this.seq[kind] = Number(entry.body[continuesField(kind)] ?? 0);
    }
  }
}

/** Fields of a log's first entry: the newest positions of the log that was lost. */
export function continuesFields(
  continues: Readonly<Record<AuditedKind, number>> | undefined,
): Readonly<Record<string, number>> {
  if (continues === undefined) return {};
  return Object.fromEntries(AUDITED_KINDS.map((kind) => [continuesField(kind), continues[kind]]));
}

function continuesField(kind: AuditedKind): string {
  return `continues${kind}`;
}

function fromOf(body: AuditEntry["body"]): string | null {
  return body["from"] === undefined ? null : String(body["from"]);
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
