import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How a run of `deed … --json` ended. */
export interface DeedRan {
  readonly exitCode: number | null;
  /** What it printed; null when that is no JSON. */
  readonly said: unknown;
  readonly stderr: string;
}

const PROGRAM = fileURLToPath(new URL("../../../cli/bin/deed.js", import.meta.url));

/** Runs the built command as an operator or a member of the council does: a process of its own. */
export function runDeed(args: readonly string[], cwd: string): Promise<DeedRan> {
  const child = spawn(process.execPath, [PROGRAM, ...args, "--json"], {
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
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, said: jsonOf(stdout), stderr }));
  });
}

/** Begins a run and kills it with SIGKILL as soon as something holds. */
export async function killDeed(
  args: readonly string[],
  cwd: string,
  holds: () => boolean,
): Promise<void> {
  const child = spawn(process.execPath, [PROGRAM, ...args, "--json"], { cwd, stdio: "ignore" });
  const ended = new Promise((resolve) => child.once("close", resolve));
  const timer = setInterval(() => {
    if (holds()) child.kill("SIGKILL");
  }, 1);
  await ended;
  clearInterval(timer);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
