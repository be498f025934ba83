// A node as a process: `main --config FILE`, or `--config -` for one line of standard input, for which it waits with
// everything loaded. Standard output says one line: that it is ready, or why not.

import { writeSync } from "node:fs";
import { type NodeConfig, readConfig, readConfigText } from "./config.ts";
import { ConfigError } from "./config-error.ts";
import { readFirstLine } from "./first-line.ts";
import { preload, type RunningNode, startNode } from "./start.ts";

const STANDARD_OUTPUT = 1;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const LONGEST_CLOSE_MS = 8_000;
/** Without its signer a node can end nothing: the sooner it ends, the sooner it is started again. */
const LONGEST_CLOSE_AFTER_FAILURE_MS = 500;

try {
  const config = await readGivenConfig(argument("--config"));
  const node = await startNode(config, {
    clock: { nowMs: () => Date.now() + config.clockShiftSec * 1000 },
    tlsClock: { nowMs: () => Date.now() },
    // A node without an API does not load its server.
    startApi: async (options, parts) =>
      (await import("./api/start-api.ts")).startApi(options, parts),
  });
  const { nodeNo, peersPort, apiUrl, metricsUrl, sandbox } = node;
  say({ ready: { nodeNo, pid: process.pid, peersPort, apiUrl, metricsUrl, sandbox } });
  endInOrder(node, config.exitWithParent);
} catch (error) {
  say({ failed: failureOf(error) });
  process.exit(error instanceof ConfigError ? EXIT_USAGE : EXIT_FAILED);
}

async function readGivenConfig(path: string): Promise<NodeConfig> {
  if (path !== "-") return readConfig(path, process.env);
  const line = readFirstLine(process.stdin);
  await Promise.all([preload(), import("./api/start-api.ts")]);
  const text = await line;
  // Whoever was to send it has gone.
  if (text === null) process.exit(0);
  return readConfigText(text, { path, folder: process.cwd() }, process.env);
}

function endInOrder(node: RunningNode, exitWithParent: boolean): void {
  let isEnding = false;
  const end = (exitCode: number, longestMs = LONGEST_CLOSE_MS): void => {
    if (isEnding) return;
    isEnding = true;
    // A part that does not let go must not keep a supervisor waiting; every part survives a kill.
    setTimeout(() => process.exit(EXIT_FAILED), longestMs).unref();
    node.close().then(
      () => process.exit(exitCode),
      () => process.exit(EXIT_FAILED),
    );
  };
  process.on("SIGTERM", () => end(0));
  process.on("SIGINT", () => end(0));
  const endFailed = (): void => end(EXIT_FAILED, LONGEST_CLOSE_AFTER_FAILURE_MS);
  node.failed.then(endFailed, endFailed);
  if (!exitWithParent) return;
  process.stdin.on("end", () => end(0));
  process.stdin.on("error", () => end(0));
  process.stdin.resume();
}

function argument(name: string): string {
  const at = process.argv.indexOf(name);
  const value = at === -1 ? undefined : process.argv[at + 1];
  if (value !== undefined) return value;
  throw new ConfigError({ code: "CONFIG_MISSING", field: name, expected: "a file" });
}

/** Errors of the node are codes with data; a remedy where there is one. Others are told by their name. */
function failureOf(thrown: unknown): object {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { failure, remedy } = error as { failure?: object; remedy?: string };
  const said = failure ?? { code: error.name, message: error.message };
  return remedy === undefined ? said : { ...said, remedy };
}

function say(message: object): void {
  writeSync(STANDARD_OUTPUT, `${JSON.stringify(message)}\n`);
}
