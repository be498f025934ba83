import { type ChildProcess, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { freshBundle } from "@deed/node/bundle";
import { NetworkError } from "./network-error.ts";

/** A node in a process of its own, with its signer below it. */
export interface NodeProcess {
  readonly nodeNo: number;
  readonly pid: number;
  readonly apiUrl: string;
  /** What its runs take place in, as `container by zygote`; null where it executes nothing. */
  readonly sandbox: string | null;
  /** Resolves with its exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
  close(): Promise<void>;
}

/** A process with everything loaded that waits for what it is to be. */
export interface WaitingNode {
  /** Gives it its configuration and waits for its ready line. Errors: NetworkError NETWORK_NODE_FAILED. */
  start(options: NodeProcessOptions): Promise<NodeProcess>;
  close(): Promise<void>;
}

export interface NodeProcessOptions {
  readonly nodeNo: number;
  readonly directory: string;
  /** Sent to the process; written to `config.json`, too, for people. */
  readonly config: unknown;
}

/** Built code, or sources by way of a loader. */
export type NodeCode = "build" | "sources";

/** The one line that a node says: that it is ready, or why not. */
interface ReadyLine {
  readonly ready?: {
    readonly apiUrl: string | null;
    readonly sandbox: { readonly adapter: string; readonly level: string } | null;
  };
  readonly failed?: unknown;
}

const KEPT_OUTPUT = 4000;
const CLOSE_MS = 10_000;

/** Begins a node's process. @param code What it runs from; left out, what this code runs from. */
export function spawnNode(
  code?: NodeCode,
  environment: Readonly<Record<string, string | undefined>> = { PATH: process.env["PATH"] },
): WaitingNode {
  const child = spawn(process.execPath, [...program(code), "--config", "-"], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environment,
  });
  child.stdin.on("error", () => undefined);
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (exitCode) => resolve(exitCode));
  });
  const said = { output: "" };
  child.stderr.setEncoding("utf8");
  child.stderr.on("data", (text: string) => {
    said.output = (said.output + text).slice(-KEPT_OUTPUT);
  });
  return {
    start: (options) => start(options, { child, exited, said }),
    close: () => close(child, exited),
  };
}

interface Spawned {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  /** The end of what it wrote to standard error. */
  readonly said: { readonly output: string };
}

async function start(options: NodeProcessOptions, spawned: Spawned): Promise<NodeProcess> {
  const { nodeNo, directory, config } = options;
  const { child, exited, said } = spawned;
  writeFileSync(join(directory, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
  child.stdin?.write(`${JSON.stringify(config)}\n`);
  const line = await Promise.race([firstLine(child), exited]);
  if (typeof line !== "string") {
    const { output } = said;
    throw new NetworkError({ code: "NETWORK_NODE_FAILED", nodeNo, exitCode: line, output });
  }
  const { ready } = JSON.parse(line) as ReadyLine;
  if (ready === undefined) {
    const exitCode = await exited;
    throw new NetworkError({ code: "NETWORK_NODE_FAILED", nodeNo, exitCode, output: line });
  }
  return {
    nodeNo,
    pid: child.pid ?? 0,
    apiUrl: ready.apiUrl ?? "",
    sandbox: ready.sandbox === null ? null : `${ready.sandbox.level} by ${ready.sandbox.adapter}`,
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
