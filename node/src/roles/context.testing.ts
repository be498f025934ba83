import { join } from "node:path";
import { type Hex, nobleHasher, nobleRecovery } from "@deed/protocol/encoding";
import {
  DEVNET_PARAMETERS,
  type Deployment,
  type Ledger,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
} from "@deed/sdk";
import type { NodeConfig } from "../config.ts";
import type { BatchToRecord, Signer } from "../signer/signer-api.ts";
import { hash, openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import { SILENT } from "../telemetry/logger.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import type { NodeContext, Peers } from "./context.ts";
import type { GenerationView, RegistryView } from "./registry-view.ts";
import type { Clock } from "./role.ts";
import { SubmittedClaims } from "./submitted-claims.ts";
import type { TransactionEnd, TransactionSender, TransactionWish } from "./transaction-sender.ts";
import { Wakers } from "./waker.ts";

/** A clock that tests set. */
export class TestClock implements Clock {
  #nowMs: number;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  set(nowMs: number): void {
    this.#nowMs = nowMs;
  }
}

/** Keeps what roles wish and ends it as the test says. */
export class TestTransactions implements TransactionSender {
  readonly wishes: TransactionWish[] = [];
  readonly #ends = new Map<string, PromiseWithResolversOf<TransactionEnd>>();
  #waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  wish(wish: TransactionWish): Promise<void> {
    this.wishes.push(wish);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (this.wishes.length < count) return true;
      resolve();
      return false;
    });
    return Promise.resolve();
  }

  ended(purpose: string, signal: AbortSignal): Promise<TransactionEnd> {
    const { promise, reject } = this.#end(purpose);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
    return promise;
  }

  /** Resolves when so many wishes were made. */
  wished(count: number): Promise<void> {
    if (this.wishes.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  end(purpose: string, end: TransactionEnd): void {
    this.#end(purpose).resolve(end);
  }

  #end(purpose: string): PromiseWithResolversOf<TransactionEnd> {
    let end = this.#ends.get(purpose);
    if (end === undefined) {
      end = withResolvers<TransactionEnd>();
      end.promise.catch(() => undefined);
      this.#ends.set(purpose, end);
    }
    return end;
  }
}

export interface PromiseWithResolversOf<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

