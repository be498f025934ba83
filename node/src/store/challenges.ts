import { bits, type Columns, flag, integer } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** A demand for a batch's bundles, as the ledger tells it (spec 07): the newest of the batch. */
export interface ChallengeRow {
  readonly batchNo: number;
  readonly challengerNo: number;
  /** Positions that were asked for. */
  readonly asked: bigint;
  /** Of them those that nobody gave yet. */
  readonly open: bigint;
  readonly answerEndsSec: number;
  readonly ended: boolean;
  readonly updatedMs: number;
}

const COLUMNS: Columns<ChallengeRow> = {
  batchNo: integer,
  challengerNo: integer,
  asked: bits,
  open: bits,
  answerEndsSec: integer,
  ended: flag,
  updatedMs: integer,
};

export class Challenges extends Table<ChallengeRow, "batchNo"> {
  constructor(database: SqlDatabase) {
    super(database, { name: "challenges", columns: COLUMNS, key: ["batchNo"] });
  }

  /** Those that are not over, oldest first. */
  open(): ChallengeRow[] {
    return this.select("ended = 0 ORDER BY answer_ends_sec");
  }
}
