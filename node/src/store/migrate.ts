import type { SqlDatabase } from "./database.ts";
import { reasonOf, StoreError } from "./store-error.ts";

/** `DEED` in ASCII: says whose file it is. */
const APPLICATION_ID = 0x44454544;

/** One step of the schema. Steps are added, never edited: files in the field hold their result. */
export interface Migration {
  readonly to: number;
  readonly sql: string;
}

/** Brings the file to the newest schema that is known, one numbered step after the other. */
export function migrate(
  database: SqlDatabase,
  path: string,
  migrations: readonly Migration[],
): number {
  refuseForeign(database, path);
  const found = Number(database.pragma("user_version"));
  const known = migrations.at(-1)?.to ?? 0;
  if (found > known) throw new StoreError({ code: "STORE_SCHEMA_NEWER", path, found, known });
  for (const migration of migrations) {
    if (migration.to > found) apply(database, migration);
  }
  return known;
}

function refuseForeign(database: SqlDatabase, path: string): void {
  const applicationId = Number(database.pragma("application_id"));
  if (applicationId === APPLICATION_ID) return;
  const tables = database.get("SELECT count(*) AS tables FROM sqlite_master");
  if (applicationId !== 0 || Number(tables?.["tables"]) > 0) {
    throw new StoreError({ code: "STORE_FOREIGN", path, applicationId });
  }
}

function apply(database: SqlDatabase, migration: Migration): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    database.exec(migration.sql);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec(`PRAGMA user_version = ${migration.to}`);
    database.exec("COMMIT");
  } catch (error) {
    database.exec("ROLLBACK");
    throw new StoreError(
      { code: "STORE_MIGRATION_FAILED", to: migration.to, reason: reasonOf(error) },
      { cause: error },
    );
  }
}
