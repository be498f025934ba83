import Database from "libsql";
import { SqlDatabase } from "./database.ts";
import { reasonOf, StoreError, sqliteCode } from "./store-error.ts";

const BUSY_CODES = new Set(["SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_BUSY_RECOVERY"]);
const CORRUPT_CODES = new Set(["SQLITE_CORRUPT", "SQLITE_NOTADB"]);
const FULL = 2;

/** An open file that no other process has. */
export interface OwnDatabase {
  readonly database: SqlDatabase;
  close(): void;
}

/** Opens the file for this process alone, with every commit on the disk before it counts. */
export function openDatabase(path: string): OwnDatabase {
  const lock = coded(path, () => takeLock(`${path}.lock`));
  try {
    const database = coded(path, () => prepare(new SqlDatabase(new Database(path))));
    return {
      database,
      close: () => {
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

// An open transaction on a file of its own: ended by a kill, too. The library keeps a closed connection
// until its statements are collected, so a lock on the store itself would outlive `close`.
function takeLock(path: string): { release(): void } {
  const lock = new Database(path);
  lock.exec("PRAGMA journal_mode = DELETE");
  lock.exec("BEGIN EXCLUSIVE");
  return {
    release: () => {
      lock.exec("COMMIT");
      lock.close();
    },
  };
}

function prepare(database: SqlDatabase): SqlDatabase {
  const journal = String(database.pragma("journal_mode = WAL"));
  // Without it, WAL does not reach the disk at each commit, whatever the library reports.
  database.pragma("synchronous = FULL");
  const synchronous = Number(database.pragma("synchronous"));
  if (journal !== "wal" || synchronous !== FULL) {
    throw new StoreError({ code: "STORE_NOT_DURABLE", journal, synchronous });
  }
  database.pragma("cache_size = -4096");
  database.pragma("journal_size_limit = 67108864");
  return database;
}

function coded<T>(path: string, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const code = sqliteCode(error) ?? "";
    const reason = reasonOf(error);
    if (CORRUPT_CODES.has(code) || reason.includes("not a database")) {
      throw new StoreError({ code: "STORE_CORRUPT", path, reason }, { cause: error });
    }
    if (BUSY_CODES.has(code))
      throw new StoreError({ code: "STORE_LOCKED", path }, { cause: error });
    throw new StoreError({ code: "STORE_UNOPENABLE", path, reason }, { cause: error });
  }
}
