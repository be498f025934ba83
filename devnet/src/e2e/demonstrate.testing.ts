import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { DemoResult } from "../demo/demo-result.ts";

/** Runs the built program, as a user does. */
export async function demonstrate(
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
