import { PeerError } from "./peer-error.ts";

/** Passes a stream on and fails when it is longer than allowed. */
export async function* capped(
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > limitBytes) throw new PeerError({ code: "TOO_LARGE", limitBytes });
    yield chunk;
  }
}

/** Reads a JSON body; undefined when it is none. @throws PeerError TOO_LARGE */
export async function readJson(
  source: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of capped(source, limitBytes)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}
