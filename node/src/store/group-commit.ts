import type { SqlDatabase } from "./database.ts";
import { reasonOf, StoreError } from "./store-error.ts";

interface Waiting {
  readonly body: () => unknown;
  readonly isFlushed: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface Outcome {
  readonly settle: () => void;
}

/** What one commit did. */
export interface CommitReport {
  readonly writes: number;
  readonly touched: ReadonlySet<string>;
  readonly durationMs: number;
}

/**
 * Runs the writes of one event-loop turn in one transaction, one disk flush for all. They run at its
 * end, so nobody reads what might not be kept; one that throws takes back only its own rows.
 */
export class GroupCommit {
  readonly #database: SqlDatabase;
  readonly #onCommit: (report: CommitReport) => void;
  #waiting: Waiting[] = [];
  #scheduled = false;
  /** What the connection is set to; it opens so. */
  #isFlushing = true;

  constructor(database: SqlDatabase, onCommit: (report: CommitReport) => void) {
    this.#database = database;
    this.#onCommit = onCommit;
  }

  /** @param isFlushed False: the next commit that is flushed takes this one to the disk, before itself. */
  add<T>(body: () => T, isFlushed = true): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settle = { resolve: resolve as (value: unknown) => void, reject };
      this.#waiting.push({ body, isFlushed, ...settle });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.flush());
    });
  }

  /** Commits what waits, now. */
  flush(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    if (batch.length === 0) return;
    this.#waiting = [];
    const startedMs = performance.now();
    let outcomes: Outcome[];
    try {
      outcomes = this.#commit(batch);
    } catch (error) {
      this.#refuse(batch, error);
      return;
    }
    const touched = this.#database.takeTouched();
    for (const { settle } of outcomes) settle();
    this.#onCommit({ writes: batch.length, touched, durationMs: performance.now() - startedMs });
  }

  #commit(batch: readonly Waiting[]): Outcome[] {
    const [only] = batch;
    this.#flushing(batch.some(({ isFlushed }) => isFlushed));
    this.#database.run("BEGIN IMMEDIATE");
    if (batch.length === 1 && only !== undefined) return [this.#commitOne(only)];
    const outcomes = this.#database.writing(() => batch.map((waiting) => this.#run(waiting)));
    this.#database.run("COMMIT");
    return outcomes;
  }

  // The log of WAL is one file: a flush of it takes everything before along, in order.
  #flushing(wanted: boolean): void {
    if (this.#isFlushing === wanted) return;
    this.#database.exec(`PRAGMA synchronous = ${wanted ? "FULL" : "NORMAL"}`);
    this.#isFlushing = wanted;
  }

  #commitOne({ body, resolve, reject }: Waiting): Outcome {
    let value: unknown;
    try {
      value = this.#database.writing(body);
    } catch (error) {
      this.#database.run("ROLLBACK");
      return { settle: () => reject(error) };
    }
    this.#database.run("COMMIT");
    return { settle: () => resolve(value) };
  }

  #run({ body, resolve, reject }: Waiting): Outcome {
    this.#database.run("SAVEPOINT one");
    try {
      const value = body();
      this.#database.run("RELEASE one");
      return { settle: () => resolve(value) };
    } catch (error) {
      this.#database.run("ROLLBACK TO one");
      this.#database.run("RELEASE one");
      return { settle: () => reject(error) };
    }
  }

  #refuse(batch: readonly Waiting[], error: unknown): void {
    try {
      this.#database.run("ROLLBACK");
    } catch {
      // The transaction had not begun, or SQLite has already taken it back.
    }
    this.#database.takeTouched();
    const failure = new StoreError(
      { code: "STORE_COMMIT_FAILED", reason: reasonOf(error) },
      { cause: error },
    );
    for (const { reject } of batch) reject(failure);
  }
}
