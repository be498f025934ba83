import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runKills } from "../kills/run-kills.ts";

const KILLS = 8;
/** Most of it is for machines that are busy with other things. */
const LOAD_MS = 120_000;
const LIMIT_MS = 280_000;
const TEST_MS = 330_000;

test("a network whose parts are killed under load keeps its promises", {
  timeout: TEST_MS,
}, async () => {
  const directory = mkdtempSync(join(tmpdir(), "deed-kills-"));
  try {
    const result = await runKills(
      {
        directory,
        seed: 7,
        kills: KILLS,
        loadMs: LOAD_MS,
        limitMs: LIMIT_MS,
        sabotage: null,
        lie: true,
        nodeCode: "build",
      },
      { signal: new AbortController().signal, nowMs: () => Date.now(), onProgress: () => {} },
    );
    expect(result.examples ?? []).toEqual([]);
    expect(result.kills).toBeGreaterThanOrEqual(KILLS);
    expect(result.violations).toBe(0);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
