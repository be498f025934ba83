import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a run of `deed` answered. */
export interface Said {
  readonly exitCode: number | null;
  /** Of `--json`: what the last line says. */
  readonly json: Record<string, unknown>;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command, as a user does. */
export async function deed(cwd: string, ...args: readonly string[]): Promise<Said> {
  const program = fileURLToPath(new URL("../../../cli/bin/deed.js", import.meta.url));
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  const last = stdout.trim().split("\n").at(-1) ?? "";
  const json = last.startsWith("{") ? (JSON.parse(last) as Said["json"]) : {};
  return { exitCode, json, stdout, stderr };
}
