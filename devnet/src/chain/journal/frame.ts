import { crc32 } from "node:zlib";
import { ChainError } from "../error.ts";

/*
 * frame = length u32 ‖ headCrc u32 ‖ bodyCrc u32 ‖ body ‖ 0x0a        (big-endian)
 *
 * headCrc = crc32(length, seeded with the previous frame's bodyCrc): a damaged length is seen as
 * such and not taken for a torn tail, and frames cannot be dropped, doubled or swapped.
 * bodyCrc = crc32(body, seeded with headCrc).
 * The last byte is never zero: a file that ends in zeros was torn inside its last frame
 * (a file system may extend a file before its bytes arrive), whichever bits flipped elsewhere.
 */
const headBytes = 12;
const endByte = 0x0a;
// Seeds the first frame, so that a head of zeros is never valid.
const firstSeed = 0xdeed0001;
const scanBytes = 64 * 1024;

/** Random access to the bytes of a journal. */
export interface ByteSource {
  readonly path: string;
  size(): Promise<number>;
  /** Returns fewer bytes only at the end. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A frame found in a journal: `seed` is what the next frame continues from. */
export interface Frame {
  readonly offset: number;
  readonly end: number;
  readonly body: Uint8Array;
  readonly seed: number;
}

/** Where appending continues; a new journal starts from `firstPosition`. */
export interface Position {
  readonly offset: number;
  readonly seed: number;
}

export const firstPosition: Position = { offset: 0, seed: firstSeed };

/** The bytes of one frame, and the position behind it. */
export function encodeFrame(
  body: Uint8Array,
  at: Position,
): { readonly bytes: Uint8Array; readonly next: Position } {
  const bytes = new Uint8Array(headBytes + body.length + 1);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  const headCrc = crc32(bytes.subarray(0, 4), at.seed);
  const bodyCrc = crc32(body, headCrc);
  view.setUint32(4, headCrc);
  view.setUint32(8, bodyCrc);
  bytes.set(body, headBytes);
  bytes[bytes.length - 1] = endByte;
  return { bytes, next: { offset: at.offset + bytes.length, seed: bodyCrc } };
}

/**
 * Every whole frame in order. Ends quietly before a torn tail; anything else that does not add up
 * throws JOURNAL_CORRUPT.
 */
export async function* readFrames(
  source: ByteSource,
  until?: number,
  from: Position = firstPosition,
): AsyncGenerator<Frame> {
  const size = until ?? (await source.size());
  let { offset, seed } = from;
  while (offset < size) {
    const frame = await readFrame(source, size, offset, seed);
    if (frame === "torn") return;
    yield frame;
    offset = frame.end;
    seed = frame.seed;
  }
}

async function readFrame(
  source: ByteSource,
  size: number,
  offset: number,
  seed: number,
): Promise<Frame | "torn"> {
  const damaged = async (end: number, reason: string): Promise<"torn"> => {
    if ((await contentEnd(source, size, offset)) < end) return "torn";
    throw new ChainError({ code: "JOURNAL_CORRUPT", offset, reason, path: source.path });
  };
  if (size - offset < headBytes) return "torn";
  const head = await source.read(offset, headBytes);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const headCrc = view.getUint32(4);
  if (crc32(head.subarray(0, 4), seed) !== headCrc) {
    return damaged(offset + headBytes, "the length fails its checksum");
  }
  const length = view.getUint32(0);
  const end = offset + headBytes + length + 1;
  if (end > size) return "torn";
  const rest = await source.read(offset + headBytes, length + 1);
  const body = rest.subarray(0, length);
  const bodyCrc = view.getUint32(8);
  if (crc32(body, headCrc) !== bodyCrc || rest[length] !== endByte) {
    return damaged(end, "the record fails its checksum");
  }
  return { offset, end, body, seed: bodyCrc };
}

/** Where the zeros at the end of the file begin, but not before `from`. */
async function contentEnd(source: ByteSource, size: number, from: number): Promise<number> {
  let end = size;
  while (end > from) {
    const start = Math.max(from, end - scanBytes);
    const chunk = await source.read(start, end - start);
    for (let index = chunk.length - 1; index >= 0; index--) {
      if (chunk[index] !== 0) return start + index + 1;
    }
    end = start;
  }
  return end;
}
