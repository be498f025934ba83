import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ChainError, messageOf } from "../error.ts";
import { fromHex, type Hex, quantity, toHex } from "../hex.ts";
import { RpcFault } from "../rpc-fault.ts";
import { locateAnvil } from "./anvil-binary.ts";
import { type AnvilLink, connectAnvil } from "./anvil-link.ts";
import {
  type AnvilProcess,
  type ProcessPriority,
  type ProcessSurroundings,
  startAnvilProcess,
} from "./anvil-process.ts";
import type { Admission, Block, Engine, EngineStarter, Genesis } from "./engine.ts";

/** The gas that one block may use. */
export const blockGasLimit = 1_000_000_000;

/** Settings that decide what blocks look like: part of the journal's header. */
export const anvilRules: readonly string[] = [
  "--no-mining",
  ...["--order", "fifo"],
  ...["--hardfork", "prague"],
  ...["--base-fee", "0"],
  ...["--gas-limit", String(blockGasLimit)],
  ...["--accounts", "0"],
];

/** States that anvil keeps by itself; each is a whole copy, so there must be few. */
export const anvilStates = 32;

/*
 * What `recentHashes` runs, at an address of nobody: for i from 1 to 256, word i of the memory is
 * BLOCKHASH(NUMBER − i); then words 1 to 256 are the answer.
 */
const hashTeller = `0x${"00".repeat(18)}dd01`;
const tellHashes = "0x60015b804303408160051b5260010180610101116002576120006020f3";

const startLimitMs = 20_000;
const startAttempts = 5;
// Below this a block with its transactions in one answer is cheaper than two requests.
const detailedLimitBytes = 16 * 1024;

/**
 * Starts anvil processes with their files in `directory`, which is wiped each time.
 * @param priority of the process: `low` when others are to go first.
 */
export function anvilStarter(
  directory: string,
  priority: ProcessPriority = "normal",
): EngineStarter {
  const { program, version } = locateAnvil();
  const name = `anvil/v${version}`;
  const start = async (genesis: Genesis): Promise<Engine> => {
    const flags = await prepare(directory, genesis);
    const { child, link } = await startAndConnect(program, flags, { home: directory, priority });
    const installed = String(await link.request("web3_clientVersion", []));
    if (installed === name) return new Anvil(child, link);
    link.close();
    await child.kill();
    throw new ChainError({ code: "ENGINE_DIFFERS", journal: name, installed });
  };
  return { name, rules: anvilRules, start };
}

async function prepare(directory: string, genesis: Genesis): Promise<readonly string[]> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const genesisPath = join(directory, "genesis.json");
  await writeFile(genesisPath, JSON.stringify(genesisFile(genesis)));
  return [
    ...anvilRules,
    ...["--chain-id", String(genesis.chainId)],
    ...["--timestamp", String(genesis.timestampSec)],
    ...["--init", genesisPath],
    // Safe and finalized answer the head: acknowledgement is finality here.
    ...["--slots-in-an-epoch", "0"],
    ...["--prune-history", String(anvilStates)],
    ...["--cache-path", join(directory, "cache")],
    "--no-request-size-limit",
    "--no-cors",
    "--silent",
  ];
}

// Between our look for a free port and anvil's use of it another process may take it.
async function startAndConnect(
  program: string,
  flags: readonly string[],
  surroundings: ProcessSurroundings,
): Promise<{ readonly child: AnvilProcess; readonly link: AnvilLink }> {
  for (let attempt = 1; ; attempt++) {
    const child = await startAnvilProcess(program, flags, surroundings);
    const outcome = await Promise.race([connectWhenReady(child.port, child.exited), child.exited]);
    if (typeof outcome !== "string") return { child, link: outcome };
    await child.kill();
    if (attempt === startAttempts) {
      throw new ChainError({ code: "ENGINE_DID_NOT_START", reason: outcome });
    }
  }
}

async function connectWhenReady(
  port: number,
  exited: Promise<string>,
): Promise<AnvilLink | string> {
  let gone: string | undefined;
  void exited.then((reason) => {
    gone = reason;
  });
  let reason = "";
  for (let waitedMs = 0; gone === undefined && waitedMs < startLimitMs; waitedMs += 10) {
    try {
      return await connectAnvil(port);
    } catch (error) {
      reason = messageOf(error);
      await delay(10);
    }
  }
  return gone ?? reason;
}

/** Engine over an anvil process: writes on one ordered connection. */
class Anvil implements Engine {
  readonly readUrl: string;
  readonly processId: number;
  readonly lost: Promise<string>;
  readonly #child: AnvilProcess;
  readonly #link: AnvilLink;

