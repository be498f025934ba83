import { readdir } from "node:fs/promises";
import { expect, vi } from "vitest";
import { deployment, type Rpc, sign, storeAndLog, testAccount } from "../chain.testing.ts";
import type { Hex } from "../hex.ts";
import type { Logger } from "../logger.ts";

const alice = testAccount(1);
const zero = `0x${"00".repeat(20)}`;

/** A contract that stores and logs, in the first block. */
export async function deployLogger(rpc: Rpc): Promise<Hex> {
  const raw = await sign(alice, { nonce: 0, data: deployment(storeAndLog) });
  const hash = await rpc("eth_sendRawTransaction", [raw]);
  const receipt = await rpc("eth_getTransactionReceipt", [hash]);
  return (receipt as { contractAddress: Hex }).contractAddress;
}

/** Blocks with one call of the contract each: nonces `from` to before `to`. */
export async function callLogger(rpc: Rpc, to: Hex, from: number, until: number): Promise<void> {
  for (let nonce = from; nonce < until; nonce++) {
    const data: Hex = `0x${nonce.toString(16).padStart(64, "0")}${"ab".repeat(nonce % 9)}`;
    await rpc("eth_sendRawTransaction", [await sign(alice, { nonce, to, data })]);
  }
}

/** The checkpoints in a directory, those half written too. */
export async function checkpointFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.startsWith("checkpoint"));
}

/** Resolves when the checkpoint of this block is the only one. */
export async function checkpointWritten(directory: string, block: number): Promise<void> {
  const isThere = async (): Promise<void> =>
    expect(await checkpointFiles(directory)).toEqual([`checkpoint-${block}`]);
  await vi.waitFor(isThere, { timeout: 30_000, interval: 5 });
}

/** Everything that clients may ask of a chain, at every eighth height and around the 50th and the last. */
export async function everything(rpc: Rpc, contract: Hex): Promise<unknown> {
  const height = Number(await rpc("eth_blockNumber"));
  const blocks = await atHeights(rpc, contract, height);
  const filter = { fromBlock: "0x0", toBlock: "latest", address: contract };
  const logs = (await rpc("eth_getLogs", [filter])) as unknown[];
  expect(logs).toHaveLength(height - 1);
  const tags = ["latest", "safe", "finalized", "earliest"];
  const tagged = await Promise.all(tags.map((tag) => rpc("eth_getBlockByNumber", [tag, true])));
  const proof = await rpc("eth_getProof", [contract, [`0x${"00".repeat(32)}`], "latest"]);
  const fees = await rpc("eth_feeHistory", ["0x4", "latest", [50]]);
  return { height, blocks, logs, tagged, proof, fees };
}

/** The head, whose hash stands for everything below it, and all logs. */
export function outline(rpc: Rpc): Promise<unknown> {
  const filter = { fromBlock: "0x0", toBlock: "latest" };
  const head = ["latest", false];
  return Promise.all([rpc("eth_getBlockByNumber", head), rpc("eth_getLogs", [filter])]);
}

/** The same of the heights up to one. */
export function atHeights(rpc: Rpc, contract: Hex, height: number): Promise<unknown[]> {
  const numbers = Array.from({ length: height + 1 }, (_, number) => number);
  const heights = numbers.filter(
    (number) => number % 8 === 0 || Math.abs(number - 50) < 3 || number > height - 3,
  );
  return Promise.all(heights.map((number) => atHeight(rpc, contract, number)));
}

async function atHeight(rpc: Rpc, contract: Hex, number: number): Promise<unknown> {
  const tag = `0x${number.toString(16)}`;
  const block = (await rpc("eth_getBlockByNumber", [tag, true])) as Block;
  const ofTransactions = block.transactions.map(({ hash }) =>
    Promise.all([
      rpc("eth_getTransactionByHash", [hash]),
      rpc("eth_getTransactionReceipt", [hash]),
      rpc("debug_traceTransaction", [hash]),
      rpc("trace_transaction", [hash]),
    ]),
  );
  const byHash = { blockHash: block.hash };
  return Promise.all([
    block,
    rpc("eth_getBlockByHash", [block.hash, false]),
    rpc("eth_getBlockReceipts", [tag]),
    rpc("eth_getLogs", [byHash]),
    rpc("eth_getStorageAt", [contract, "0x0", tag]),
    // Once the engine has forgotten it, the state of the genesis is known by its number alone.
    number === 0 ? null : rpc("eth_getStorageAt", [contract, "0x0", byHash]),
    rpc("eth_getCode", [contract, tag]),
    rpc("eth_getTransactionCount", [alice.address, tag]),
    rpc("eth_getBalance", [zero, tag]),
    rpc("eth_call", [{ to: contract, data: "0x07" }, tag]),
    ...ofTransactions,
  ]);
}

interface Block {
  readonly hash: Hex;
  readonly transactions: readonly { readonly hash: Hex }[];
}

/** A logger that keeps what it is told. */
export class Told implements Logger {
  readonly lines: { readonly message: string; readonly [field: string]: unknown }[] = [];

  info = (message: string, fields = {}): void => void this.lines.push({ message, ...fields });
  warn = this.info;
  error = this.info;

  of(message: string): readonly Readonly<Record<string, unknown>>[] {
    return this.lines.filter((line) => line.message === message);
  }
}
