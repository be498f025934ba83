/** Why the store cannot do what was asked. */
export type StoreFailure =
  | { readonly code: "STORE_CORRUPT"; readonly path: string; readonly reason: string }
  | { readonly code: "STORE_FOREIGN"; readonly path: string; readonly applicationId: number }
  | {
      readonly code: "STORE_SCHEMA_NEWER";
      readonly path: string;
      readonly found: number;
      readonly known: number;
    }
  | { readonly code: "STORE_MIGRATION_FAILED"; readonly to: number; readonly reason: string }
  /** Another process has the file. */
  | { readonly code: "STORE_LOCKED"; readonly path: string }
  | { readonly code: "STORE_UNOPENABLE"; readonly path: string; readonly reason: string }
  /** The library did not take the settings that survive a power cut. */
  | { readonly code: "STORE_NOT_DURABLE"; readonly journal: string; readonly synchronous: number }
  /** Nothing of this turn was kept. */
  | { readonly code: "STORE_COMMIT_FAILED"; readonly reason: string }
  | { readonly code: "STORE_STATEMENT_FAILED"; readonly sql: string; readonly reason: string }
  | {
      readonly code: "STORE_BAD_VALUE";
      readonly column?: string;
      readonly expected: string;
      readonly actual: string;
    }
  | { readonly code: "STORE_WRITE_OUTSIDE"; readonly table: string }
  | { readonly code: "STORE_CLOSED" };

/** An error of the store: a code with its data. */
export class StoreError extends Error {
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, options?: ErrorOptions) {
    super(`${failure.code} ${JSON.stringify(failure)}`, options);
    this.name = "StoreError";
    this.failure = failure;
  }
}

/** The SQLite result code of a library error, or null. */
export function sqliteCode(error: unknown): string | null {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && code.startsWith("SQLITE_") ? code : null;
}

/** What went wrong, in the library's words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