  constructor(child: AnvilProcess, link: AnvilLink) {
    this.#child = child;
    this.#link = link;
    this.processId = child.pid;
    this.readUrl = `http://127.0.0.1:${child.port}`;
    this.lost = Promise.race([child.exited, link.ended]);
  }

  async admit(raw: Uint8Array): Promise<Admission> {
    try {
      await this.#link.request("eth_sendRawTransaction", [toHex(raw)]);
      return { kind: "admitted" };
    } catch (error) {
      if (error instanceof RpcFault) return { kind: "refused", reason: error.message };
      throw error;
    }
  }

  async seal(timestampSec: number, expectedBytes: number): Promise<Block> {
    const options = [{ timestamp: timestampSec }];
    try {
      if (expectedBytes <= detailedLimitBytes) {
        const blocks = await this.#link.request("evm_mine_detailed", options);
        return toBlock((blocks as readonly unknown[])[0]);
      }
      await this.#link.request("evm_mine", options);
      return await this.head();
    } catch (error) {
      if (!(error instanceof RpcFault)) throw error;
      // An engine that cannot make a block is of no more use than a dead one.
      throw new ChainError({ code: "ENGINE_LOST", reason: error.message }, { cause: error });
    }
  }

  async forgetAdmitted(): Promise<void> {
    await this.#link.request("anvil_dropAllTransactions", []);
  }

  async block(number: number): Promise<Block> {
    return toBlock(await this.#link.request("eth_getBlockByNumber", [quantity(number), false]));
  }

  async head(): Promise<Block> {
    return toBlock(await this.#link.request("eth_getBlockByNumber", ["latest", false]));
  }

  async saveState(): Promise<Uint8Array> {
    const state = fromHex(await this.#post("anvil_dumpState", [false]));
    if (state !== undefined) return state;
    throw new ChainError({ code: "ENGINE_LOST", reason: "anvil_dumpState gave no bytes" });
  }

  async loadState(state: Uint8Array): Promise<void> {
    await this.#post("anvil_loadState", [toHex(state)]);
    // Loaded blocks are unknown to BLOCKHASH. Going back by one block makes the last 256 known.
    const head = await this.head();
    await this.seal(head.timestampSec, 0);
    await this.#link.request("anvil_rollback", [1]);
  }

  async recentHashes(): Promise<Uint8Array> {
    const next = { number: quantity((await this.head()).number + 1) };
    const code = { [hashTeller]: { code: tellHashes } };
    const words = await this.#link.request("eth_call", [{ to: hashTeller }, "latest", code, next]);
    const bytes = fromHex(words);
    if (bytes !== undefined) return bytes;
    throw new ChainError({ code: "ENGINE_LOST", reason: "the engine tells no block hashes" });
  }

  request(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#link.request(method, params);
  }

  async close(): Promise<void> {
    this.#link.close();
    await this.#child.kill();
  }

  /** Over HTTP: a WebSocket message may have 64 MiB at most. */
  async #post(method: string, params: readonly unknown[]): Promise<unknown> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.readUrl, { method: "POST", headers, body });
    const { result, error } = (await response.json()) as HttpAnswer;
    if (error !== undefined) throw new RpcFault(error.code, error.message, error.data);
    return result;
  }
}

interface HttpAnswer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

interface BlockAnswer extends Record<string, unknown> {
  readonly number: Hex;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: Hex;
  readonly transactions: readonly (Hex | { readonly hash: Hex })[];
}

function toBlock(answer: unknown): Block {
  const { transactions, ...header } = answer as BlockAnswer;
  return {
    number: Number(header.number),
    hash: header.hash,
    parentHash: header.parentHash,
    timestampSec: Number(header.timestamp),
    transactions: transactions.map((item) => (typeof item === "string" ? item : item.hash)),
    header,
  };
}

// Anvil takes nothing but `alloc` from it; the other fields must be there.
function genesisFile(genesis: Genesis): Record<string, unknown> {
  const zero32 = `0x${"00".repeat(32)}`;
  return {
    config: { chainId: genesis.chainId },
    nonce: "0x0",
    timestamp: quantity(genesis.timestampSec),
    extraData: "0x",
    gasLimit: quantity(blockGasLimit),
    difficulty: "0x0",
    mixHash: zero32,
    coinbase: `0x${"00".repeat(20)}`,
    number: "0x0",
    gasUsed: "0x0",
    parentHash: zero32,
    baseFeePerGas: "0x0",
    alloc: Object.fromEntries(
      genesis.accounts.map(({ address, balance, code }) => [
        address,
        { balance: `0x${BigInt(balance).toString(16)}`, ...(code !== undefined && { code }) },
      ]),
    ),
  };
}
