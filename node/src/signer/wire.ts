// The socket's language: one JSON object a line. Big integers travel as hexadecimal text and are named here,
// so that both sides agree on which fields they are.

import type { SignerFailure } from "./signer-error.ts";

export const PROTOCOL_VERSION = 1;

/** Longest line, in characters: a batch of 256 items with its records has about 110,000. */
export const LONGEST_LINE: number = 4 << 20;

const BIG_FIELDS: ReadonlySet<string> = new Set([
  "posted",
  "fault",
  "unable",
  "maxFeePerGasWei",
  "maxPriorityFeePerGasWei",
]);

export interface WireRequest {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

export type WireReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: SignerFailure };

export function encodeWire(message: WireRequest | WireReply): string {
  const big = (_: string, value: unknown): unknown =>
    typeof value === "bigint" ? `0x${value.toString(16)}` : value;
  return `${JSON.stringify(message, big)}\n`;
}

/** The reply with its big integers as such; null for what no signer says. */
export function decodeReply(line: string): WireReply | null {
  try {
    const reply: unknown = JSON.parse(line, (key, value: unknown) =>
      BIG_FIELDS.has(key) && typeof value === "string" ? BigInt(value) : value,
    );
    return isReply(reply) ? reply : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isReply(value: unknown): value is WireReply {
  if (typeof value !== "object" || value === null) return false;
  if (!("id" in value) || typeof value.id !== "number") return false;
  // A reply without a result is one to a method that gives none.
  if (!("error" in value)) return true;
  const { error } = value;
  return typeof error === "object" && error !== null && "code" in error;
}

/** Cuts a stream of characters into lines. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  readonly #parts: string[] = [];
  #length = 0;

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** @returns false when a line is longer than allowed: the stream is not to be trusted any more. */
  push(text: string): boolean {
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      this.#parts.push(text.slice(start, end));
      const line = this.#parts.join("");
      this.#parts.length = 0;
      this.#length = 0;
      start = end + 1;
      this.#onLine(line);
    }
    if (start < text.length) {
      this.#parts.push(text.slice(start));
      this.#length += text.length - start;
    }
    return this.#length <= LONGEST_LINE;
  }
}
