import fc from "fast-check";
import { expect, test } from "vitest";
import { type Checkpoint, CheckpointError } from "./checkpoint.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./encode-checkpoint.ts";

const checkpoint: Checkpoint = {
  head: {
    chainId: 31337,
    engine: "anvil/v1",
    rules: ["--no-mining"],
    number: 7,
    hash: `0x${"11".repeat(32)}`,
    stateRoot: `0x${"22".repeat(32)}`,
    genesisHash: `0x${"33".repeat(32)}`,
    recentHashes: `0x${"44".repeat(32)}`,
    journal: { offset: 1234, seed: 4321 },
  },
  engineState: Buffer.from("the engine's own bytes"),
  history: Buffer.from("what was before"),
};

test("a checkpoint comes back as it was written", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });
  fc.assert(
    fc.property(bytes, bytes, (engineState, history) => {
      const { head, ...parts } = decodeCheckpoint(
        encodeCheckpoint({ ...checkpoint, engineState, history }),
      );
      expect(head).toEqual(checkpoint.head);
      expect(Buffer.from(parts.engineState).equals(engineState)).toBe(true);
      expect(Buffer.from(parts.history).equals(history)).toBe(true);
    }),
  );
});

test("a file that ends anywhere too early or too late is refused", () => {
  const whole = encodeCheckpoint(checkpoint);
  for (let length = 0; length < whole.length; length++) {
    expect(() => decodeCheckpoint(whole.subarray(0, length)), `${length}`).toThrow(CheckpointError);
    // A file system may have given the length before the bytes.
    const zeros = Buffer.concat([whole.subarray(0, length), Buffer.alloc(whole.length - length)]);
    expect(() => decodeCheckpoint(zeros), `${length} and zeros`).toThrow(CheckpointError);
  }
  expect(() => decodeCheckpoint(Buffer.concat([whole, Buffer.from([0])]))).toThrow(CheckpointError);
});

test("every flipped bit is seen", () => {
  const whole = encodeCheckpoint(checkpoint);
  for (let place = 0; place < whole.length; place++) {
    for (let bit = 0; bit < 8; bit++) {
      const flipped = Buffer.from(whole);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << bit);
      expect(() => decodeCheckpoint(flipped), `${place}.${bit}`).toThrow(CheckpointError);
    }
  }
});
