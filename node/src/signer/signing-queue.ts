import type { AuditEntry, AuditedKind, EntryKind, NewEntry } from "./audit-entry.ts";
import { isAudited } from "./audit-entry.ts";
import type { AuditLog, PlacedEntry } from "./audit-log.ts";
import type { AuditPositions } from "./audit-positions.ts";
import type { KeyUses, LoggedKey } from "./key-uses.ts";
import type { Place, Places } from "./places.ts";
import { SignerError } from "./signer-error.ts";

const MOST_PER_FLUSH = 64;

/** Something to be logged and then signed. */
export interface Job<T> {
  readonly kind: EntryKind;
  /** Or what makes it of the log before its entry. */
  readonly body: NewEntry["body"] | ((before: LogBefore) => NewEntry["body"]);
  /** The first names what is asked for; the rest are guarded with it. */
  readonly places: readonly Place[];
  /** Signs what the log says, now or when it is asked for again. */
  readonly sign: (entry: AuditEntry) => Promise<T>;
}

/** What a log has before an entry. */
export interface LogBefore {
  readonly entries: number;
  readonly seq: Readonly<Record<AuditedKind, number>>;
  readonly uses: Readonly<Record<LoggedKey, number>>;
}

interface Waiting {
  readonly job: Job<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Nothing is signed before its entry is on the disk, and no place twice with different content. Requests that
 * come while the disk is busy are flushed together.
 */
export class SigningQueue {
  readonly #log: AuditLog;
  readonly #places: Places;
  readonly #seq: Record<AuditedKind, number>;
  readonly #positions: AuditPositions;
  readonly #uses: KeyUses;
  readonly #logsAgain: boolean;
  /** Content that is on its way to the log, by the key of its place. */
  readonly #underway = new Map<string, { content: Buffer; result: Promise<unknown> }>();
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | null = null;

  /** @param known What the log says; `logsAgain`: a signature that is given once more is an entry, too. */
  constructor(
    log: AuditLog,
    known: {
      places: Places;
      positions: AuditPositions;
      seq: Record<AuditedKind, number>;
      uses: KeyUses;
      logsAgain: boolean;
    },
  ) {
    this.#log = log;
    this.#logsAgain = known.logsAgain;
    this.#places = known.places;
    this.#positions = known.positions;
    this.#seq = known.seq;
    this.#uses = known.uses;
  }

  /** Newest position of each structure. */
  get seq(): Readonly<Record<AuditedKind, number>> {
    return this.#seq;
  }

  /** Entries of opened boxes. */
  get openings(): number {
    return this.#uses.openings;
  }

  /**
   * Logs and signs, or gives back what was signed for the same place and content.
   * Errors: E_EQUIVOCATION, E_HALTED.
   */
  async sign<T>(job: Job<T>): Promise<T> {
    const [first] = job.places;
    refuseTwice(job);
    for (const place of job.places) this.#refuseOther(job.kind, place);
    if (first !== undefined) {
      const underway = this.#underway.get(idOf(first.key));
      if (underway !== undefined) return underway.result as Promise<T>;
      const known = this.#places.get(first.key);
      if (known !== null) return this.again(known.offset, job.sign);
    }
    return this.#enqueue(job);
  }

  /** Signs what the log says at an offset once more. */
  async again<T>(offset: number, sign: Job<T>["sign"]): Promise<T> {
    if (this.#log.halted !== null) {
      throw new SignerError({ code: "E_HALTED", reason: this.#log.halted });
    }
    const entry = await this.#log.at(offset);
    if (!this.#logsAgain) return sign(entry);
    // A store's own counter sees this signature: the log must explain it.
    const body = { kind: entry.kind, n: entry.n };
    return this.#enqueue({ kind: "Again", body, places: [], sign: () => sign(entry) });
  }

  /** Is something of this place on its way to the log? */
  isUnderway(key: Buffer): boolean {
    return this.#underway.has(idOf(key));
  }

  /** Waits for what is underway; nothing new may come. */
  async drain(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
  }

  #enqueue<T>(job: Job<T>): Promise<T> {
    const result = new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { job, resolve: resolve as (value: unknown) => void, reject };
      this.#waiting.push(waiting);
    });
    for (const { key, content } of job.places) this.#underway.set(idOf(key), { content, result });
    this.#flushing ??= this.#flushAll();
    return result;
  }

  #refuseOther(kind: EntryKind, place: Place): void {
    const known = this.#underway.get(idOf(place.key)) ?? this.#places.get(place.key);
    if (known === null || known.content.equals(place.content)) return;
    throw new SignerError({ code: "E_EQUIVOCATION", kind, place: place.name() });
  }

  async #flushAll(): Promise<void> {
    // One turn of the event loop, so that requests that came together are flushed together.
    await new Promise((next) => setImmediate(next));
    while (this.#waiting.length > 0) {
      await this.#flush(this.#waiting.splice(0, MOST_PER_FLUSH));
    }
    this.#flushing = null;
  }

  async #flush(batch: readonly Waiting[]): Promise<void> {
    const entries = batch.map(({ job }, index) => this.#numbered(job, this.#log.count + index));
    let placed: readonly PlacedEntry[];
    try {
      placed = await this.#log.append(entries);
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { job }] of batch.entries()) this.#remember(job, placed[index]!);
    for (const [index, { job, resolve, reject }] of batch.entries()) {
      // One after the other: an HSM session signs one at a time anyway.
      await job.sign(placed[index]!.entry).then(resolve, reject);
    }
  }

  /** @param entries Lines before it. A log that does not take what was counted here is halted. */
  #numbered({ kind, body: given }: Job<unknown>, entries: number): NewEntry {
    const before = { entries, seq: { ...this.#seq }, uses: { ...this.#uses.counts } };
    const body = typeof given === "function" ? given(before) : given;
    this.#uses.apply({ kind, body });
    if (!isAudited(kind)) return { kind, body };
    this.#seq[kind] += 1;
    return { kind, seq: this.#seq[kind], body };
  }

  #remember(job: Job<unknown>, { entry, offset }: PlacedEntry): void {
    if (isAudited(job.kind)) this.#positions.add(job.kind, entry.seq ?? 0, offset);
    for (const place of job.places) {
      this.#places.add(place, offset);
      this.#underway.delete(idOf(place.key));
    }
  }
}

// The same place with two contents inside one request.
function refuseTwice({ kind, places }: Job<unknown>): void {
  if (places.length < 2) return;
  const contents = new Map<string, Buffer>();
  for (const { name, key, content } of places) {
    const other = contents.get(idOf(key));
    if (other !== undefined && !other.equals(content)) {
      throw new SignerError({ code: "E_EQUIVOCATION", kind, place: name() });
    }
    contents.set(idOf(key), content);
  }
}

function idOf(key: Buffer): string {
  return key.toString("latin1");
}
