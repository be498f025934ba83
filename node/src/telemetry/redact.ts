import type { LogFields } from "./logger.ts";

// Any field whose name says that it holds a secret. A beacon preimage is one until its round closes.
const SECRET_NAME =
  /pass(word|phrase)|secret|token|private|mnemonic|authorization|cookie|credential|salt|preimage|keystore$|^pin$/i;
const DEEPEST = 4;
const LONGEST_TEXT = 2048;

/** Log fields as JSON can hold them: secrets by name replaced, big integers as text, bytes as their length. */
export function redact(fields: LogFields): Record<string, unknown> {
  return redactObject(fields, 0);
}

function redactObject(object: LogFields, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined) continue;
    clean[name] = SECRET_NAME.test(name) ? "[redacted]" : redactValue(value, depth + 1);
  }
  return clean;
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "string") return shorten(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth > DEEPEST) return "[deeper]";
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.slice(0, 64).map((item) => redactValue(item, depth + 1));
  return redactObject(value as LogFields, depth);
}

// An error of this project is a code with its data; of others, name and message.
function redactError(error: Error, depth: number): Record<string, unknown> {
  const own = redactObject({ ...error }, depth);
  const cause = error.cause === undefined ? {} : { cause: redactValue(error.cause, depth + 1) };
  return { name: error.name, message: shorten(error.message), ...own, ...cause };
}

function shorten(text: string): string {
  return text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
}
