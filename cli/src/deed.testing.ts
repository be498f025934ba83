import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.ts";

/** What a run of the command said and how it ended. */
export interface Ran {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const program = [
  "--conditions=source",
  "--import",
  import.meta.resolve("tsx"),
  fileURLToPath(new URL("main.ts", import.meta.url)),
];

/** Starts `deed` as a process of its own, from the sources. */
export function startDeed(args: readonly string[], cwd: string, stdin = ""): ChildProcess {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd,
    env: { PATH: process.env["PATH"] },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(stdin);
  return child;
}

/** Runs `deed` to its end. */
export function deed(args: readonly string[], cwd: string, stdin = ""): Promise<Ran> {
  const child = startDeed(args, cwd, stdin);
  let stdout = "";
  let stderr = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

/** Runs a command line inside this process, which starts no other: paths must be absolute. */
export async function deedHere(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const said = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") =>
    ({
      isTTY: false,
      write: (text: string) => {
        said[name] += text;
        return true;
      },
    }) as unknown as NodeJS.WriteStream;
  const exitCode = await run(args, {
    version: "0.0.0",
    stdin: { isTTY: false },
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    environment,
    nowMs: () => Date.now(),
  });
  return { exitCode, ...said };
}

/** A folder of its own, and how to remove it. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), "deed-cli-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
