import { rankOf, rankStart, unpackEntries } from "@deed/protocol/encoding";
import { RpcError } from "@deed/sdk";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { BatchRow } from "../../store/batches.ts";
import type { ExecutionRow } from "../../store/executions.ts";
import type { IntentRow } from "../../store/intents.ts";
import { aBatch, anExecution, hash } from "../../store/store.testing.ts";
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
const T0 = 1_000;

let node: TestNode;
let stop: AbortController;
let running: Promise<void>;

beforeEach(() => {
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running;
  node.close();
});

interface Setting extends TestNodeOptions {
  readonly rows?: readonly ExecutionRow[];
  readonly intents?: readonly IntentRow[];
  readonly batches?: readonly BatchRow[];
  readonly options?: Partial<ClaimOptions>;
  /** What its runs have; none when left out. */
  readonly containers?: ClaimParts["containers"];
  /** So many times the head cannot be read. */
  readonly headless?: number;
}

/** A running claim role over rows; the clock stands at the last t0 unless the test says otherwise. */
async function start(setting: Setting) {
  const {
    rows = [],
    intents = [anIntent(1)],
    batches = [],
    options,
    headless = 0,
    containers = () => "none",
    ...rest
  } = setting;
  node = testNode({ calls: plainCalls(), nowMs: T0 * 1000, generation: alone(), ...rest });
  await node.store.write((tables) => {
    for (const intent of intents) tables.intents.insert(intent);
    for (const row of rows) tables.executions.insert(row);
    for (const batch of batches) tables.batches.insert(batch);
  });
  const { clock, context } = node;
  let failures = headless;
  const head = () => {
    failures -= 1;
    const failure = { code: "RPC_UNREACHABLE", url: "http://127.0.0.1:1" } as const;
    return failures >= 0 ? Promise.reject(new RpcError(failure)) : context.ledger.head();
  };
  const clockGuard = new ClockGuard({ toleranceMs: 2_000, everyMs: 1_000 }, { clock, head });
  const role = new ClaimRole({ ...OPTIONS, ...options }, { context, clockGuard, containers });
  running = role.run(stop.signal);
}

/** Only this operator may claim, so that every rank is 0. */
function alone() {
  return aGeneration({ executors: 1, executorList: [1] });
}

function due(number: number, changes: Partial<ExecutionRow> = {}): ExecutionRow {
  return anExecution(number, { t0Sec: T0, nextRankAtMs: T0 * 1000, ...changes });
}

function stateOf(number: number): string | undefined {
  return node.store.read.executions.get({ executionId: hash(number) })?.state;
}

