/** A frame is a four-byte big-endian length and that many bytes of JSON. */
const HEADER_BYTES = 4;

export type FrameFailure =
  | { readonly code: "FRAME_TOO_LARGE"; readonly bytes: number; readonly limitBytes: number }
  | { readonly code: "TOO_MUCH"; readonly limitBytes: number }
  | { readonly code: "NOT_JSON" };

export class FrameError extends Error {
  override readonly name = "FrameError";
  readonly failure: FrameFailure;

  constructor(failure: FrameFailure, options?: ErrorOptions) {
    super(failure.code, options);
    this.failure = failure;
  }
}

export interface FrameLimits {
  readonly frameBytes: number;
  /** All frames of one channel together. */
  readonly totalBytes: number;
}

export function encodeFrame(message: unknown): Buffer {
  const text = JSON.stringify(message);
  const bytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  frame.writeUInt32BE(bytes, 0);
  frame.write(text, HEADER_BYTES);
  return frame;
}

/** Cuts a byte stream into frames, within limits that the sender cannot move. */
export class FrameReader {
  #limits: FrameLimits;
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #totalBytes = 0;

  constructor(limits: FrameLimits) {
    this.#limits = limits;
  }

  /** Allows less than before, what has come already included; never more. */
  tighten(totalBytes: number): void {
    this.#limits = {
      ...this.#limits,
      totalBytes: Math.min(this.#limits.totalBytes, totalBytes),
    };
  }

  /** Takes a chunk and gives back what is complete by then. @throws FrameError */
  push(chunk: Buffer): unknown[] {
    this.#totalBytes += chunk.length;
    if (this.#totalBytes > this.#limits.totalBytes) {
      throw new FrameError({ code: "TOO_MUCH", limitBytes: this.#limits.totalBytes });
    }
    this.#pending.push(chunk);
    this.#pendingBytes += chunk.length;
    const messages: unknown[] = [];
    for (let body = this.#next(); body !== undefined; body = this.#next()) {
      messages.push(parseJson(body));
    }
    return messages;
  }

  #next(): Buffer | undefined {
    if (this.#pendingBytes < HEADER_BYTES) return undefined;
    if (this.#pending[0]!.length < HEADER_BYTES) this.#join();
    const bytes = this.#pending[0]!.readUInt32BE(0);
    if (bytes > this.#limits.frameBytes) {
      throw new FrameError({
        code: "FRAME_TOO_LARGE",
        bytes,
        limitBytes: this.#limits.frameBytes,
      });
    }
    if (this.#pendingBytes < HEADER_BYTES + bytes) return undefined;
    this.#join();
    const all = this.#pending[0]!;
    const rest = all.subarray(HEADER_BYTES + bytes);
    this.#pending = rest.length > 0 ? [rest] : [];
    this.#pendingBytes = rest.length;
    return all.subarray(HEADER_BYTES, HEADER_BYTES + bytes);
  }

  #join(): void {
    if (this.#pending.length > 1) this.#pending = [Buffer.concat(this.#pending)];
  }
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch (cause) {
    throw new FrameError({ code: "NOT_JSON" }, { cause });
  }
}