export function withResolvers<T>(): PromiseWithResolversOf<T> {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

export const TEST_DEPLOYMENT: Deployment = {
  chainId: 31337,
  fromBlock: 0,
  registry: address(1),
  intents: address(2),
  beacon: address(3),
  executions: address(4),
  disputes: address(5),
  gateway: address(6),
  vault: address(7),
  timelock: address(17),
  governance: address(18),
  directory: address(19),
};

export function address(number: number): Hex {
  return `0x${number.toString(16).padStart(40, "0")}`;
}

export function aGeneration(changes: Partial<GenerationView> = {}): GenerationView {
  return {
    generation: 1,
    executors: 7,
    verifiers: 7,
    openedAtSec: 0,
    seed: hash(77),
    executorList: [1, 2, 3, 4, 5, 6, 7],
    verifierList: [1, 2, 3, 4, 5, 6, 7],
    ...changes,
  };
}

export interface TestNode {
  readonly context: NodeContext;
  readonly clock: TestClock;
  readonly transactions: TestTransactions;
  readonly store: Store;
  readonly ledger: TestLedger;
  readonly signed: BatchToRecord[];
  readonly pushed: { readonly nodeNo: number; readonly batchNo: number }[];
  close(): void;
}

/** What tests say that the ledger says. */
export interface TestLedger {
  head: { number: number; timestampSec: number };
  /** Batches that answer for actions, by execution and step. */
  done: Map<string, number>;
  logs: readonly unknown[];
  pausedUntilSec: number;
  suspendedUntilSec: number;
  jailedUntilSec: number;
}

export interface TestNodeOptions {
  readonly nowMs?: number;
  readonly processId?: string;
  readonly generation?: GenerationView;
  readonly storePath?: string;
  readonly calls?: LedgerCalls;
  readonly tamper?: NodeConfig["tamper"];
}

/** A node's context over a real store; the ledger, the signer and the peers are doubles. */
export function testNode(options: TestNodeOptions = {}): TestNode {
  const directory = temporaryDirectory();
  const store = openTestStore(options.storePath ?? join(directory.path, "store.db"));
  const clock = new TestClock(options.nowMs ?? 1_000_000);
  const transactions = new TestTransactions();
  const ledger: TestLedger = {
    head: { number: 1, timestampSec: 0 },
    done: new Map(),
    logs: [],
    pausedUntilSec: 0,
    suspendedUntilSec: 0,
    jailedUntilSec: 0,
  };
  const signed: BatchToRecord[] = [];
  const pushed: TestNode["pushed"] = [];
  const processId = options.processId ?? "p1";
  const context: NodeContext = {
    config: { tamper: options.tamper ?? null } as NodeConfig,
    nodeNo: 1,
    operatorNo: 1,
    processId,
    clock,
    hasher: nobleHasher,
    recovery: nobleRecovery,
    logger: SILENT,
    metrics: createMetrics({ labels: {}, ofProcess: false }),
    store,
    ledger: ledgerDouble(ledger),
    calls: options.calls ?? ledgerCalls(TEST_DEPLOYMENT),
    registry: registryDouble(options.generation ?? aGeneration(), ledger),
    signer: signerDouble(signed),
    transactions,
    peers: {
      putBatch: (nodeNo: number, batchNo: number) => {
        pushed.push({ nodeNo, batchNo });
        return Promise.resolve(true);
      },
    } as unknown as Peers,
    wakers: new Wakers(clock),
    submitted: new SubmittedClaims(processId),
  };
  const close = (): void => {
    store.close();
    directory.remove();
  };
  return { context, clock, transactions, store, ledger, signed, pushed, close };
}

function ledgerDouble(state: TestLedger): Ledger {
  return {
    deployment: TEST_DEPLOYMENT,
    head: () =>
      Promise.resolve({ ...state.head, hash: hash(state.head.number), parentHash: hash(0) }),
    doneBy: (executionId: Hex, step: number) => {
      const batchNo = state.done.get(`${executionId}:${step}`);
      return Promise.resolve(batchNo === undefined ? null : { batchNo, index: 0, attempt: 1 });
    },
    intentState: () =>
      Promise.resolve({ remaining: 9, revoked: false, perHour: 0, hour: 0, hourCount: 0 }),
    rpc: { url: "", request: () => Promise.resolve(state.logs) },
  } as unknown as Ledger;
}

function registryDouble(current: GenerationView, ledger: TestLedger): RegistryView {
  return {
    parameters: DEVNET_PARAMETERS,
    current,
    get pausedUntilSec() {
      return ledger.pausedUntilSec;
    },
    operator: () => ({
      suspendedUntilSec: ledger.suspendedUntilSec,
      jailedUntilSec: ledger.jailedUntilSec,
    }),
    generation: () => Promise.resolve(current),
    // One node per operator, of the same number.
    nodesOf: (operatorNo: number) => [operatorNo],
    seatNodeOf: (operatorNo: number) => operatorNo,
    // Each with the keys of its admission.
    dutyKeysOf: () => [{ key: address(9), fromSec: 0, untilSec: 0, revoked: false }],
  } as unknown as RegistryView;
}

function signerDouble(signed: BatchToRecord[]): Signer {
  return {
    signedBatch: (batchNo: number) =>
      Promise.resolve(signed.find((batch) => batch.batchNo === batchNo) ?? null),
    recordBatch: (batch: BatchToRecord) => {
      signed.push(batch);
      const { batchNo, posted } = batch;
      const roots = { itemsRoot: hash(1), recordRoot: hash(2) };
      const audit = { auditSeq: signed.length, auditHead: hash(3) };
      const signature: Hex = `0x${"11".repeat(65)}`;
      return Promise.resolve({ batchNo, posted, ...roots, ...audit, signature });
    },
  } as unknown as Signer;
}

/** Calls that say in plain text what they would do. */
export function plainCalls(): LedgerCalls {
  const plain =
    (name: string) =>
    (...args: readonly unknown[]): LedgerCall => ({
      to: TEST_DEPLOYMENT.executions,
      data: `0x${Buffer.from(JSON.stringify({ name, args }, bigintText)).toString("hex")}`,
      valueWei: 0n,
    });
  return new Proxy({} as LedgerCalls, { get: (_target, name) => plain(String(name)) });
}

/** What a plain call says. */
export function readPlain(call: LedgerCall): { readonly name: string; readonly args: unknown[] } {
  return JSON.parse(Buffer.from(call.data.slice(2), "hex").toString());
}

function bigintText(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
