import { crc32 } from "node:zlib";

// One line of the audit log: `LLLLLLLL CCCCCCCC HHHHHHHH <json>\n`. L is the length of the JSON in bytes, C the
// CRC-32 of the JSON, H that of the first seventeen characters; hexadecimal, eight digits each. Only a line whose
// end is not there can be a torn one: its writer was stopped before the flush, so nothing was signed for it.

const HEADER_BYTES = 27;
const CHECKED_BYTES = 17;

/** Longest JSON that is read or written. */
export const MAX_LINE_BYTES: number = 1 << 22;

/** What stands at an offset of the log. */
export type ReadLine =
  | { readonly kind: "line"; readonly json: Buffer; readonly end: number }
  /** The bytes end before the line does. */
  | { readonly kind: "torn" }
  | { readonly kind: "damaged"; readonly reason: string };

/** The line of a JSON text. */
export function encodeLine(json: string): Buffer {
  const body = Buffer.from(json, "utf8");
  const checked = `${hex8(body.length)} ${hex8(crc32(body))}`;
  const header = `${checked} ${hex8(crc32(Buffer.from(checked, "latin1")))} `;
  return Buffer.concat([Buffer.from(header, "latin1"), body, NEWLINE]);
}

/** Reads the line at `offset` of bytes that go to the end of the log. */
export function readLine(bytes: Buffer, offset: number): ReadLine {
  if (bytes.length - offset < HEADER_BYTES) return { kind: "torn" };
  const header = bytes.toString("latin1", offset, offset + HEADER_BYTES);
  if (!HEADER.test(header)) return { kind: "damaged", reason: "header" };
  const checked = bytes.subarray(offset, offset + CHECKED_BYTES);
  if (crc32(checked) !== number8(header, 18)) return { kind: "damaged", reason: "header checksum" };
  const length = number8(header, 0);
  if (length > MAX_LINE_BYTES) return { kind: "damaged", reason: "length" };
  const start = offset + HEADER_BYTES;
  const end = start + length + 1;
  if (bytes.length < end) return { kind: "torn" };
  const json = bytes.subarray(start, end - 1);
  if (bytes[end - 1] !== 10) return { kind: "damaged", reason: "end of line" };
  if (crc32(json) !== number8(header, 9)) return { kind: "damaged", reason: "checksum" };
  return { kind: "line", json, end };
}

const NEWLINE = Buffer.from("\n");
const HEADER = /^[0-9a-f]{8} [0-9a-f]{8} [0-9a-f]{8} $/;

function hex8(value: number): string {
  return value.toString(16).padStart(8, "0");
}

function number8(header: string, at: number): number {
  return Number.parseInt(header.slice(at, at + 8), 16);
}
