import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";

/** A chain that a test makes up: blocks with the logs that it says, behind JSON-RPC. */
export interface StubChain {
  readonly url: string;
  /** Appends a block of this moment with one log. Without a log, an empty one. */
  mine(log?: StubLog): number;
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

/** Starts it on loopback with one block. */
export async function startStubChain(): Promise<StubChain> {
  const blocks: StubBlock[] = [];
  const mine = (log: StubLog | null = null): number => {
    blocks.push({ timeSec: Math.floor(Date.now() / 1000), log });
    return blocks.length - 1;
  };
  mine();
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
  return {
    url: `http://127.0.0.1:${port}`,
    mine,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface RpcCall {
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

const quantity = (value: number): Hex => `0x${value.toString(16)}`;
const blockHash = (number: number): Hex => wordHex(1_000_000 + number);
const txHash = (number: number): Hex => wordHex(2_000_000 + number);

function resultOf(blocks: readonly StubBlock[], { method, params }: RpcCall): unknown {
  const [given] = params;
  switch (method) {
    case "eth_blockNumber":
      return quantity(blocks.length - 1);
    case "eth_getBlockByNumber":
      return blockOf(blocks, String(given).startsWith("0x") ? Number(given) : blocks.length - 1);
    case "eth_getBlockByHash":
      return blockOf(
        blocks,
        blocks.findIndex((_, number) => blockHash(number) === given),
      );
    case "eth_getTransactionReceipt": {
      const number = blocks.findIndex((_, at) => txHash(at) === given);
      const log = number < 0 ? null : logOf(blocks, number);
      return log === null ? null : { logs: [log] };
    }
    case "eth_getLogs": {
      const { address, topics, fromBlock, toBlock } = given as LogFilter;
      return blocks
        .map((_, number) => logOf(blocks, number))
        .filter((log) => log !== null)
        .filter(({ blockNumber }) => Number(blockNumber) >= Number(fromBlock))
        .filter(({ blockNumber }) => Number(blockNumber) <= Number(toBlock))
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

function blockOf(blocks: readonly StubBlock[], number: number): object | null {
  const block = blocks[number];
  if (block === undefined) return null;
  return { number: quantity(number), hash: blockHash(number), timestamp: quantity(block.timeSec) };
}

function logOf(blocks: readonly StubBlock[], number: number) {
  const log = blocks[number]?.log;
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
