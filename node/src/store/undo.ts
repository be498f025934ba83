import { integer, optional, type SqlValue, text } from "./column.ts";
import type { SqlDatabase, UndoRecorder } from "./database.ts";
import { Table } from "./table.ts";

/** What a row was before a fact of a block changed it. */
export interface UndoRow {
  readonly id: number;
  readonly blockNumber: number;
  readonly tableName: string;
  /** The columns that name the row, as JSON. */
  readonly rowKey: string;
  /** The columns that were changed, as JSON; null when there was no such row. */
  readonly image: string | null;
}

/** By column. */
export type RowImage = Readonly<Record<string, SqlValue>>;

/**
 * Takes back what facts changed, column by column: what this node writes into the same rows by itself
 * stays as it is.
 */
export class Undo extends Table<UndoRow, "id"> {
  constructor(database: SqlDatabase) {
    super(database, {
      name: "undo",
      columns: {
        id: integer,
        blockNumber: integer,
        tableName: text,
        rowKey: text,
        image: optional(text),
      },
      key: ["id"],
    });
  }

  /** Whatever `body` writes can be taken back, as a part of that block. */
  updateRecording(blockNumber: number, body: () => void): void {
    const recorder: UndoRecorder = {
      keep: (tableName, key, image) => {
        this.change(
          `INSERT INTO undo (block_number, table_name, row_key, image)
           VALUES (:blockNumber, :tableName, :rowKey, :image)`,
          {
            blockNumber,
            tableName,
            rowKey: JSON.stringify(key),
            image: image === null ? null : JSON.stringify(image, bytesAsHex),
          },
        );
      },
    };
    this.database.recording(recorder, body);
  }

  /** Of what `body` writes all stays, or nothing when it throws. */
  updateWhole(body: () => void): void {
    this.database.run("SAVEPOINT fact");
    try {
      body();
    } catch (error) {
      this.database.run("ROLLBACK TO fact");
      throw error;
    } finally {
      this.database.run("RELEASE fact");
    }
  }

  /** Takes back what was recorded of the blocks above. @returns how many changes. */
  updateBack(aboveBlock: number): number {
    const rows = this.select("block_number > :aboveBlock ORDER BY id DESC", { aboveBlock });
    for (const row of rows) this.#takeBack(row);
    this.change("DELETE FROM undo WHERE block_number > :aboveBlock", { aboveBlock });
    return rows.length;
  }

  /** Forgets what no reorganisation is expected to reach. */
  deleteBelow(blockNumber: number): number {
    return this.change("DELETE FROM undo WHERE block_number < :blockNumber", { blockNumber });
  }

  #takeBack({ tableName, rowKey, image }: UndoRow): void {
    const key = JSON.parse(rowKey) as RowImage;
    const where = Object.keys(key).map((column) => `${column} = ?`);
    const named = where.join(" AND ");
    this.database.touch(tableName);
    if (image === null) {
      this.database.runList(`DELETE FROM ${tableName} WHERE ${named}`, Object.values(key));
      return;
    }
    const before = JSON.parse(image, hexAsBytes) as RowImage;
    const columns = Object.keys(before);
    if (columns.length === 0) return;
    const set = columns.map((column) => `${column} = ?`).join(", ");
    const values = [...Object.values(before), ...Object.values(key)];
    this.database.runList(`UPDATE ${tableName} SET ${set} WHERE ${named}`, values);
  }
}

function bytesAsHex(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString("hex") } : value;
}

function hexAsBytes(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("bytes" in value)) return value;
  return new Uint8Array(Buffer.from(String(value.bytes), "hex"));
}
