import type { Hex, Json } from "@deed/protocol/encoding";
import { type Columns, hex, integer, json } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** A signed manual fire with its input (spec 02). */
export interface FireRow {
  readonly intentHash: Hex;
  readonly ordinal: number;
  readonly input: Json;
  readonly inputHash: Hex;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
  readonly signature: Hex;
  readonly receivedMs: number;
}

const COLUMNS: Columns<FireRow> = {
  intentHash: hex,
  ordinal: integer,
  input: json<Json>(),
  inputHash: hex,
  firedAtSec: integer,
  validUntilSec: integer,
  signature: hex,
  receivedMs: integer,
};

export class Fires extends Table<FireRow, "intentHash" | "ordinal"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "fires", columns: COLUMNS, key: ["intentHash", "ordinal"] });
  }

  ofIntent(intentHash: Hex): FireRow[] {
    return this.select("intent_hash = :intentHash ORDER BY ordinal", {
      intentHash: intentHash.toLowerCase(),
    });
  }
}
