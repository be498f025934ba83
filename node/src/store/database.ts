import type Database from "libsql";
import type { SqlValue } from "./column.ts";
import { reasonOf, StoreError, sqliteCode } from "./store-error.ts";

export type SqlParameters = Readonly<Record<string, SqlValue>>;

/** A row as SQLite gives it. */
export type RawRow = Readonly<Record<string, unknown>>;

interface NativeStatement {
  run(values: readonly SqlValue[]): { changes: number; lastInsertRowid: number };
  all(values: readonly SqlValue[]): unknown[][];
  raw(): NativeStatement;
  columns(): readonly { readonly name: string }[];
}

/** Told of each row before it changes. */
export interface UndoRecorder {
  /** @param image the columns that are about to change; null when the row is not there yet. */
  keep(
    table: string,
    key: Readonly<Record<string, SqlValue>>,
    image: Readonly<Record<string, SqlValue>> | null,
  ): void;
}

/** Positions instead of names: binding by name costs the library three times as much. */
interface Prepared {
  readonly statement: NativeStatement;
  readonly parameters: readonly string[];
  columns: readonly string[] | null;
}

/** One connection with its prepared statements. Synchronous: it belongs to one event loop. */
export class SqlDatabase {
  readonly #database: Database.Database;
  readonly #prepared = new Map<string, Prepared>();
  /** Tables written since the last call of `takeTouched`. */
  readonly #touched = new Set<string>();
  #writing = false;
  #recorder: UndoRecorder | null = null;

  constructor(database: Database.Database) {
    this.#database = database;
  }

  run(sql: string, parameters: SqlParameters = {}): { changes: number; lastInsertRowid: number } {
    return this.#with(sql, (prepared) => prepared.statement.run(valuesOf(prepared, parameters)));
  }

  /** The same with values by position, for statements with `?`. */
  runList(sql: string, values: readonly SqlValue[]): { changes: number } {
    return this.#with(sql, (prepared) => prepared.statement.run(values));
  }

  get(sql: string, parameters: SqlParameters = {}): RawRow | undefined {
    return this.all(sql, parameters)[0];
  }

  all(sql: string, parameters: SqlParameters = {}): RawRow[] {
    return this.#with(sql, (prepared) => {
      const rows = prepared.statement.all(valuesOf(prepared, parameters));
      prepared.columns ??= prepared.statement.columns().map(({ name }) => name);
      const { columns } = prepared;
      return rows.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
    });
  }

  /** Rows as lists of values, in the order of the selected columns. */
  rows(sql: string, parameters: SqlParameters = {}): unknown[][] {
    return this.#with(sql, (prepared) => prepared.statement.all(valuesOf(prepared, parameters)));
  }

  rowsList(sql: string, values: readonly SqlValue[]): unknown[][] {
    return this.#with(sql, (prepared) => prepared.statement.all(values));
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

  /** Told of each row before it changes; null while nobody wants to know. */
  get recorder(): UndoRecorder | null {
    return this.#recorder;
  }

  /** Tells the recorder of what `body` changes. */
  recording(recorder: UndoRecorder, body: () => void): void {
    this.#recorder = recorder;
    try {
      body();
    } finally {
      this.#recorder = null;
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

  #with<T>(sql: string, use: (prepared: Prepared) => T): T {
    try {
      let prepared = this.#prepared.get(sql);
      if (prepared === undefined) {
        prepared = this.#prepare(sql);
        this.#prepared.set(sql, prepared);
      }
      return use(prepared);
    } catch (error) {
      if (sqliteCode(error) === null) throw error;
      throw new StoreError(
        { code: "STORE_STATEMENT_FAILED", sql, reason: reasonOf(error) },
        { cause: error },
      );
    }
  }

  // No statement of the store has a colon inside quotes.
  #prepare(sql: string): Prepared {
    const parameters: string[] = [];
    const positional = sql.replace(/:([A-Za-z]\w*)/g, (_, name: string) => {
      parameters.push(name);
      return "?";
    });
    // The library's types know a call with one list of values only as a call with one value.
    const statement = this.#database.prepare(positional) as unknown as NativeStatement;
    return { statement: isReader(sql) ? statement.raw() : statement, parameters, columns: null };
  }
}

function isReader(sql: string): boolean {
  return /^\s*SELECT\b/i.test(sql);
}

// A missing value would be stored as NULL without a word.
function valuesOf(prepared: Prepared, given: SqlParameters): readonly SqlValue[] {
  return prepared.parameters.map((name) => {
    const value = given[name];
    if (value === undefined) {
      throw new StoreError({
        code: "STORE_BAD_VALUE",
        column: name,
        expected: "value",
        actual: "undefined",
      });
    }
    return value;
  });
}
