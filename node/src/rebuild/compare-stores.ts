import type { ReadTables, TableName } from "../store/tables.ts";
import { LEDGER_TABLES, type LedgerTable } from "./ledger-tables.ts";

/** One value that differs; `column` is null where a whole row is missing on one side. */
export interface Difference {
  readonly row: string;
  readonly column: string | null;
  readonly live: string | null;
  readonly rebuilt: string | null;
}

/** One table of both stores. */
export interface ComparedTable {
  readonly name: TableName;
  readonly rows: number;
  /** Rows of the live store that are not on the ledger yet, where that is in order. */
  readonly early: number;
  readonly differences: readonly Difference[];
}

/** Compares what the ledger decides of two stores that have read it to the same block. */
export function compareStores(live: ReadTables, rebuilt: ReadTables): readonly ComparedTable[] {
  return LEDGER_TABLES.map((table) => compareTable(table, live, rebuilt));
}

function compareTable(table: LedgerTable, live: ReadTables, rebuilt: ReadTables): ComparedTable {
  const [had, has] = [byKey(table, live), byKey(table, rebuilt)];
  const differences: Difference[] = [];
  let early = 0;
  for (const row of new Set([...had.keys(), ...has.keys()])) {
    const [one, other] = [had.get(row), has.get(row)];
    if (one === undefined) differences.push({ row, column: null, live: null, rebuilt: "a row" });
    else if (other !== undefined) differences.push(...compareRow(table, row, one, other));
    else if (table.early !== null) early += 1;
    else differences.push({ row, column: null, live: "a row", rebuilt: null });
  }
  return { name: table.name, rows: has.size, early, differences };
}

type Fields = Readonly<Record<string, unknown>>;

function byKey(table: LedgerTable, read: ReadTables): ReadonlyMap<string, Fields> {
  const rows = table.rows(read) as readonly Fields[];
  return new Map(rows.map((row) => [table.key.map((name) => String(row[name])).join("/"), row]));
}

function compareRow(table: LedgerTable, row: string, live: Fields, rebuilt: Fields): Difference[] {
  const columns = new Set([...Object.keys(live), ...Object.keys(rebuilt)]);
  return [...columns].flatMap((column) => {
    if (column in table.own) return [];
    const [one, other] = [textOf(live[column]), textOf(rebuilt[column])];
    return one === other ? [] : [{ row, column, live: one, rebuilt: other }];
  });
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  const asText = (_: string, part: unknown): unknown =>
    typeof part === "bigint" ? `${part}n` : part;
  return JSON.stringify(value, asText) ?? "undefined";
}
