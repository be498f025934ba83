import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { createRpc, type LedgerCall, type Rpc } from "@deed/sdk";

export interface MinedReceipt {
  readonly transactionHash: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly contractAddress: Hex | null;
  readonly logs: readonly {
    readonly address: Hex;
    readonly topics: readonly Hex[];
    readonly data: Hex;
    readonly blockNumber: Hex;
    readonly blockHash: Hex;
    readonly transactionHash: Hex;
    readonly logIndex: Hex;
  }[];
}

/** An EVM of a test's own: a block for each transaction, at the time that the test's clock says. */
export class TestEvm {
  readonly rpc: Rpc;
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #nowSec: () => number;
  #last: Promise<unknown> = Promise.resolve();
  #open = 0;

  constructor(child: ChildProcess, url: string, nowSec: () => number) {
    this.#child = child;
    this.url = url;
    this.#nowSec = nowSec;
    this.rpc = createRpc({ url }, { fetch: (input, init) => this.#counted(input, init) });
  }

  /** Requests and transactions that are not answered. */
  get open(): number {
    return this.#open;
  }

  /** The same endpoint, which mines what is sent to it raw. */
  get miningRpc(): Rpc {
    const request = async <T>(method: string, params: readonly unknown[]): Promise<T> => {
      const result = await this.rpc.request<T>(method, params);
      if (method === "eth_sendRawTransaction") await this.mine();
      return result;
    };
    return { url: this.url, request };
  }

  /** Sends in anybody's name; one after the other. */
  send(from: Hex, call: Partial<LedgerCall>): Promise<MinedReceipt> {
    this.#open += 1;
    const mined = this.#last.then(() => this.#sendNow(from, call));
    this.#last = mined.catch(() => undefined);
    return mined.finally(() => {
      this.#open -= 1;
    });
  }

  /** An empty block at the clock's time. */
  async mine(): Promise<void> {
    await this.#setTime();
    await this.rpc.request("evm_mine", []);
  }

  async close(): Promise<void> {
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exited;
  }

  async #sendNow(from: Hex, call: Partial<LedgerCall>): Promise<MinedReceipt> {
    await this.#setTime();
    const { to, data, valueWei } = call;
    const value = `0x${(valueWei ?? 0n).toString(16)}`;
    const hash = await this.rpc.request<Hex>("eth_sendTransaction", [
      { from, ...(to === undefined ? {} : { to }), data, value, gas: "0xe4e1c0", gasPrice: "0x0" },
    ]);
    await this.rpc.request("evm_mine", []);
    const receipt = await this.rpc.request<MinedReceipt | null>("eth_getTransactionReceipt", [
      hash,
    ]);
    if (receipt === null) throw new TypeError(`not mined: ${hash}`);
    return receipt;
  }

  async #setTime(): Promise<void> {
    const params = ["latest", false];
    const head = await this.rpc.request<{ timestamp: Hex }>("eth_getBlockByNumber", params);
    const atSec = Math.max(Number(head.timestamp), this.#nowSec());
    await this.rpc.request("evm_setNextBlockTimestamp", [atSec]);
  }

  async #counted(...args: Parameters<typeof fetch>): Promise<Response> {
    this.#open += 1;
    try {
      return await fetch(...args);
    } finally {
      this.#open -= 1;
    }
  }
}

/** Starts an EVM that ends with the test. */
export async function startEvm(nowSec: () => number): Promise<TestEvm> {
  const port = await freePort();
  const flags = ["--port", String(port), "--base-fee", "0", "--gas-price", "0", "--accounts", "0"];
  const more = ["--timestamp", String(nowSec()), "--auto-impersonate", "--no-mining"];
  const child = spawn(program(), [...flags, ...more], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  child.stdout?.setEncoding("utf8");
  await new Promise<void>((resolve, reject) => {
    let text = "";
    child.once("exit", (code) => reject(new Error(`anvil ended with ${code}: ${text}`)));
    child.stdout?.on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("Listening on")) resolve();
    });
  });
  return new TestEvm(child, `http://127.0.0.1:${port}`, nowSec);
}

function program(): string {
  const platforms: { readonly [name: string]: string } = {
    "linux-x64": "linux-amd64",
    "linux-arm64": "linux-arm64",
    "darwin-x64": "darwin-amd64",
    "darwin-arm64": "darwin-arm64",
    "win32-x64": "win32-amd64",
  };
  const { resolve } = createRequire(import.meta.url);
  const platform = platforms[`${process.platform}-${process.arch}`] ?? "";
  const manifest = resolve(`@foundry-rs/anvil-${platform}/package.json`);
  return join(dirname(manifest), "bin", process.platform === "win32" ? "anvil.exe" : "anvil");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new TypeError("no free port");
  return address.port;
}
