import { text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** A small fact about this store, for example the deployment that it follows. */
export interface MetaRow {
  readonly key: string;
  readonly value: string;
}

export class Meta extends Table<MetaRow, "key"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "meta", columns: { key: text, value: text }, key: ["key"] });
  }

  value(key: string): string | null {
    return this.get({ key })?.value ?? null;
  }
}
