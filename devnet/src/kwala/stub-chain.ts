import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";

/** A chain that is made up: blocks with the logs that somebody says, behind JSON-RPC. */
export interface StubChain {
  readonly url: string;
  /** Appends a block of this moment with one log. Without a log, an empty one. @returns its number. */
  mine(log?: StubLog): number;
  /** Appends a block with this number; what lies between it and the one before has no logs. */
  skipTo(height: number): void;
  close(): Promise<void>;
}

export interface StubLog {
  readonly contract: string;
  /** `Name(type,…)`. */
  readonly signature: string;
  /** Indexed parameters. */
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

interface StubBlock {
  readonly timeSec: number;
  readonly log: StubLog | null;
}

/** Starts it on loopback with one block, which nothing but empty blocks came before. */
export async function startStubChain(
  { height = 0 }: { readonly height?: number },
  { nowMs }: { nowMs(): number },
): Promise<StubChain> {
  const blocks = new Blocks(height, Math.floor(nowMs() / 1000));
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const part of request) text += String(part);
    const asked = JSON.parse(text) as RpcCall | readonly RpcCall[];
    const answer = (call: RpcCall) => ({
      jsonrpc: "2.0",
      id: call.id,
      result: resultOf(blocks, call),
    });
    const body = Array.isArray(asked) ? asked.map(answer) : answer(asked as RpcCall);
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const add = (number: number, log: StubLog | null): number => {
    blocks.add(number, { timeSec: Math.floor(nowMs() / 1000), log });
    return number;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    mine: (log) => add(blocks.head + 1, log ?? null),
    skipTo: (number) => {
      if (number > blocks.head) add(number, null);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Blocks that somebody made, ascending; every other one up to the newest is empty. */
class Blocks {
  readonly #made = new Map<number, StubBlock>();
  readonly #firstTimeSec: number;
  readonly #first: number;
  head: number;

  constructor(first: number, timeSec: number) {
    this.#first = first;
    this.#firstTimeSec = timeSec;
    this.head = first;
    this.#made.set(first, { timeSec, log: null });
  }

  add(number: number, block: StubBlock): void {
    this.#made.set(number, block);
    this.head = number;
  }

  at(number: number): StubBlock | null {
    if (number < 0 || number > this.head) return null;
    const made = this.#made.get(number);
    if (made !== undefined) return made;
    const before = [...this.#made].filter(([other]) => other < number).at(-1);
    // Before the first one a block came each second.
    const timeSec = before?.[1].timeSec ?? Math.max(0, this.#firstTimeSec - this.#first + number);
    return { timeSec, log: null };
  }

  /** Numbers of blocks with a log, ascending. */
  logged(): readonly number[] {
    return [...this.#made].flatMap(([number, { log }]) => (log === null ? [] : [number]));
  }
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

const BLOCK_NAMES = 2 ** 40;
const TX_NAMES = 2 ** 41;
const quantity = (value: number): Hex => `0x${value.toString(16)}`;
const blockHash = (number: number): Hex => wordHex(BLOCK_NAMES + number);
const txHash = (number: number): Hex => wordHex(TX_NAMES + number);

function resultOf(blocks: Blocks, { method, params }: RpcCall): unknown {
  const [given] = params;
  switch (method) {
    case "eth_blockNumber":
      return quantity(blocks.head);
    case "eth_getBlockByNumber":
      return blockOf(blocks, String(given).startsWith("0x") ? Number(given) : blocks.head);
    case "eth_getBlockByHash":
      return blockOf(blocks, Number(given) - BLOCK_NAMES);
    case "eth_getTransactionReceipt": {
      const log = logOf(blocks, Number(given) - TX_NAMES);
      return log === null ? null : { logs: [log] };
    }
    case "eth_getLogs": {
      const { address, topics, fromBlock, toBlock } = given as LogFilter;
      return blocks
        .logged()
        .filter((number) => number >= Number(fromBlock) && number <= Number(toBlock))
        .map((number) => logOf(blocks, number))
        .filter((log) => log !== null)
        .filter((log) => address.includes(log.address) && topics[0]?.includes(log.topics[0] ?? ""));
    }
    default:
      return null;
  }
}

interface LogFilter {
  readonly address: readonly string[];
  readonly topics: readonly (readonly string[])[];
  readonly fromBlock: Hex;
  readonly toBlock: Hex;
}

function blockOf(blocks: Blocks, number: number): object | null {
  const block = blocks.at(number);
  if (block === null) return null;
  return {
    number: quantity(number),
    hash: blockHash(number),
    parentHash: blockHash(number - 1),
    timestamp: quantity(block.timeSec),
  };
}

function logOf(blocks: Blocks, number: number) {
  const log = blocks.at(number)?.log;
  if (log === null || log === undefined) return null;
  return {
    address: log.contract.toLowerCase(),
    topics: [keccakText(log.signature), ...log.topics],
    data: log.data,
    blockNumber: quantity(number),
    blockHash: blockHash(number),
    transactionHash: txHash(number),
    logIndex: "0x0",
  };
}
