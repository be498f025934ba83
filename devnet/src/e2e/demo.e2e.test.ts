import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { DemoResult } from "../demo/demo-result.ts";

const LIMIT_MS = 240_000;

test(
  "the demonstration: all four samples run, are verified, and stand up to an offline audit",
  async () => {
    const { exitCode, result } = await demonstrate();
    expect(result).toMatchObject({ faults: 0, auditOk: true });
    expect(result.executions).toBeGreaterThanOrEqual(8);
    expect(result.verified).toBe(result.executions);
    expect(exitCode).toBe(0);
  },
  LIMIT_MS,
);

test(
  "a node that lies about a branch is found, named by leaf, voted guilty and slashed",
  async () => {
    const { exitCode, result } = await demonstrate("--tamper", "branch");
    expect(result).toMatchObject({ auditOk: true, fault: "WrongStep" });
    expect(result.faults).toBeGreaterThanOrEqual(1);
    expect(result.leaf).toBeGreaterThan(0);
    expect(BigInt(result.slashedWei ?? 0)).toBeGreaterThan(0n);
    expect(result.verified).toBe(result.executions - result.faults);
    expect(exitCode).toBe(0);
  },
  LIMIT_MS,
);

/** Runs the built program, as a user does. */
async function demonstrate(
  ...args: string[]
): Promise<{ readonly exitCode: number | null; readonly result: DemoResult }> {
  const main = fileURLToPath(new URL("../../dist/demo/main.js", import.meta.url));
  const child = spawn(process.execPath, [main, "--json", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const parts = { out: "", said: "" };
  child.stdout.on("data", (text) => {
    parts.out += String(text);
  });
  child.stderr.on("data", (text) => {
    parts.said += String(text);
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const last = parts.out.trim().split("\n").at(-1) ?? "";
  if (last === "") throw new Error(`the demonstration said nothing: ${parts.said.slice(-2_000)}`);
  return { exitCode, result: JSON.parse(last) as DemoResult };
}
