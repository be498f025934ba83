import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runJoin } from "../join/run-join.ts";

test("an operator goes from nothing to a working node by votes, and out again with its bond", async () => {
  const directory = mkdtempSync(join(tmpdir(), "deed-join-"));
  try {
    const parts = { nowMs: () => performance.now(), onStep: () => {}, onProgress: () => {} };
    const steps = await runJoin({ directory }, parts);
    expect(steps.filter(({ ok }) => !ok)).toEqual([]);
    expect(steps.at(-1)?.step).toBe("it is back with the operator, and the operator is out");
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}, 600_000);
