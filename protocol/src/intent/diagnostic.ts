/** Every diagnostic of the compiler with its severity. `docs/errors.md` explains each. */
export const DIAGNOSTIC_CODES = {
  DEED_TOO_LARGE: "error",
  DEED_NOT_UTF8: "error",
  DEED_BOM: "error",
  DEED_CONTROL_CHARACTER: "error",
  DEED_TOO_DEEP: "error",
  DEED_YAML_SYNTAX: "error",
  DEED_YAML_DUPLICATE_KEY: "error",
  DEED_YAML_ANCHOR: "error",
  DEED_YAML_ALIAS: "error",
  DEED_YAML_TAG: "error",
  DEED_YAML_MERGE: "error",
  DEED_YAML_DIRECTIVE: "error",
  DEED_YAML_SEVERAL_DOCUMENTS: "error",
  DEED_YAML_KEY: "error",
  DEED_TOKEN_LITERAL: "error",
  DEED_UNKNOWN_KEY: "error",
  DEED_MISSING_KEY: "error",
  DEED_WRONG_TYPE: "error",
  DEED_WRONG_VALUE: "error",
  DEED_OUT_OF_RANGE: "error",
  DEED_ONE_OF: "error",
  DEED_NOT_YET: "error",
  DEED_AMOUNT_NOT_STRING: "error",
  DEED_FLOAT: "error",
  DEED_DURATION: "error",
  DEED_TIMESTAMP: "error",
  DEED_CRON: "error",
  DEED_ADDRESS: "error",
  DEED_CHECKSUM: "error",
  DEED_UNKNOWN_CHAIN: "error",
  DEED_ABI_TYPE: "error",
  DEED_SIGNATURE: "error",
  DEED_ARGUMENT_COUNT: "error",
  DEED_ARGUMENT: "error",
  DEED_EXPRESSION: "error",
  DEED_EXPRESSION_TYPE: "error",
  DEED_TEMPLATE: "error",
  DEED_UNKNOWN_NAME: "error",
  DEED_UNKNOWN_FUNCTION: "error",
  DEED_UNKNOWN_FIELD: "error",
  DEED_UNKNOWN_STEP: "error",
  DEED_LATER_STEP: "error",
  DEED_SELF_REFERENCE: "error",
  DEED_DUPLICATE_STEP: "error",
  DEED_NEEDS_CYCLE: "error",
  DEED_URL: "error",
  DEED_ORIGIN_NOT_LITERAL: "error",
  DEED_HTTPS_REQUIRED: "error",
  DEED_FORBIDDEN_HEADER: "error",
  DEED_HEADER: "error",
  DEED_FORBIDDEN_TARGET: "error",
  DEED_ACCEPT_NEEDED: "error",
  DEED_DYNAMIC_ARGUMENT: "error",
  DEED_OTHER_CHAIN: "error",
  DEED_EXPIRED: "error",
  DEED_SCRIPT_SYNTAX: "error",
  DEED_KWALA_KEY: "error",
  DEED_KWALA_PLACE: "error",
  DEED_KWALA_NAME: "error",
  DEED_KWALA_NA: "error",
  DEED_KWALA_PLACEHOLDER: "error",
  DEED_KWALA_TEMPLATE: "error",
  DEED_KWALA_NO_EVENT: "error",
  DEED_KWALA_EVENT_INDEX: "error",
  DEED_KWALA_ABI: "error",
  DEED_KWALA_GO: "error",
  DEED_KWALA_FILTER: "error",
  DEED_KWALA_WHEN: "error",
  DEED_KWALA_CRON: "error",
  DEED_KWALA_TIME: "error",
  DEED_KWALA_MILLISECONDS: "error",
  DEED_KWALA_SECRET: "error",
  DEED_KWALA_ABI_UNREADABLE: "warning",
  DEED_KWALA_ASSUMED: "warning",
  DEED_PLAIN_HTTP: "warning",
  DEED_DANGEROUS_FUNCTION: "warning",
  DEED_ACCEPT_UNUSED: "warning",
  DEED_RETRY_OF_ONCE: "warning",
} as const;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;
export type Severity = "error" | "warning";

/** Something that the compiler has to say about a place in the file. Lines and columns count from 1. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: DiagnosticCode;
  readonly message: string;
  readonly fileName: string;
  readonly line: number;
  /** In characters (code points), as is `endColumn`, which is behind the last one. */
  readonly column: number;
  readonly endColumn: number;
  /** What to do about it, or null. */
  readonly hint: string | null;
  /** The word that was probably meant. */
  readonly suggestion?: string;
}

/** Compares by place, then code: the order in which people read a file. */
export function byPlace(left: Diagnostic, right: Diagnostic): number {
  if (left.line !== right.line) return left.line - right.line;
  if (left.column !== right.column) return left.column - right.column;
  return left.code < right.code ? -1 : Number(left.code > right.code);
}
