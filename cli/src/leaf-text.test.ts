import type { Leaf } from "@deed/protocol/transcript";
import { expect, test } from "vitest";
import { leafLines, stepIds } from "./leaf-text.ts";

const leaf = (fields: Partial<Leaf>): Leaf => ({
  index: 0,
  step: 65_535,
  kind: "TRIGGER",
  try: 0,
  status: 0,
  level: 0,
  input: null,
  output: null,
  startedMs: 1_000,
  endedMs: 1_000,
  anchorNumber: 1,
  anchorHash: `0x${"00".repeat(32)}`,
  ...fields,
});

test("a leaf is a line with its step's name, its time, how it ended and how well it is backed", () => {
  const lines = leafLines(
    [
      leaf({}),
      leaf({
        index: 1,
        step: 0,
        kind: "HTTP",
        try: 2,
        status: 1,
        level: 1,
        startedMs: 1_020,
        endedMs: 1_050,
      }),
    ],
    stepIds({ steps: [{ id: "send" }] }),
    false,
  );
  expect(lines[0]).toMatch(/^ +0 +\+0 ms +0 ms +TRIGGER$/);
  expect(lines[1]).toMatch(/^ +1 +\+20 ms +30 ms +HTTP +send +try 2 +failed +recorded$/);
});

test("a long payload is cut, and shown whole when that is asked for", () => {
  const leaves = [leaf({ output: "x".repeat(500) })];
  expect(leafLines(leaves, [], false)[1]).toContain("(502 characters; --full)");
  expect(leafLines(leaves, [], true)[1]).toContain("x".repeat(500));
});

test("what a target answered cannot command the terminal", () => {
  const [, line] = leafLines([leaf({ output: "\u001b[2J\u009b31m\u202etxet" })], [], true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
});

test("a node that could not compile the workflow gives no names", () => {
  expect(stepIds(null)).toEqual([]);
});
