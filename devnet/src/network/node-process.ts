import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { freshBundle } from "./fresh-bundle.ts";
import { NetworkError } from "./network-error.ts";

/** A node in a process of its own, with its signer below it. */
export interface NodeProcess {
  readonly nodeNo: number;
  readonly pid: number;
  readonly apiUrl: string;
  /** Resolves with its exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  close(): Promise<void>;
}

export interface NodeProcessOptions {
  readonly nodeNo: number;
  readonly directory: string;
  /** Written to `config.json` and read by the node. */
  readonly config: unknown;
  /** What the node runs from; left out, what this code runs from. */
  readonly code?: NodeCode;
}

/** Built code, or sources by way of a loader. */
export type NodeCode = "build" | "sources";

/** The one line that a node says: that it is ready, or why not. */
interface ReadyLine {
  readonly ready?: { readonly apiUrl: string | null };
  readonly failed?: unknown;
}

const KEPT_OUTPUT = 4000;
const CLOSE_MS = 10_000;

/** Starts a node and waits for its ready line. Errors: NetworkError NETWORK_NODE_FAILED. */
export async function startNodeProcess(options: NodeProcessOptions): Promise<NodeProcess> {
  const { nodeNo, directory } = options;
  const configPath = join(directory, "config.json");
  writeFileSync(configPath, `${JSON.stringify(options.config, null, 2)}\n`);
  const child = spawn(process.execPath, [...program(options.code), "--config", configPath], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  child.stdin.on("error", () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
  let output = "";
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    output = (output + text).slice(-KEPT_OUTPUT);
  });
  const ready = await Promise.race([firstLine(child), exited]);
  if (typeof ready !== "string") {
    throw new NetworkError({ code: "NETWORK_NODE_FAILED", nodeNo, exitCode: ready, output });
  }
  const said = JSON.parse(ready) as ReadyLine;
  if (said.ready === undefined) {
    const exitCode = await exited;
    throw new NetworkError({ code: "NETWORK_NODE_FAILED", nodeNo, exitCode, output: ready });
  }
  return {
    nodeNo,
    pid: child.pid ?? 0,
    apiUrl: said.ready.apiUrl ?? "",
    exited,
    kill: (signal) => child.kill(signal),
    close: () => close(child, exited),
  };
}

async function close(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  // The node ends when its standard input does; the signal is for one that hangs.
  child.stdin?.end();
  const timer = setTimeout(() => child.kill("SIGKILL"), CLOSE_MS);
  await exited;
  clearTimeout(timer);
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (part: string) => {
      text += part;
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

// Unbuilt sources need a loader; a build runs as it is.
function program(code: NodeCode = import.meta.url.endsWith(".ts") ? "sources" : "build"): string[] {
  const require = createRequire(import.meta.url);
  const root = join(require.resolve("@deed/node/package.json"), "..");
  const dist = join(root, "dist");
  if (code === "build") return [freshBundle(dist, "main.js") ?? join(dist, "main.js")];
  const main = join(root, "src", "main.ts");
  return ["--conditions=source", "--import", import.meta.resolve("tsx"), main];
}
