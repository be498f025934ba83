import { type ChildProcess, spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freshBundle } from "@deed/node/bundle";
import { ChainError, type ChainFailure } from "./error.ts";
import type { ChainOptions } from "./start-chain.ts";

/** What can be said to a chain in a process of its own. */
export interface SpawnOptions extends ChainWords {
  /** By how much its clock is ahead of the system's; negative for a date that has passed. */
  readonly clockShiftSec?: number;
}

type ChainWords = Pick<
  ChainOptions,
  | "directory"
  | "port"
  | "chainId"
  | "genesisTimestampSec"
  | "accounts"
  | "stateBlocks"
  | "checkpointBlocks"
  | "verifyJournal"
>;

/** Collaborators of a spawned chain. */
export interface SpawnCollaborators {
  /** Told each line that the process logs, as JSON. */
  readonly onLog?: (line: string) => void;
}

/** A chain in a process of its own. */
export interface SpawnedChain {
  readonly rpcUrl: string;
  readonly wsUrl: string;
  readonly port: number;
  readonly chainId: number;
  readonly pid: number;
  /** The engine below it at the start. */
  readonly enginePid: number;
  /** Resolves with its exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  close(): Promise<void>;
}

const logLimit = 8000;

/** Starts the chain as a child that ends with this process. Throws ChainError CHILD_FAILED. */
export async function spawnChain(
  options: SpawnOptions,
  { onLog = () => {} }: SpawnCollaborators = {},
): Promise<SpawnedChain> {
  const child = spawn(process.execPath, [...program(), ...flags(options), "--exit-with-stdin"], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {});
  const exited = new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (code) => resolve(code));
  });
  let output = "";
  onLines(child.stderr, (line) => {
    output = `${output}${line}\n`.slice(-logLimit);
    onLog(line);
  });
  const ready = await Promise.race([
    new Promise<string>((resolve) => onLines(child.stdout, resolve)),
    exited,
  ]);
  if (typeof ready !== "string") throw childFailure(ready, output);
  const announced = JSON.parse(ready) as Omit<SpawnedChain, "exited" | "close">;
  return { ...announced, exited, close: () => stop(child, exited) };
}

async function stop(child: ChildProcess, exited: Promise<number | null>): Promise<void> {
  child.stdin?.end();
  await exited;
}

/** The failure that the child named in its last line, or that it failed. */
function childFailure(exitCode: number | null, output: string): ChainError {
  const last = output.trim().split("\n").at(-1) ?? "";
  return new ChainError(readFailure(last) ?? { code: "CHILD_FAILED", exitCode, output: last });
}

function readFailure(line: string): ChainFailure | undefined {
  try {
    const { level: _, message: __, ...failure } = JSON.parse(line) as Record<string, unknown>;
    return typeof failure["code"] === "string" ? (failure as ChainFailure) : undefined;
  } catch {
    return undefined;
  }
}

// Unbuilt sources need a loader; a build runs as it is.
function program(): string[] {
  const isSource = import.meta.url.endsWith(".ts");
  const main = fileURLToPath(new URL(isSource ? "./main.ts" : "./main.js", import.meta.url));
  if (!isSource) return [freshBundle(join(dirname(main), ".."), "chain.js") ?? main];
  return ["--conditions=source", "--import", import.meta.resolve("tsx"), main];
}

function flags(options: SpawnOptions): string[] {
  const { directory, port, chainId, genesisTimestampSec, accounts, stateBlocks } = options;
  const { checkpointBlocks, clockShiftSec, verifyJournal = false } = options;
  const given: readonly (readonly [string, string | number | undefined])[] = [
    ["directory", directory],
    ["port", port],
    ["chain-id", chainId],
    ["genesis-timestamp", genesisTimestampSec],
    ["clock-shift", clockShiftSec],
    ["accounts", accounts && JSON.stringify(accounts)],
    ["state-blocks", stateBlocks],
    ["checkpoint-blocks", checkpointBlocks],
  ];
  return [
    ...given.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    ...(verifyJournal ? ["--verify-journal"] : []),
  ];
}

function onLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  });
}
