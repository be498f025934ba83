import type { Column, Columns, SqlValue } from "./column.ts";
import type { SqlDatabase, SqlParameters } from "./database.ts";
import { StoreError } from "./store-error.ts";

/** A table's name, its columns and the fields that name a row. */
export interface TableShape<Row, Key extends keyof Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
  readonly key: readonly Key[];
}

interface Field {
  readonly name: string;
  readonly column: string;
  readonly codec: Column<unknown>;
}

/** Typed rows of one table. Columns are the fields' names in snake case. */
export class Table<Row extends object, Key extends keyof Row & string> {
  protected readonly database: SqlDatabase;
  protected readonly name: string;
  readonly #fields: readonly Field[];
  readonly #byName: ReadonlyMap<string, Field>;
  readonly #key: readonly Field[];
  readonly #keyClause: string;
  readonly #insertSql: string;
  readonly #insertIfAbsentSql: string;
  readonly #putSql: string;
  readonly #selectSql: string;
  /** Statements by the fields that they change. */
  readonly #updates = new Map<string, string>();

  constructor(database: SqlDatabase, shape: TableShape<Row, Key>) {
    this.database = database;
    this.name = shape.name;
    const codecs = Object.entries<Column<unknown>>(
      shape.columns as Columns<Record<string, unknown>>,
    );
    this.#fields = codecs.map(([name, codec]) => ({ name, column: columnName(name), codec }));
    this.#byName = new Map(this.#fields.map((field) => [field.name, field]));
    this.#key = shape.key.map((name) => this.#byName.get(name)!);
    const keyColumns = this.#key.map(({ column }) => column);
    this.#keyClause = keyColumns.map((column) => `${column} = ?`).join(" AND ");
    const columns = this.#fields.map(({ column }) => column);
    const places = columns.map(() => "?").join(", ");
    this.#insertSql = `INSERT INTO ${shape.name} (${columns.join(", ")}) VALUES (${places})`;
    this.#insertIfAbsentSql = `${this.#insertSql} ON CONFLICT DO NOTHING`;
    const updates = columns.map((column) => `${column} = excluded.${column}`).join(", ");
    this.#putSql = `${this.#insertSql} ON CONFLICT (${keyColumns.join(", ")}) DO UPDATE SET ${updates}`;
    this.#selectSql = `SELECT ${columns.join(", ")} FROM ${shape.name}`;
  }

