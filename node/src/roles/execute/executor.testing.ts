import type { Plan } from "@deed/protocol/plan";
import { BROKER_DEFAULTS } from "../../broker/broker.ts";
import { resolveBySystem } from "../../broker/connect.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import { hash } from "../../store/store.testing.ts";
import { type TestNode, type TestNodeOptions, testNode } from "../context.testing.ts";
import { anAttempt, InlineSandbox } from "./attempt.testing.ts";
import { type Executor, openExecutor } from "./executor.ts";

/** Inside the lease of batch 7, with time to spare. */
export const NOW_MS = 1_005_000;

export interface TestExecutor {
  readonly node: TestNode;
  readonly executor: Executor;
  readonly sandbox: InlineSandbox;
  /** Runs the role until `close`. */
  start(): void;
  close(): Promise<void>;
}

export interface TestExecutorOptions extends TestNodeOptions {
  /** Origin that the broker may reach on this machine. */
  readonly origin: string;
  readonly runs?: number;
}

const limitsOfTests = {
  ...{ outputBytes: 32 << 20, effects: 512, effectBytes: 8 << 20 },
  ...{ memoryMb: 96, cpuSec: 60 },
};

/** An execute role over a real store, a real broker and the interpreter. */
export function testExecutor({ origin, runs = 4, ...rest }: TestExecutorOptions): TestExecutor {
  const node = testNode({ nowMs: NOW_MS, ...rest });
  const sandbox = new InlineSandbox();
  const broker = { ...BROKER_DEFAULTS, privateOrigins: new Set([origin]) };
  const executor = openExecutor(
    { runs, broker, limits: limitsOfTests },
    { context: node.context, sandbox, resolve: resolveBySystem },
  );
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  return {
    node,
    executor,
    sandbox,
    start: () => {
      running = executor.role.run(stop.signal);
    },
    close: async () => {
      stop.abort();
      await executor.close();
      await running;
      node.close();
    },
  };
}

/** Puts batch 7 with execution 1 into the store, as the watch role would. */
export async function holdBatch(
  node: TestNode,
  plan: Plan,
  changes: {
    readonly batch?: Partial<BatchRow>;
    readonly execution?: Partial<ExecutionRow>;
    /** This process's own claim opened it. */
    readonly isSubmitter?: boolean;
  } = {},
): Promise<void> {
  const { execution, batch, intent } = anAttempt(plan);
  if (changes.isSubmitter === true) {
    node.context.submitted.ended(node.context.submitted.next(), batch.claimTx);
  }
  await node.store.write((tables) => {
    tables.cursors.put({ chainId: 31337, blockNumber: 6, blockHash: hash(6) });
    tables.intents.put(intent.row);
    tables.executions.put({ ...execution, ...changes.execution });
    tables.batches.put({ ...batch, ...changes.batch });
  });
}

/** Resolves when the store shows it. */
export async function until(node: TestNode, holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const done = node.store.onCommit(() => {
        done();
        resolve();
      });
    });
  }
}
