import { parseArgs } from "node:util";
import { shiftedClock } from "./clock.ts";
import { ChainError, messageOf } from "./error.ts";
import type { GenesisAccount } from "./journal/record.ts";
import type { Logger } from "./logger.ts";
import { type Chain, type ChainOptions, startChain } from "./start-chain.ts";

/*
 * The chain as a process of its own. One JSON line on stdout when it is ready, JSON lines on
 * stderr while it runs. Ends on SIGTERM and SIGINT, and with --exit-with-stdin when its stdin does,
 * so that it does not outlive whoever started it.
 */
const { values } = parseArgs({
  options: {
    directory: { type: "string" },
    port: { type: "string" },
    "chain-id": { type: "string" },
    "genesis-timestamp": { type: "string" },
    "clock-shift": { type: "string", default: "0" },
    accounts: { type: "string" },
    "state-blocks": { type: "string" },
    "checkpoint-blocks": { type: "string" },
    "verify-journal": { type: "boolean", default: false },
    "exit-with-stdin": { type: "boolean", default: false },
  },
});

const logger: Logger = {
  info: (message, fields) => log("info", message, fields),
  warn: (message, fields) => log("warn", message, fields),
  error: (message, fields) => log("error", message, fields),
};

function log(level: string, message: string, fields: object = {}): void {
  process.stderr.write(`${JSON.stringify({ level, message, ...fields })}\n`);
}

function readOptions(): ChainOptions {
  const { directory, port, accounts } = values;
  if (directory === undefined) throw new Error("--directory is missing");
  const chainId = values["chain-id"];
  const genesis = values["genesis-timestamp"];
  const stateBlocks = values["state-blocks"];
  const checkpointBlocks = values["checkpoint-blocks"];
  return {
    directory,
    verifyJournal: values["verify-journal"],
    ...(checkpointBlocks === undefined ? {} : { checkpointBlocks: Number(checkpointBlocks) }),
    ...(port === undefined ? {} : { port: Number(port) }),
    ...(chainId === undefined ? {} : { chainId: Number(chainId) }),
    ...(genesis === undefined ? {} : { genesisTimestampSec: Number(genesis) }),
    ...(stateBlocks === undefined ? {} : { stateBlocks: Number(stateBlocks) }),
    ...(accounts === undefined ? {} : { accounts: JSON.parse(accounts) as GenesisAccount[] }),
  };
}

function onProgress(replayed: number, total: number): void {
  if (replayed % 1000 === 0 || replayed === total) logger.info("Replayed", { replayed, total });
}

function fail(error: unknown): void {
  const failure = error instanceof ChainError ? error.failure : {};
  log("error", messageOf(error), failure);
  process.exitCode = 1;
}

function announce(chain: Chain): void {
  const { rpcUrl, wsUrl, port, chainId } = chain;
  const enginePid = chain.engineProcessId();
  const line = { rpcUrl, wsUrl, port, chainId, pid: process.pid, enginePid };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function whenTold(): Promise<"told"> {
  return new Promise((resolve) => {
    const stop = (): void => resolve("told");
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    if (values["exit-with-stdin"]) process.stdin.once("close", stop).resume();
  });
}

async function run(): Promise<void> {
  const told = whenTold();
  const clock = shiftedClock(Number(values["clock-shift"]) * 1000);
  const starting = startChain(readOptions(), { clock, logger, onProgress });
  const chain = await Promise.race([starting, told]);
  // A replay may take minutes and holds nothing that could be lost.
  if (chain === "told") process.exit(0);
  announce(chain);
  const reason = await Promise.race([told, chain.failed]);
  await chain.close();
  if (reason !== "told") fail(reason);
}

await run().catch(fail);
// Reading it would keep the process alive.
process.stdin.destroy();
