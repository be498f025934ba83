import { readSync, writeSync } from "node:fs";
import { encodeFrame } from "./frames.ts";

/** The child's end: one descriptor, read and written synchronously, because the runtime never waits for anything else. */
export interface Channel {
  /** The next message, or undefined when the other side has gone. */
  read(): unknown;
  write(message: unknown): void;
}

export function openChannel(fd: number): Channel {
  return {
    read() {
      const header = readExactly(fd, 4);
      if (header === undefined) return undefined;
      const body = readExactly(fd, header.readUInt32BE(0));
      return body === undefined ? undefined : JSON.parse(body.toString("utf8"));
    },
    write(message) {
      const frame = encodeFrame(message);
      for (let at = 0; at < frame.length; ) at += writeSync(fd, frame, at);
    },
  };
}

function readExactly(fd: number, bytes: number): Buffer | undefined {
  const buffer = Buffer.allocUnsafe(bytes);
  for (let at = 0; at < bytes; ) {
    const got = readSync(fd, buffer, at, bytes - at, null);
    if (got === 0) return undefined;
    at += got;
  }
  return buffer;
}