/** Resolves when the store has a state. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise<void>((resolve) => {
      const done = node.store.onCommit(() => {
        done();
        resolve();
      });
    });
  }
}

describe("first claims", () => {
  test("what is due is claimed in one batch, neighbours of one intent together", async () => {
    const rows = [due(1), due(2, { intentNo: 2 }), due(3), due(4, { intentNo: 2 })];
    await start({ rows, intents: [anIntent(1), anIntent(2)] });
    await node.transactions.wished(1);
    const [wish] = node.transactions.wishes;
    expect(wish?.purpose).toBe("claim:p1:1");
    const { name, args } = readPlain(wish!.call);
    expect([name, args[0], args[1]]).toEqual(["claim", 2, 4]);
    const entries = unpackEntries(2, args[2] as `0x${string}`);
    expect(entries.map((entry) => entry.intentNo)).toEqual([1, 1, 2, 2]);
    await until(() => stateOf(1) === "claiming");
  });

  test("an endpoint that is away for a moment delays a claim, and is no crash", async () => {
    await start({ rows: [due(1)], headless: 1 });
    await node.transactions.wished(1);
    await until(() => stateOf(1) === "claiming");
  });

  test("kinds and lease classes are never mixed", async () => {
    const rows = [due(1), due(2, { leaseClass: 5 }), due(3, { kind: 1, ordinal: 0 })];
    await start({ rows });
    await node.transactions.wished(3);
    const heads = node.transactions.wishes.map((wish) => readPlain(wish.call).args.slice(0, 2));
    expect(heads.sort()).toEqual([
      [1, 4],
      [2, 4],
      [2, 5],
    ]);
  });

  test("a batch holds 256 at most", async () => {
    const rows = Array.from({ length: 300 }, (_, index) => due(index + 1));
    await start({ rows });
    await node.transactions.wished(2);
    const sizes = node.transactions.wishes.map(
      (wish) => unpackEntries(2, readPlain(wish.call).args[2] as `0x${string}`).length,
    );
    expect(sizes).toEqual([256, 44]);
  });

  test("rank r waits for t0 + r·Δ", async () => {
    const generation = aGeneration();
    const rankOfRow = (row: ExecutionRow): number =>
      rankOf(0, rankStart(generation.seed, row.executionId, 7), 7);
    const rows = Array.from({ length: 40 }, (_, index) => due(index + 1));
    const first = rows.filter((row) => rankOfRow(row) === 0);
    const second = rows.filter((row) => rankOfRow(row) === 1);
    expect(first.length).toBeGreaterThan(0);
    expect(second.length).toBeGreaterThan(0);
    await start({ rows, generation });
    await node.transactions.wished(1);
    expect(entriesOf(0)).toHaveLength(first.length);
    const waiting = node.store.read.executions.get({ executionId: second[0]!.executionId });
    expect(waiting?.nextRankAtMs).toBe((T0 + 2) * 1000);
    node.clock.set((T0 + 2) * 1000 + 30);
    node.context.wakers.of("claim").wake();
    await node.transactions.wished(2);
    expect(entriesOf(1)).toHaveLength(second.length);
  });

  test("an operator outside the generation claims nothing", async () => {
    await start({ rows: [due(1)], generation: aGeneration({ executorList: [2, 3] }) });
    await until(() => (row(1)?.nextRankAtMs ?? 0) > T0 * 1000);
    expect(node.transactions.wishes).toEqual([]);
  });

  test("refused, revoked and expired intents are left alone, and so are containers without one", async () => {
    const container = anIntent(4);
    const rows = [1, 2, 3, 4].map((no) => due(no, { intentNo: no }));
    await start({
      rows,
      intents: [
        anIntent(1, { state: "refused" }),
        anIntent(2, { state: "revoked" }),
        anIntent(3, { validUntilSec: T0 - 1 }),
        { ...container, plan: { ...container.plan!, sandbox: "container" } },
      ],
    });
    await until(() => stateOf(4) === "refused");
    expect([1, 2, 3, 4].map((no) => row(no)?.reason)).toEqual([
      "INTENT_REFUSED",
      "INTENT_REVOKED",
      "INTENT_EXPIRED",
      "SANDBOX_LEVEL",
    ]);
    expect(node.transactions.wishes).toEqual([]);
  });

  test("what needs a container waits while the node's own has failed, the rest goes on", async () => {
    const container = anIntent(2);
    let containers: ReturnType<ClaimParts["containers"]> = "lost";
    await start({
      rows: [due(1, { intentNo: 2 }), due(2)],
      intents: [anIntent(1), { ...container, plan: { ...container.plan!, sandbox: "container" } }],
      containers: () => containers,
    });
    await until(() => stateOf(2) === "claiming");
    expect(row(1)).toMatchObject({ state: "due", nextRankAtMs: T0 * 1000 + 2_000 });
    containers = "has";
    node.clock.set(T0 * 1000 + 2_500);
    node.context.wakers.of("claim").wake();
    await until(() => stateOf(1) === "claiming");
  });

  test("nothing is claimed while no sandbox works", async () => {
    let containers: ReturnType<ClaimParts["containers"]> = null;
    const asked = vi.fn(() => containers);
    await start({ rows: [due(1)], containers: asked });
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    expect(node.transactions.wishes).toEqual([]);
    containers = "has";
    node.context.wakers.of("claim").wake();
    await until(() => stateOf(1) === "claiming");
  });

  test("what nobody claimed in time is missed", async () => {
    const rows = [due(1, { kind: 1, ordinal: 0 }), due(2, { intentNo: 2 })];
    const intents = [anIntent(1), anIntent(2, { catchUp: 1 })];
    await start({ rows, intents, nowMs: (T0 + 3_601) * 1000 });
    await until(() => stateOf(1) === "missed" && stateOf(2) === "missed");
    const reasonOf = (no: number) =>
      node.store.read.executions.get({ executionId: hash(no) })?.reason;
    expect([1, 2].map(reasonOf)).toEqual(["CLAIM_WINDOW_OVER", "NOT_CAUGHT_UP"]);
    expect(node.transactions.wishes).toEqual([]);
  });

  test("no more is open than the options allow", async () => {
    const rows = [1, 2, 3, 4, 5].map((no) => due(no));
    await start({ rows, options: { openExecutions: 3 } });
    await node.transactions.wished(1);
    expect(entriesOf(0)).toHaveLength(3);
    expect([4, 5].map(stateOf)).toEqual(["due", "due"]);
  });
});

describe("batches fill while claims are on their way", () => {
  test("one that comes later waits for company, a full one does not", async () => {
    await start({ rows: [due(1)] });
    await node.transactions.wished(1);
    await insert([due(2)]);
    await until(() => stateOf(2) === "due");
    expect(node.transactions.wishes).toHaveLength(1);
    const many = Array.from({ length: 256 }, (_, index) => due(index + 10));
    await insert(many);
    await node.transactions.wished(2);
    expect(entriesOf(1)).toHaveLength(256);
  });

  test("it goes alone when it waited long enough", async () => {
    await start({ rows: [due(1)] });
    await node.transactions.wished(1);
    node.clock.set(T0 * 1000 + 30);
    await insert([due(2)]);
    await node.transactions.wished(2);
    expect(entriesOf(1)).toHaveLength(1);
  });

  test("each batch that is not finished makes it wait four times as long, up to half of Δ", async () => {
    const open = [1, 2].map((no) =>
      aBatch(no, { mine: true, status: "recorded", updatedMs: T0 * 1000 }),
    );
    // Long open, for a dispute: it is no sign of a busy network.
    const disputed = aBatch(3, { mine: true, status: "recorded", updatedMs: 0 });
    await start({ batches: [...open, disputed] });
    await insert([due(1)]);
    node.clock.set(T0 * 1000 + 99);
    await insert([due(2)]);
    await until(() => stateOf(2) === "due");
    expect(node.transactions.wishes).toEqual([]);
    node.clock.set(T0 * 1000 + 100);
    node.context.wakers.of("claim").wake();
    await node.transactions.wished(1);
    expect(entriesOf(0)).toHaveLength(2);
  });
});

describe("what became of a claim", () => {
  test("an execution that a mined claim did not get is due again, later each time", async () => {
    await start({ rows: [due(1)] });
    await node.transactions.wished(1);
    node.transactions.end("claim:p1:1", mined(3));
    await cursor(3);
    await until(() => stateOf(1) === "due");
    expect(row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500);
    node.clock.set(T0 * 1000 + 500);
    node.context.wakers.of("claim").wake();
    await node.transactions.wished(2);
    node.transactions.end("claim:p1:2", mined(4));
    await cursor(4);
    await until(() => stateOf(1) === "due");
    expect(row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500 + 1000);
  });

  test("a claim is judged only when the store has its block", async () => {
    await start({ rows: [due(1)] });
    await node.transactions.wished(1);
    node.transactions.end("claim:p1:1", mined(3));
    await cursor(2);
    expect(stateOf(1)).toBe("claiming");
    await node.store.write((tables) =>
      tables.executions.update({ executionId: hash(1) }, { state: "claimed" }),
    );
    await cursor(3);
    expect(stateOf(1)).toBe("claimed");
  });

  test("what an earlier process was claiming is due again at the start", async () => {
    await start({ rows: [due(1, { state: "claiming" })] });
    await until(() => stateOf(1) === "due");
    expect(row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500);
  });

  test("a process knows the batches that its own claims opened, and no others", async () => {
    await start({ rows: [due(1)] });
    await node.transactions.wished(1);
    node.transactions.end("claim:p1:1", mined(3));
    await cursor(3);
    await until(() => stateOf(1) === "due");
    const { submitted } = node.context;
    expect(submitted.opened({ claimTx: hash(500 + 3) }, node.store.read)).toBe(true);
    expect(submitted.opened({ claimTx: hash(999) }, node.store.read)).toBe(false);
  });
});

describe("later attempts", () => {
  const deadlineSec = T0 + 50;

  function lost(attempt: number): ExecutionRow {
    const changes = {
      state: "claimed",
      attempt,
      batchNo: 7,
      batchIndex: 1,
      holderNode: 3,
    } as const;
    return due(2, changes);
  }

  const items = [1, 2, 3].map((no) => ({
    executionId: hash(no),
    intentNo: 1,
    attempt: 1,
    ordinal: no,
    t0Sec: T0,
  }));
  const batch = aBatch(7, { nodeNo: 3, mine: false, deadlineSec, count: 3, items });

  test("an execution whose lease ended without a record is claimed again with its path", async () => {
    await start({ nowMs: (deadlineSec + 3) * 1000, batches: [batch], rows: [lost(1)] });
    await node.transactions.wished(1);
    const { name, args } = readPlain(node.transactions.wishes[0]!.call);
    expect([name, args[0]]).toEqual(["reclaim", 4]);
    const [item] = args[1] as { batchNo: number; index: number; path: string[]; item: object }[];
    expect(item).toMatchObject({ batchNo: 7, index: 1, item: { attempt: 1, ordinal: "2" } });
    expect(item?.path).toHaveLength(2);
  });

  test("nobody claims before the lease is over", async () => {
    const rows = [lost(1), due(9)];
    await start({ nowMs: (deadlineSec - 1) * 1000, batches: [batch], rows });
    await node.transactions.wished(1);
    expect(stateOf(2)).toBe("claimed");
  });

  test("after the third attempt it has failed", async () => {
    await start({ nowMs: (deadlineSec + 3) * 1000, batches: [batch], rows: [lost(3)] });
    await until(() => stateOf(2) === "failed");
    expect(node.transactions.wishes).toEqual([]);
  });
});

describe("the clock", () => {
  test("no claim while the head is ahead of the clock", async () => {
    await start({});
    node.ledger.head = { number: 9, timestampSec: T0 + 5 };
    await insert([due(1)]);
    const gauge = node.context.metrics.gauge("deed_claim_clock_off", "of the test");
    await vi.waitFor(async () => expect((await gauge.get()).values[0]?.value).toBe(1));
    expect(node.transactions.wishes).toEqual([]);
    node.ledger.head = { number: 10, timestampSec: T0 + 6 };
    node.clock.set((T0 + 6) * 1000);
    node.context.wakers.of("claim").wake();
    await node.transactions.wished(1);
  });
});

function row(number: number): ExecutionRow | null {
  return node.store.read.executions.get({ executionId: hash(number) });
}

function entriesOf(wish: number) {
  return unpackEntries(2, readPlain(node.transactions.wishes[wish]!.call).args[2] as `0x${string}`);
}

async function insert(rows: readonly ExecutionRow[]): Promise<void> {
  await node.store.write((tables) => {
    for (const each of rows) tables.executions.insert(each);
  });
}

function mined(blockNumber: number) {
  const txHash = hash(500 + blockNumber);
  const block = { blockNumber, blockHash: hash(blockNumber) };
  return {
    kind: "mined",
    receipt: { txHash, ...block, success: true, gasUsed: 1, logs: [] },
  } as const;
}

async function cursor(blockNumber: number): Promise<void> {
  await node.store.write((tables) =>
    tables.cursors.put({ chainId: 31337, blockNumber, blockHash: hash(blockNumber) }),
  );
}
