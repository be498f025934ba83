import type { Hex } from "@deed/protocol/encoding";
import { bytes, type Columns, flag, hex, integer } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** The bundle of one execution that this node ran. */
export interface BundleRow {
  readonly executionId: Hex;
  readonly attempt: number;
  readonly sha256: Hex;
  /** Canonical JSON. */
  readonly body: Uint8Array;
}

const BUNDLE_COLUMNS: Columns<BundleRow> = {
  executionId: hex,
  attempt: integer,
  sha256: hex,
  body: bytes,
};

export class Bundles extends Table<BundleRow, "executionId" | "attempt"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "bundles",
      columns: BUNDLE_COLUMNS,
      key: ["executionId", "attempt"],
    });
  }
}

/** The bundles of a whole batch, one JSON line each (spec 03), of this node or of another. */
export interface BatchBundleRow {
  readonly batchNo: number;
  /** Every posted position is there and its hash was checked against the record. */
  readonly complete: boolean;
  readonly fromNode: number;
  readonly receivedMs: number;
  readonly body: Uint8Array;
}

const BATCH_BUNDLE_COLUMNS: Columns<BatchBundleRow> = {
  batchNo: integer,
  complete: flag,
  fromNode: integer,
  receivedMs: integer,
  body: bytes,
};

export class BatchBundles extends Table<BatchBundleRow, "batchNo"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "batch_bundles",
      columns: BATCH_BUNDLE_COLUMNS,
      key: ["batchNo"],
    });
  }

  /** Whether it is there, without reading it. */
  isComplete(batchNo: number): boolean {
    return this.count("batch_no = :batchNo AND complete = 1", { batchNo }) > 0;
  }
}
