import type { Readable } from "node:stream";

/** The first line of a stream, which goes on paused behind it; null when it ends before. Errors: the stream's. */
export function readFirstLine(stream: Readable): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const settle = (end: () => void): void => {
      stream.off("data", take).off("end", ended).off("error", failed);
      end();
    };
    const take = (chunk: Buffer): void => {
      const at = chunk.indexOf("\n");
      chunks.push(at < 0 ? chunk : chunk.subarray(0, at));
      if (at < 0) return;
      stream.pause();
      if (at + 1 < chunk.length) stream.unshift(chunk.subarray(at + 1));
      settle(() => resolve(Buffer.concat(chunks).toString("utf8")));
    };
    const ended = (): void => settle(() => resolve(null));
    const failed = (error: Error): void => settle(() => reject(error));
    stream.on("data", take).on("end", ended).on("error", failed);
  });
}
