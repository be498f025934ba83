import fc from "fast-check";
import { expect, test } from "vitest";
import { ChainError } from "../error.ts";
import { type ByteSource, encodeFrame, firstPosition, readFrames } from "./frame.ts";

function memory(bytes: Uint8Array): ByteSource {
  return {
    path: "memory",
    size: async () => bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

function write(bodies: readonly Uint8Array[]): Uint8Array {
  let at = firstPosition;
  const frames = bodies.map((body) => {
    const { bytes, next } = encodeFrame(body, at);
    at = next;
    return bytes;
  });
  return Buffer.concat(frames);
}

async function read(bytes: Uint8Array): Promise<Uint8Array[]> {
  const bodies: Uint8Array[] = [];
  for await (const frame of readFrames(memory(bytes))) bodies.push(Uint8Array.from(frame.body));
  return bodies;
}

const someBodies = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 6 });

test("what was written is read", async () => {
  await fc.assert(
    fc.asyncProperty(someBodies, async (bodies) => {
      expect(await read(write(bodies))).toEqual(bodies);
    }),
  );
});

test("any truncation yields a prefix", async () => {
  await fc.assert(
    fc.asyncProperty(someBodies, fc.nat(), async (bodies, at) => {
      const bytes = write(bodies);
      const whole = await read(bytes.subarray(0, at % (bytes.length + 1)));
      expect(whole).toEqual(bodies.slice(0, whole.length));
    }),
  );
});

test("any truncation with zeros behind it yields a prefix", async () => {
  await fc.assert(
    fc.asyncProperty(someBodies, fc.nat(), fc.nat(200), async (bodies, at, zeros) => {
      const bytes = write(bodies);
      const kept = bytes.subarray(0, at % (bytes.length + 1));
      const whole = await read(Buffer.concat([kept, new Uint8Array(zeros)]));
      expect(whole).toEqual(bodies.slice(0, whole.length));
    }),
  );
});

test("any flipped bit is found", async () => {
  await fc.assert(
    fc.asyncProperty(someBodies, fc.nat(), async (bodies, at) => {
      const bytes = Uint8Array.from(write(bodies));
      const bit = at % (bytes.length * 8);
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const error = await read(bytes).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(ChainError);
      expect((error as ChainError).code).toBe("JOURNAL_CORRUPT");
    }),
    { numRuns: 500 },
  );
});

test("a frame that is left out, doubled or swapped is found", async () => {
  const bodies = [1, 2, 3].map((byte) => Uint8Array.of(byte));
  const size = write(bodies).length / 3;
  const [a, b, c] = [0, 1, 2].map((place) =>
    write(bodies).subarray(size * place, size * (place + 1)),
  );
  for (const order of [
    [a, c],
    [a, a, b, c],
    [b, a, c],
  ]) {
    await expect(read(Buffer.concat(order as Uint8Array[]))).rejects.toThrow(/damaged at byte/);
  }
});