  get(key: Pick<Row, Key>): Row | null {
    const sql = `${this.#selectSql} WHERE ${this.#keyClause}`;
    const [values] = this.database.rowsList(sql, this.#valuesOf(this.#key, key));
    return values === undefined ? null : this.#decode(values);
  }

  has(key: Pick<Row, Key>): boolean {
    const sql = `SELECT 1 FROM ${this.name} WHERE ${this.#keyClause}`;
    return this.database.rowsList(sql, this.#valuesOf(this.#key, key)).length > 0;
  }

  /** Fails when the row is there. */
  insert(row: Row): void {
    this.#remember(row, []);
    this.#write(this.#insertSql, this.#valuesOf(this.#fields, row));
  }

  /** @returns false when the row was there; it is left as it was. */
  insertIfAbsent(row: Row): boolean {
    this.#remember(row, []);
    return this.#write(this.#insertIfAbsentSql, this.#valuesOf(this.#fields, row)) > 0;
  }

  /** Inserts the row or replaces the one with its key. */
  put(row: Row): void {
    this.#remember(row, this.#fields);
    this.#write(this.#putSql, this.#valuesOf(this.#fields, row));
  }

  /** @returns false when there is no such row. */
  update(key: Pick<Row, Key>, patch: Partial<Omit<Row, Key>>): boolean {
    const fields: Field[] = [];
    for (const [name, value] of Object.entries(patch) as [string, unknown][]) {
      const field = this.#byName.get(name);
      if (field !== undefined && value !== undefined) fields.push(field);
    }
    if (fields.length === 0) return this.has(key);
    this.#remember(key, fields);
    const values = [...this.#valuesOf(fields, patch), ...this.#valuesOf(this.#key, key)];
    return this.#write(this.#updateSql(fields), values) > 0;
  }

  delete(key: Pick<Row, Key>): boolean {
    const sql = `DELETE FROM ${this.name} WHERE ${this.#keyClause}`;
    return this.#write(sql, this.#valuesOf(this.#key, key)) > 0;
  }

  count(where = "1", parameters: SqlParameters = {}): number {
    const sql = `SELECT count(*) AS rows FROM ${this.name} WHERE ${where}`;
    return Number(this.database.get(sql, parameters)?.["rows"] ?? 0);
  }

  /** Rows for which the clause holds; `where` may go on with ORDER BY and LIMIT. */
  select(where: string, parameters: SqlParameters = {}): Row[] {
    const sql = `${this.#selectSql} WHERE ${where}`;
    return this.database.rows(sql, parameters).map((values) => this.#decode(values));
  }

  protected selectOne(where: string, parameters: SqlParameters = {}): Row | null {
    const [values] = this.database.rows(`${this.#selectSql} WHERE ${where}`, parameters);
    return values === undefined ? null : this.#decode(values);
  }

  /** Runs a statement that writes this table. @returns how many rows it changed. */
  protected change(sql: string, parameters: SqlParameters): number {
    this.database.touch(this.name);
    return this.database.run(sql, parameters).changes;
  }

  /** To be called before `change`, with the fields that it changes in the rows for which the clause holds. */
  protected remember(
    names: readonly (keyof Row)[],
    where: string,
    parameters: SqlParameters,
  ): void {
    if (this.database.recorder === null) return;
    const fields = names.map((name) => this.#byName.get(String(name))!);
    for (const row of this.select(where, parameters)) this.#remember(row, fields);
  }

  /** Tells the recorder what the fields are now; without fields only whether the row is new. */
  #remember(row: object, fields: readonly Field[]): void {
    const { recorder } = this.database;
    if (recorder === null) return;
    const keyValues = this.#valuesOf(this.#key, row);
    const columns = fields.map(({ column }) => column);
    const sql = `SELECT ${["1", ...columns].join(", ")} FROM ${this.name} WHERE ${this.#keyClause}`;
    const [found] = this.database.rowsList(sql, keyValues);
    const key = Object.fromEntries(this.#key.map(({ column }, at) => [column, keyValues[at]!]));
    if (found === undefined) {
      recorder.keep(this.name, key, null);
    } else if (columns.length > 0) {
      const values = columns.map((column, at) => [column, asSqlValue(found[at + 1])]);
      recorder.keep(this.name, key, Object.fromEntries(values));
    }
  }

  #write(sql: string, values: readonly SqlValue[]): number {
    this.database.touch(this.name);
    return this.database.runList(sql, values).changes;
  }

  #updateSql(fields: readonly Field[]): string {
    const names = fields.map(({ name }) => name).join();
    let sql = this.#updates.get(names);
    if (sql === undefined) {
      const set = fields.map(({ column }) => `${column} = ?`).join(", ");
      sql = `UPDATE ${this.name} SET ${set} WHERE ${this.#keyClause}`;
      this.#updates.set(names, sql);
    }
    return sql;
  }

  #valuesOf(fields: readonly Field[], row: object): SqlValue[] {
    const given = row as Readonly<Record<string, unknown>>;
    return fields.map((field) => {
      try {
        return field.codec.encode(given[field.name]);
      } catch (error) {
        throw namingColumn(error, `${this.name}.${field.column}`);
      }
    });
  }

  #decode(values: readonly unknown[]): Row {
    const row: Record<string, unknown> = {};
    for (let at = 0; at < this.#fields.length; at += 1) {
      const { name, codec } = this.#fields[at]!;
      row[name] = codec.decode(values[at]);
    }
    return row as Row;
  }
}

// The library gives a BLOB's memory alone, or a Buffer, which JSON would write in its own way.
function asSqlValue(value: unknown): SqlValue {
  const isBytes = value instanceof ArrayBuffer || value instanceof Uint8Array;
  return isBytes ? new Uint8Array(value) : (value as SqlValue);
}

function namingColumn(error: unknown, column: string): unknown {
  if (!(error instanceof StoreError) || error.failure.code !== "STORE_BAD_VALUE") return error;
  return new StoreError({ ...error.failure, column }, { cause: error });
}

/** `intentNo` → `intent_no`. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type WritingVerb = "insert" | "put" | "update" | "delete";

/** A table without what writes: methods that begin with insert, put, update, delete. */
export type Reads<T> = Omit<T, Extract<keyof T, `${WritingVerb}${string}`>>;
