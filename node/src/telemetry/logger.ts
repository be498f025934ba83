/** Fields of a log line: plain values, never secrets. */
export type LogFields = Readonly<Record<string, unknown>>;

export type LogLevel = "debug" | "info" | "warn" | "error";

/** A constant message and fields. `debug`: one step; `info`: a change of state; `warn`: healed; `error`: needs a person. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with these fields in every line. */
  child(fields: LogFields): Logger;
}

/** Where lines go. A file is appended to. */
export type LogDestination =
  | { readonly kind: "stderr" }
  | { readonly kind: "file"; readonly path: string };

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly destination: LogDestination;
  /** In every line, for example the node number. */
  readonly fields: LogFields;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

/** Is a line of this level written when the log is set to `minimum`? */
export function isWritten(level: LogLevel, minimum: LogLevel): boolean {
  return LEVELS.indexOf(level) >= LEVELS.indexOf(minimum);
}

/** A log that keeps nothing, for tests and short-lived commands. */
export const SILENT: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => SILENT,
};
