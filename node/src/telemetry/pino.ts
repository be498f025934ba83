import { type Logger as PinoLogger, pino, destination as pinoDestination } from "pino";
import type { LogFields, Logger, LoggerOptions } from "./logger.ts";
import { redact } from "./redact.ts";

/** A log that can be written out before the process ends. */
export interface ClosableLogger extends Logger {
  close(): void;
}

/** JSON lines by pino: `{level, time, …fields, msg}`. */
export function createLogger(options: LoggerOptions): ClosableLogger {
  const sink = pinoDestination({
    dest: options.destination.kind === "file" ? options.destination.path : 2,
    append: true,
    mkdir: true,
    // Synchronous: a crash keeps the lines that explain it.
    sync: true,
  });
  const log = pino(
    {
      level: options.level,
      base: redact(options.fields),
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  return { ...wrap(log), close: () => sink.flushSync() };
}

function wrap(log: PinoLogger): Logger {
  return {
    debug: (message, fields = {}) => write(log, "debug", message, fields),
    info: (message, fields = {}) => write(log, "info", message, fields),
    warn: (message, fields = {}) => write(log, "warn", message, fields),
    error: (message, fields = {}) => write(log, "error", message, fields),
    child: (fields) => wrap(log.child(redact(fields))),
  };
}

function write(
  log: PinoLogger,
  level: "debug" | "info" | "warn" | "error",
  message: string,
  fields: LogFields,
): void {
  if (log.isLevelEnabled(level)) log[level](redact(fields), message);
}
