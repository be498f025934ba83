import type { Hex } from "@deed/protocol/encoding";
import { hex, integer } from "./column.ts";
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

/** A block that was read: the seam to which a reorganisation rolls back. */
export interface BlockRow {
  readonly chainId: number;
  readonly number: number;
  readonly hash: Hex;
  readonly timeSec: number;
}

export class Blocks extends Table<BlockRow, "chainId" | "number"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "blocks",
      columns: { chainId: integer, number: integer, hash: hex, timeSec: integer },
      key: ["chainId", "number"],
    });
  }

  /** The newest blocks, newest first. */
  newest(chainId: number, limit: number): BlockRow[] {
    return this.select("chain_id = :chainId ORDER BY number DESC LIMIT :limit", { chainId, limit });
  }

  /** Forgets what a reorganisation replaced. */
  deleteAbove(chainId: number, number: number): number {
    return this.change("DELETE FROM blocks WHERE chain_id = :chainId AND number > :number", {
      chainId,
      number,
    });
  }

  /** Forgets what no reorganisation can reach. */
  deleteBelow(chainId: number, number: number): number {
    return this.change("DELETE FROM blocks WHERE chain_id = :chainId AND number < :number", {
      chainId,
      number,
    });
  }
}
