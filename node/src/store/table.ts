import type { Column, Columns, SqlValue } from "./column.ts";
import type { RawRow, SqlDatabase, SqlParameters } from "./database.ts";
import { StoreError } from "./store-error.ts";

/** A table's name, its columns and the fields that name a row. */
export interface TableShape<Row, Key extends keyof Row> {
  readonly name: string;
  readonly columns: Columns<Row>;
  readonly key: readonly Key[];
}

/** Typed rows of one table. Columns are the fields' names in snake case. */
export class Table<Row extends object, Key extends keyof Row & string> {
  protected readonly database: SqlDatabase;
  protected readonly name: string;
  readonly #columns: readonly (readonly [field: string, column: string, codec: Column<unknown>])[];
  readonly #codecs: ReadonlyMap<string, Column<unknown>>;
  readonly #keyClause: string;
  readonly #insertSql: string;
  readonly #conflict: string;
  readonly #selectSql: string;

  constructor(database: SqlDatabase, shape: TableShape<Row, Key>) {
    this.database = database;
    this.name = shape.name;
    this.#columns = Object.entries<Column<unknown>>(
      shape.columns as Record<string, Column<unknown>>,
    ).map(([field, codec]) => [field, columnName(field), codec] as const);
    this.#codecs = new Map(this.#columns.map(([field, , codec]) => [field, codec]));
    this.#keyClause = shape.key.map((field) => `${columnName(field)} = :${field}`).join(" AND ");
    const names = this.#columns.map(([, column]) => column);
    const values = this.#columns.map(([field]) => `:${field}`);
    this.#insertSql = `INSERT INTO ${shape.name} (${names.join(", ")}) VALUES (${values.join(", ")})`;
    const updates = names.map((column) => `${column} = excluded.${column}`);
    this.#conflict = ` ON CONFLICT (${shape.key.map(columnName).join(", ")}) DO UPDATE SET ${updates.join(", ")}`;
    this.#selectSql = `SELECT ${names.join(", ")} FROM ${shape.name}`;
  }

  get(key: Pick<Row, Key>): Row | null {
    return this.selectOne(this.#keyClause, this.encode(key));
  }

  has(key: Pick<Row, Key>): boolean {
    const sql = `SELECT 1 AS there FROM ${this.name} WHERE ${this.#keyClause}`;
    return this.database.get(sql, this.encode(key)) !== undefined;
  }

  /** Fails when the row is there. */
  insert(row: Row): void {
    this.change(this.#insertSql, this.encode(row));
  }

  /** @returns false when the row was there; it is left as it was. */
  insertIfAbsent(row: Row): boolean {
    return this.change(`${this.#insertSql} ON CONFLICT DO NOTHING`, this.encode(row)) > 0;
  }

  /** Inserts the row or replaces the one with its key. */
  put(row: Row): void {
    this.change(this.#insertSql + this.#conflict, this.encode(row));
  }

  /** @returns false when there is no such row. */
  update(key: Pick<Row, Key>, patch: Partial<Omit<Row, Key>>): boolean {
    const fields = Object.keys(patch).filter(
      (field) => (patch as Record<string, unknown>)[field] !== undefined,
    );
    if (fields.length === 0) return this.has(key);
    const set = fields.map((field) => `${columnName(field)} = :${field}`).join(", ");
    const parameters = { ...this.encode(patch), ...this.encode(key) };
    return this.change(`UPDATE ${this.name} SET ${set} WHERE ${this.#keyClause}`, parameters) > 0;
  }

  delete(key: Pick<Row, Key>): boolean {
    const sql = `DELETE FROM ${this.name} WHERE ${this.#keyClause}`;
    return this.change(sql, this.encode(key)) > 0;
  }

  count(where = "1", parameters: SqlParameters = {}): number {
    const sql = `SELECT count(*) AS rows FROM ${this.name} WHERE ${where}`;
    return Number(this.database.get(sql, parameters)?.["rows"] ?? 0);
  }

  /** Rows for which the clause holds; `where` may go on with ORDER BY and LIMIT. */
  select(where: string, parameters: SqlParameters = {}): Row[] {
    const sql = `${this.#selectSql} WHERE ${where}`;
    return this.database.all(sql, parameters).map((row) => this.#decode(row));
  }

  protected selectOne(where: string, parameters: SqlParameters = {}): Row | null {
    const row = this.database.get(`${this.#selectSql} WHERE ${where}`, parameters);
    return row === undefined ? null : this.#decode(row);
  }

  /** Runs a statement that writes this table. @returns how many rows it changed. */
  protected change(sql: string, parameters: SqlParameters): number {
    this.database.touch(this.name);
    return this.database.run(sql, parameters).changes;
  }

  protected encode(fields: object): SqlParameters {
    const encoded: Record<string, SqlValue> = {};
    for (const [field, value] of Object.entries(fields) as [string, unknown][]) {
      const codec = this.#codecs.get(field);
      if (codec !== undefined && value !== undefined) {
        encoded[field] = this.#encodeField(field, codec, value);
      }
    }
    return encoded;
  }

  #encodeField(field: string, codec: Column<unknown>, value: unknown): SqlValue {
    try {
      return codec.encode(value);
    } catch (error) {
      if (!(error instanceof StoreError) || error.failure.code !== "STORE_BAD_VALUE") throw error;
      const column = `${this.name}.${columnName(field)}`;
      throw new StoreError({ ...error.failure, column }, { cause: error });
    }
  }

  #decode(raw: RawRow): Row {
    const row: Record<string, unknown> = {};
    for (const [field, column, codec] of this.#columns) row[field] = codec.decode(raw[column]);
    return row as Row;
  }
}

/** `intentNo` → `intent_no`. */
export function columnName(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

type WritingVerb = "insert" | "put" | "update" | "delete";

/** A table without what writes: methods that begin with insert, put, update, delete. */
export type Reads<T> = Omit<T, Extract<keyof T, `${WritingVerb}${string}`>>;
