import { unpackEntries } from "@deed/protocol/encoding";
import { RpcError } from "@deed/sdk";
import { afterEach, beforeEach } from "vitest";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import { anExecution, hash } from "../../store/store.testing.ts";
import {
  aGeneration,
  plainCalls,
  readPlain,
  type TestNode,
  type TestNodeOptions,
  testNode,
} from "../context.testing.ts";
import { anIntent } from "../intent.testing.ts";
import { type ClaimOptions, type ClaimParts, ClaimRole } from "./claim-role.ts";
import { ClockGuard } from "./clock-guard.ts";

const OPTIONS: ClaimOptions = {
  inFlight: 4,
  openExecutions: 1000,
  fillMs: 25,
  retryMs: 500,
  lookAt: 1024,
};
/** When the rows of a test are due, in seconds. */
export const T0 = 1_000;

export interface Setting extends TestNodeOptions {
  readonly pausedUntilSec?: number;
  readonly suspendedUntilSec?: number;
  readonly jailedUntilSec?: number;
  readonly rows?: readonly ExecutionRow[];
  readonly intents?: readonly IntentRow[];
  readonly batches?: readonly BatchRow[];
  readonly options?: Partial<ClaimOptions>;
  /** What its runs have; none when left out. */
  readonly containers?: ClaimParts["containers"];
  /** So many times the head cannot be read. */
  readonly headless?: number;
}

/** One claim role a test, on a node of its own. Made once a file: it ends what a test leaves. */
export class ClaimBench {
  #node: TestNode | null = null;
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor() {
    beforeEach(() => {
      this.#stop = new AbortController();
    });
    afterEach(async () => {
      this.#stop.abort();
      await this.#running;
      this.#node?.close();
    });
  }

  /** Of the test that runs. */
  get node(): TestNode {
    if (this.#node === null) throw new TypeError("nothing was started");
    return this.#node;
  }

  /** A running claim role over rows; the clock stands at the last t0 unless the test says otherwise. */
  async start(setting: Setting): Promise<void> {
    const {
      rows = [],
      intents = [anIntent(1)],
      batches = [],
      options,
      headless = 0,
      pausedUntilSec = 0,
      suspendedUntilSec = 0,
      jailedUntilSec = 0,
      containers = () => "none",
      ...rest
    } = setting;
    this.#node = testNode({ calls: plainCalls(), nowMs: T0 * 1000, generation: alone(), ...rest });
    Object.assign(this.node.ledger, { pausedUntilSec, suspendedUntilSec, jailedUntilSec });
    await this.node.store.write((tables) => {
      for (const intent of intents) tables.intents.insert(intent);
      for (const row of rows) tables.executions.insert(row);
      for (const batch of batches) tables.batches.insert(batch);
    });
    const { clock, context } = this.node;
    let failures = headless;
    const head = () => {
      failures -= 1;
      const failure = { code: "RPC_UNREACHABLE", url: "http://127.0.0.1:1" } as const;
      return failures >= 0 ? Promise.reject(new RpcError(failure)) : context.ledger.head();
    };
    const clockGuard = new ClockGuard({ toleranceMs: 2_000, everyMs: 1_000 }, { clock, head });
    const role = new ClaimRole({ ...OPTIONS, ...options }, { context, clockGuard, containers });
    this.#running = role.run(this.#stop.signal);
  }

  row(number: number): ExecutionRow | null {
    return this.node.store.read.executions.get({ executionId: hash(number) });
  }

  stateOf(number: number): string | undefined {
    return this.node.store.read.executions.get({ executionId: hash(number) })?.state;
  }

  entriesOf(wish: number): ReturnType<typeof unpackEntries> {
    return unpackEntries(
      2,
      readPlain(this.node.transactions.wishes[wish]!.call).args[2] as `0x${string}`,
    );
  }

  /** Resolves when the store has a state. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      await new Promise<void>((resolve) => {
        const done = this.node.store.onCommit(() => {
          done();
          resolve();
        });
      });
    }
  }

  async insert(rows: readonly ExecutionRow[]): Promise<void> {
    await this.node.store.write((tables) => {
      for (const each of rows) tables.executions.insert(each);
    });
  }

  async cursor(blockNumber: number): Promise<void> {
    await this.node.store.write((tables) =>
      tables.cursors.put({ chainId: 31337, blockNumber, blockHash: hash(blockNumber) }),
    );
  }
}

/** Only this operator may claim, so that every rank is 0. */
function alone(): ReturnType<typeof aGeneration> {
  return aGeneration({ executors: 1, executorList: [1] });
}

export function due(number: number, changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return anExecution(number, { t0Sec: T0, nextRankAtMs: T0 * 1000, ...changes });
}

export function mined(blockNumber: number) {
  const txHash = hash(500 + blockNumber);
  const block = { blockNumber, blockHash: hash(blockNumber) };
  return {
    kind: "mined",
    receipt: { txHash, ...block, success: true, gasUsed: 1, logs: [] },
  } as const;
}
