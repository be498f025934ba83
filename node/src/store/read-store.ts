import { existsSync } from "node:fs";
import Database from "libsql";
import { SqlDatabase } from "./database.ts";
import { StoreError } from "./store-error.ts";
import { createTables, type ReadTables } from "./tables.ts";

/** The store of another process, for those who only look: tests and tools. */
export interface StoreReader {
  readonly read: ReadTables;
  close(): void;
}

/**
 * Opens a node's store beside the node, without its lock. A snapshot stays as it was at the opening,
 * whatever the node writes. Errors: StoreError STORE_UNOPENABLE.
 */
export function readStore(
  path: string,
  { snapshot = false }: { readonly snapshot?: boolean } = {},
): StoreReader {
  // The library takes options for both and follows neither.
  if (!existsSync(path))
    throw new StoreError({ code: "STORE_UNOPENABLE", path, reason: "no file" });
  const connection = new Database(path);
  connection.exec("PRAGMA query_only = ON");
  const database = new SqlDatabase(connection);
  if (snapshot) {
    connection.exec("BEGIN");
    // The first read decides what is seen.
    database.pragma("user_version");
  }
  return { read: createTables(database), close: () => database.close() };
}
