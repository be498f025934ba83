import type Database from "libsql";
import type { SqlValue } from "./column.ts";
import { reasonOf, StoreError, sqliteCode } from "./store-error.ts";

export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A row as SQLite gives it. */
export type RawRow = Readonly<Record<string, unknown>>;

interface Prepared {
  run(parameters: SqlParameters | readonly []): { changes: number; lastInsertRowid: number };
  get(parameters: SqlParameters | readonly []): RawRow | undefined;
  all(parameters: SqlParameters | readonly []): RawRow[];
}

/** One connection with its prepared statements. Synchronous: it belongs to one event loop. */
export class SqlDatabase {
  readonly #database: Database.Database;
  readonly #prepared = new Map<string, Prepared>();
  /** Tables written since the last call of `takeTouched`. */
  readonly #touched = new Set<string>();
  #writing = false;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  run(sql: string, parameters: SqlParameters = {}): { changes: number; lastInsertRowid: number } {
    return this.#with(sql, (statement) => statement.run(given(parameters)));
  }

  get(sql: string, parameters: SqlParameters = {}): RawRow | undefined {
    return this.#with(sql, (statement) => statement.get(given(parameters)));
  }

  all(sql: string, parameters: SqlParameters = {}): RawRow[] {
    return this.#with(sql, (statement) => statement.all(given(parameters)));
  }

  exec(sql: string): void {
    this.#database.exec(sql);
  }

  /** A setting's value, or null when the pragma answers nothing. */
  pragma(source: string): unknown {
    const row = this.#database.prepare(`PRAGMA ${source}`).all() as RawRow[];
    return row[0] === undefined ? null : (Object.values(row[0])[0] ?? null);
  }

  /** Writes are allowed while `body` runs. */
  writing<T>(body: () => T): T {
    this.#writing = true;
    try {
      return body();
    } finally {
      this.#writing = false;
    }
  }

  touch(table: string): void {
    if (!this.#writing) throw new StoreError({ code: "STORE_WRITE_OUTSIDE", table });
    this.#touched.add(table);
  }

  takeTouched(): ReadonlySet<string> {
    const touched = new Set(this.#touched);
    this.#touched.clear();
    return touched;
  }

  close(): void {
    this.#prepared.clear();
    this.#database.close();
  }

  #with<T>(sql: string, use: (statement: Prepared) => T): T {
    try {
      let statement = this.#prepared.get(sql);
      if (statement === undefined) {
        statement = this.#database.prepare(sql) as unknown as Prepared;
        this.#prepared.set(sql, statement);
      }
      return use(statement);
    } catch (error) {
      if (sqliteCode(error) === null) throw error;
      throw new StoreError(
        { code: "STORE_STATEMENT_FAILED", sql, reason: reasonOf(error) },
        { cause: error },
      );
    }
  }
}

// The library takes an empty object for a value of its own.
function given(parameters: SqlParameters): SqlParameters | readonly [] {
  for (const _ in parameters) return parameters;
  return [];
}
