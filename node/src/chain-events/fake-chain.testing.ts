import { type Hex, keccakText, wordHex } from "@deed/protocol/encoding";
import type { EventTrigger } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import type { ChainLog } from "./decode-event.ts";

export const PING_CONTRACT: Hex = `0x${"cc".repeat(20)}`;
export const PONG_CONTRACT: Hex = `0x${"dd".repeat(20)}`;

/** An event of one number, of one of the two contracts. */
export function eventTrigger(chainId: number, name: "Ping" | "Pong", where?: string): EventTrigger {
  return {
    kind: "event",
    chainId,
    contract: name === "Ping" ? PING_CONTRACT : PONG_CONTRACT,
    signature: `${name}(uint256)`,
    topic0: keccakText(`${name}(uint256)`),
    parameters: [{ name: "value", type: "uint256", indexed: false }],
    where: where ?? null,
    confidence: "finalized",
  };
}

interface FakeBlock {
  readonly timeSec: number;
  /** One log each, `Ping 5`. */
  readonly logs: readonly string[];
}

/** A chain of given blocks, each log in a transaction of its own. */
export class FakeChain implements Rpc {
  readonly url = "";
  readonly asked: string[] = [];
  blocks: FakeBlock[] = [];
  isDown = false;
  /** Distinguishes a chain's blocks after they were taken back. */
  branch = 0;

  /** Appends a block. @returns its number. */
  add(timeSec: number, ...logs: readonly string[]): number {
    this.blocks.push({ timeSec, logs });
    return this.blocks.length - 1;
  }

  txHash(block: number, index: number): Hex {
    return wordHex(1_000_000 + this.branch * 100_000 + block * 100 + index);
  }

  blockHash(block: number): Hex {
    return wordHex(5_000_000 + this.branch * 100_000 + block);
  }

  async request<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    await Promise.resolve();
    if (this.isDown) throw new Error("no answer");
    this.asked.push(method);
    return this.#answer(method, params) as T;
  }

  #answer(method: string, [given]: readonly unknown[]): unknown {
    switch (method) {
      case "eth_getBlockByNumber": {
        const number = String(given).startsWith("0x") ? Number(given) : this.blocks.length - 1;
        return this.#block(number);
      }
      case "eth_getBlockByHash":
        return this.#block(this.blocks.findIndex((_, number) => this.blockHash(number) === given));
      case "eth_getTransactionReceipt": {
        const log = this.#logs(0, this.blocks.length - 1).find(
          (one) => one.transactionHash === given,
        );
        return log === undefined ? null : { logs: [log] };
      }
      case "eth_getLogs": {
        const { address, topics, fromBlock, toBlock } = given as {
          address: Hex[];
          topics: Hex[][];
          fromBlock: Hex;
          toBlock: Hex;
        };
        return this.#logs(Number(fromBlock), Number(toBlock)).filter(
          (log) => address.includes(log.address) && topics[0]?.includes(log.topics[0] as Hex),
        );
      }
      default:
        throw new Error(method);
    }
  }

  #block(number: number): object | null {
    const block = this.blocks[number];
    if (block === undefined) return null;
    const timestamp = `0x${block.timeSec.toString(16)}`;
    const [hash, parentHash] = [this.blockHash(number), this.blockHash(number - 1)];
    return { number: `0x${number.toString(16)}`, hash, parentHash, timestamp };
  }

  #logs(from: number, to: number): readonly ChainLog[] {
    return this.blocks.slice(from, to + 1).flatMap(({ logs }, at) =>
      logs.map((text, index) => {
        const [name = "", value = "0"] = text.split(" ");
        return {
          address: name === "Ping" ? PING_CONTRACT : PONG_CONTRACT,
          topics: [keccakText(`${name}(uint256)`)],
          data: wordHex(Number(value)),
          blockNumber: `0x${(from + at).toString(16)}` as Hex,
          blockHash: this.blockHash(from + at),
          transactionHash: this.txHash(from + at, index),
          logIndex: `0x${index.toString(16)}` as Hex,
        };
      }),
    );
  }
}
