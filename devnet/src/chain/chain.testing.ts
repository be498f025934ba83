import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { onTestFinished } from "vitest";
import type { Clock } from "./clock.ts";
import type { Hex } from "./hex.ts";
import { RpcFault } from "./rpc-fault.ts";
import {
  type Chain,
  type ChainCollaborators,
  type ChainOptions,
  startChain,
} from "./start-chain.ts";

/** A directory that goes with the test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "deed-chain-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A chain that is closed with the test. */
export async function testChain(
  options: Partial<ChainOptions> = {},
  collaborators?: ChainCollaborators,
): Promise<Chain & { readonly rpc: Rpc; readonly directory: string }> {
  const directory = options.directory ?? (await temporaryDirectory());
  const chain = await startChain({ ...options, directory }, collaborators);
  onTestFinished(() => chain.close());
  return { ...chain, rpc: rpcOf(chain.rpcUrl), directory };
}

export type Rpc = (method: string, params?: readonly unknown[]) => Promise<unknown>;

/** Calls over HTTP; rejects with RpcFault. */
export function rpcOf(url: string): Rpc {
  return async (method, params = []) => {
    const { result, error } = await post(url, { jsonrpc: "2.0", id: 1, method, params });
    if (error !== undefined) throw new RpcFault(error.code, error.message, error.data);
    return result;
  };
}

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** Posts any JSON and gives the answer as it is. */
export async function post(url: string, body: unknown): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return (await response.json()) as Answer;
}

/** An account of its own for each number. */
export function testAccount(number: number): PrivateKeyAccount {
  return privateKeyToAccount(`0x${number.toString(16).padStart(64, "0")}`);
}

/** What a test wants of a transaction. */
export interface TestTransaction {
  readonly nonce: number;
  readonly to?: Hex;
  readonly data?: Hex;
  readonly value?: bigint;
  readonly gas?: bigint;
  readonly chainId?: number;
}

/** Signs without a fee; to a fixed address if there is neither `to` nor `data`. */
export function sign(account: PrivateKeyAccount, wanted: TestTransaction): Promise<Hex> {
  const target = wanted.data === undefined ? { to: `0x${"22".repeat(20)}` as const } : {};
  return account.signTransaction({
    chainId: 31337,
    type: "eip1559",
    gas: 500_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    ...target,
    ...wanted,
  });
}

/** Init code that leaves `runtime` behind. */
export function deployment(runtime: string): Hex {
  const length = (runtime.length / 2).toString(16).padStart(2, "0");
  return `0x60${length}80600b6000396000f3${runtime}`;
}

/** Sets slot 0 to the first word of the call, and logs all of it without topics. */
export const storeAndLog = "600035600055366000600037366000a000";

/** A clock that stands until it is moved. */
export class TestClock implements Clock {
  #nowMs: number;
  readonly #alarms = new Set<{ readonly atMs: number; readonly ring: () => void }>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  alarm(atMs: number, ring: () => void): () => void {
    const alarm = { atMs, ring };
    this.#alarms.add(alarm);
    this.#ringDue();
    return () => this.#alarms.delete(alarm);
  }

  /** How many wait. */
  get alarms(): number {
    return this.#alarms.size;
  }

  advance(ms: number): void {
    this.#nowMs += ms;
    this.#ringDue();
  }

  #ringDue(): void {
    for (const alarm of this.#alarms) {
      if (alarm.atMs > this.#nowMs) continue;
      this.#alarms.delete(alarm);
      alarm.ring();
    }
  }
}
