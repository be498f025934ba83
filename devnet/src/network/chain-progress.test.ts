import { expect, test } from "vitest";
import { chainProgress } from "./chain-progress.ts";

test("people are told where a chain begins, why not at its checkpoint, and how far it is", () => {
  const say = (line: object): string | null => chainProgress(JSON.stringify(line));
  expect(say({ message: "Checkpoint loaded", block: 50, of: 55 })).toBe(
    "The chain begins at its checkpoint, block 50 of 55",
  );
  const message = "Checkpoint not used, replaying what it held";
  expect(say({ message, reason: "its block is 0x1" })).toContain("since its block is 0x1");
  expect(say({ message: "Replayed", replayed: 1000, total: 3000 })).toBe(
    "Replayed 1000 of 3000 blocks",
  );
});

test("the rest of its log is for its operator", () => {
  expect(chainProgress('{"message":"Checkpoint written"}')).toBeNull();
  expect(chainProgress("(node:1) Warning: something")).toBeNull();
});
