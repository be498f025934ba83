import type { Hex } from "@deed/protocol/encoding";
import { type Columns, hex, integer, optional } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** One beacon output (spec 05). */
export interface RoundRow {
  readonly round: number;
  /** Null while no record waits for it. */
  readonly openBlock: number | null;
  /** 27 bytes; null while it is open. */
  readonly seed: Hex | null;
  readonly closedAtSec: number | null;
  readonly closedBlock: number | null;
}

const ROUND_COLUMNS: Columns<RoundRow> = {
  round: integer,
  openBlock: optional(integer),
  seed: optional(hex),
  closedAtSec: optional(integer),
  closedBlock: optional(integer),
};

export class Rounds extends Table<RoundRow, "round"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "rounds", columns: ROUND_COLUMNS, key: ["round"] });
  }

  /** Rounds for which records wait, oldest first. */
  open(): RoundRow[] {
    return this.select("seed IS NULL AND open_block IS NOT NULL ORDER BY round");
  }
}

/** An operator's preimage for a round. */
export interface PreimageRow {
  readonly round: number;
  readonly operatorNo: number;
  readonly preimage: Hex;
}

const PREIMAGE_COLUMNS: Columns<PreimageRow> = {
  round: integer,
  operatorNo: integer,
  preimage: hex,
};

export class Preimages extends Table<PreimageRow, "round" | "operatorNo"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "preimages",
      columns: PREIMAGE_COLUMNS,
      key: ["round", "operatorNo"],
    });
  }

  ofRound(round: number): PreimageRow[] {
    return this.select("round = :round ORDER BY operator_no", { round });
  }
}
