/** Messages between the node and a fork server, as `native/zygote/src/serve.h` has them: three words, then bytes. */
const HEADER_BYTES = 12;
/** The server takes and gives no longer payload. */
const CHUNK_BYTES = 64 * 1024;

const END_BYTES = 28;

/** Of the structures here; the server says its own when it is ready. */
export const WIRE_VERSION = 2;

const TYPE = { start: 1, data: 2, kill: 3, end: 4, ready: 5 } as const;

/** What a run may use; the server and the kernel hold it to it. */
export interface ServedLimits {
  readonly deadlineMs: number;
  readonly cpuSec: number;
  readonly memoryMb: number;
  readonly outputBytes: number;
}

/** Why the server ended a run; in the order of its numbers. */
const REASONS = ["itself", "deadline", "output", "unread", "killed", "not-started"] as const;

export interface ServedEnd {
  readonly reason: (typeof REASONS)[number];
  /** An errno where the reason is `not-started`. */
  readonly exitCode: number;
  /** Number of the signal, 0 if none. */
  readonly signal: number;
  readonly userUs: number;
  readonly systemUs: number;
  readonly maxRssKb: number;
  readonly pageFaults: number;
}

export type FromServer =
  | { readonly type: "ready"; readonly version: number }
  | { readonly type: "data"; readonly run: number; readonly bytes: Buffer }
  | { readonly type: "end"; readonly run: number; readonly end: ServedEnd };

export function startMessage(run: number, limits: ServedLimits): Buffer {
  const { deadlineMs, cpuSec, memoryMb, outputBytes } = limits;
  const message = header(TYPE.start, run, 16);
  [deadlineMs, cpuSec, memoryMb, outputBytes].forEach((word, index) => {
    message.writeUInt32LE(word, HEADER_BYTES + 4 * index);
  });
  return message;
}

export function killMessage(run: number): Buffer {
  return header(TYPE.kill, run, 0);
}

/** As many messages as the bytes need. */
export function dataMessages(run: number, bytes: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const chunk = bytes.subarray(at, at + CHUNK_BYTES);
    const message = header(TYPE.data, run, chunk.length);
    chunk.copy(message, HEADER_BYTES);
    parts.push(message);
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}

/** Cuts what a server says into messages. */
export class ServerReader {
  #held: Buffer = Buffer.alloc(0);

  /** @throws WireError The server is not one of ours. */
  push(chunk: Buffer): FromServer[] {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const messages: FromServer[] = [];
    let at = 0;
    while (this.#held.length - at >= HEADER_BYTES) {
      const bytes = this.#held.readUInt32LE(at + 8);
      if (bytes > CHUNK_BYTES) throw new WireError(`${bytes} bytes in one message`);
      const from = at + HEADER_BYTES;
      if (this.#held.length < from + bytes) break;
      messages.push(
        messageOf(
          this.#held.readUInt32LE(at),
          this.#held.readUInt32LE(at + 4),
          this.#held.subarray(from, from + bytes),
        ),
      );
      at = from + bytes;
    }
    this.#held = this.#held.subarray(at);
    return messages;
  }
}

/** What came from a server is none of its messages. */
export class WireError extends Error {
  override readonly name = "WireError";
}

function header(type: number, run: number, bytes: number): Buffer {
  const message = Buffer.allocUnsafe(HEADER_BYTES + bytes);
  message.writeUInt32LE(type, 0);
  message.writeUInt32LE(run, 4);
  message.writeUInt32LE(bytes, 8);
  return message;
}

function messageOf(type: number, run: number, payload: Buffer): FromServer {
  switch (type) {
    case TYPE.ready:
      return { type: "ready", version: payload.length === 4 ? payload.readUInt32LE(0) : 0 };
    case TYPE.data:
      return { type: "data", run, bytes: payload };
    case TYPE.end:
      return { type: "end", run, end: endOf(payload) };
    default:
      throw new WireError(`type ${type}`);
  }
}

function endOf(payload: Buffer): ServedEnd {
  if (payload.length !== END_BYTES) throw new WireError(`an end of ${payload.length} bytes`);
  const word = (index: number): number => payload.readUInt32LE(4 * index);
  return {
    reason: REASONS[word(0)] ?? "killed",
    exitCode: word(1),
    signal: word(2),
    userUs: word(3),
    systemUs: word(4),
    maxRssKb: word(5),
    pageFaults: word(6),
  };
}
