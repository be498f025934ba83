import { isWritten, type LogFields, type Logger, type LogLevel } from "./logger.ts";
import { redact } from "./redact.ts";

export interface LineLoggerParts {
  readonly write: (line: string) => void;
  readonly nowMs: () => number;
}

/** The same JSON lines as `createLogger`, without a library: for processes that must be small and start fast. */
export function createLineLogger(
  options: { readonly level: LogLevel; readonly fields: LogFields },
  parts: LineLoggerParts,
): Logger {
  const log = (level: LogLevel, message: string, fields: LogFields): void => {
    if (!isWritten(level, options.level)) return;
    const time = new Date(parts.nowMs()).toISOString();
    const line = { level, time, ...redact({ ...options.fields, ...fields }), msg: message };
    parts.write(`${JSON.stringify(line)}\n`);
  };
  return {
    debug: (message, fields = {}) => log("debug", message, fields),
    info: (message, fields = {}) => log("info", message, fields),
    warn: (message, fields = {}) => log("warn", message, fields),
    error: (message, fields = {}) => log("error", message, fields),
    child: (fields) =>
      createLineLogger({ ...options, fields: { ...options.fields, ...fields } }, parts),
  };
}
