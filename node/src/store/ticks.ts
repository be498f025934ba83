import { integer } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** The newest tick of a schedule that became an execution here; those before it are not looked up again. */
export interface TickRow {
  readonly intentNo: number;
  readonly ordinal: number;
}

export class Ticks extends Table<TickRow, "intentNo"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "ticks",
      columns: { intentNo: integer, ordinal: integer },
      key: ["intentNo"],
    });
  }
}
