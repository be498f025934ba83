import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { RebuildResult } from "../rebuild/report.ts";

const LIMIT_MS = 240_000;

/** Runs the built program, as an operator does. */
function rebuild(...args: string[]): Promise<{ exitCode: unknown; stdout: string; said: string }> {
  const main = fileURLToPath(new URL("../../dist/rebuild/main.js", import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], (error, stdout, said) =>
      resolve({ exitCode: error?.code ?? 0, stdout, said }),
    );
  });
}

test(
  "a store that is fed from events alone is every node's store, row for row",
  async () => {
    const { exitCode, stdout, said } = await rebuild("--json");
    expect(exitCode, said.slice(-2_000)).toBe(0);
    const result = JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as RebuildResult;
    expect(result).toMatchObject({ tables: 9, differences: 0 });
    expect(result.rows).toBeGreaterThan(7 * 30);
    expect(said).toContain("Node 7, to block");
    expect(said).toMatch(/outbox: bytes that its action key signed/);
  },
  LIMIT_MS,
);

test("a folder without a network is named", async () => {
  const { exitCode, said } = await rebuild("--dir", "/nowhere");
  expect(exitCode).toBe(1);
  expect(said).toContain("NETWORK_NOT_THERE: there is no network in /nowhere");
});
