import type { Logger } from "../telemetry/logger.ts";
import { DURATION_BUCKETS, type Metrics } from "../telemetry/metrics.ts";
import { type CommitReport, GroupCommit } from "./group-commit.ts";
import { migrate } from "./migrate.ts";
import { type OwnDatabase, openDatabase } from "./open-database.ts";
import { MIGRATIONS } from "./schema.ts";
import { StoreError } from "./store-error.ts";
import { createTables, type ReadTables, type Tables } from "./tables.ts";

export interface StoreOptions {
  /** File; its `-wal` lies beside it. */
  readonly path: string;
}

export interface StoreParts {
  readonly logger: Logger;
  readonly metrics?: Metrics;
}

/** Names of tables as SQLite has them. */
export type ChangeListener = (touched: ReadonlySet<string>) => void;

/**
 * Where roles meet: durable rows of one node. Reads are synchronous and see only what is on the disk;
 * a write is kept when its promise resolves.
 */
export interface Store {
  readonly read: ReadTables;
  /**
   * Runs `body` at the end of this event-loop turn, together with the turn's other writes. It must be
   * synchronous; when it throws, its rows are taken back and the promise rejects.
   */
  write<T>(body: (tables: Tables) => T): Promise<T>;
  /**
   * The same for what the ledger or the clock tells again: it survives the end of the process, but a machine that
   * loses its power may lose the last of it. Nothing that is written later is kept without it.
   */
  writeDerived<T>(body: (tables: Tables) => T): Promise<T>;
  /** Calls after every commit. @returns a function that ends it. */
  onCommit(listener: ChangeListener): () => void;
  /** Keeps what waits, then closes the file. */
  close(): void;
}

/** Opens the store and brings its schema up to date. */
export function openStore(options: StoreOptions, parts: StoreParts): Store {
  const own = openDatabase(options.path);
  try {
    const schema = migrate(own.database, options.path, MIGRATIONS);
    parts.logger.info("Store opened", { path: options.path, schema });
    return new SqliteStore(own, parts);
  } catch (error) {
    own.close();
    throw error;
  }
}

class SqliteStore implements Store {
  readonly read: ReadTables;
  readonly #tables: Tables;
  readonly #own: OwnDatabase;
  readonly #commits: GroupCommit;
  readonly #listeners = new Set<ChangeListener>();
  #open = true;

  constructor(own: OwnDatabase, parts: StoreParts) {
    this.#own = own;
    this.#tables = createTables(own.database);
    this.read = this.#tables;
    const measure = parts.metrics === undefined ? () => undefined : measured(parts.metrics);
    this.#commits = new GroupCommit(own.database, (report) => {
      measure(report);
      for (const listener of this.#listeners) listener(report.touched);
    });
  }

  write<T>(body: (tables: Tables) => T): Promise<T> {
    if (!this.#open) return Promise.reject(new StoreError({ code: "STORE_CLOSED" }));
    return this.#commits.add(() => body(this.#tables), true);
  }

  writeDerived<T>(body: (tables: Tables) => T): Promise<T> {
    if (!this.#open) return Promise.reject(new StoreError({ code: "STORE_CLOSED" }));
    return this.#commits.add(() => body(this.#tables), false);
  }

  onCommit(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#commits.flush();
    this.#listeners.clear();
    this.#own.close();
  }
}

function measured(metrics: Metrics): (report: CommitReport) => void {
  const duration = metrics.histogram(
    "deed_store_commit_seconds",
    "Time of a group commit, disk flush included",
    DURATION_BUCKETS,
  );
  const writes = metrics.counter("deed_store_writes_total", "Writes that were committed");
  return (report) => {
    duration.observe(report.durationMs / 1000);
    writes.inc(report.writes);
  };
}
