import type { Hex } from "@deed/protocol/encoding";
import { hex, integer, text } from "./column.ts";
import type { SqlDatabase } from "./database.ts";
import { Table } from "./table.ts";

/** How far a chain has been read. */
export interface CursorRow {
  readonly chainId: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

export class Cursors extends Table<CursorRow, "chainId"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "cursors",
      columns: { chainId: integer, blockNumber: integer, blockHash: hex },
      key: ["chainId"],
    });
  }
}

/** A block of the ledger that was read: a seam to which a reorganisation may roll back. */
export interface BlockRow {
  readonly chainId: number;
  readonly number: number;
  readonly hash: Hex;
}

export class Blocks extends Table<BlockRow, "chainId" | "number"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "blocks",
      columns: { chainId: integer, number: integer, hash: hex },
      key: ["chainId", "number"],
    });
  }

  /** Newest first. */
  newestFirst(chainId: number): BlockRow[] {
    return this.select("chain_id = :chainId ORDER BY number DESC", { chainId });
  }

  /** Forgets what a reorganisation replaced. */
  deleteAbove(chainId: number, number: number): number {
    return this.change("DELETE FROM blocks WHERE chain_id = :chainId AND number > :number", {
      chainId,
      number,
    });
  }

  /** Forgets what no reorganisation is expected to reach. */
  deleteBelow(chainId: number, number: number): number {
    return this.change("DELETE FROM blocks WHERE chain_id = :chainId AND number < :number", {
      chainId,
      number,
    });
  }
}

/** A block of a chain that a scan for events has looked at. */
export interface ScannedBlockRow {
  /** Chain and confidence. */
  readonly scan: string;
  readonly number: number;
  readonly hash: Hex;
}

export class ScannedBlocks extends Table<ScannedBlockRow, "scan" | "number"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "scanned_blocks",
      columns: { scan: text, number: integer, hash: hex },
      key: ["scan", "number"],
    });
  }

  /** Newest first. */
  newestFirst(scan: string): ScannedBlockRow[] {
    return this.select("scan = :scan ORDER BY number DESC", { scan });
  }

  deleteAbove(scan: string, number: number): number {
    return this.change("DELETE FROM scanned_blocks WHERE scan = :scan AND number > :number", {
      scan,
      number,
    });
  }

  deleteBelow(scan: string, number: number): number {
    return this.change("DELETE FROM scanned_blocks WHERE scan = :scan AND number < :number", {
      scan,
      number,
    });
  }
}
