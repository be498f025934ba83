import { rankOf, rankStart, unpackEntries } from "@deed/protocol/encoding";
import { describe, expect, test, vi } from "vitest";
import type { ExecutionRow } from "../../store/executions.ts";
import { aBatch, hash } from "../../store/store.testing.ts";
import { aGeneration, readPlain } from "../context.testing.ts";
import { anIntent } from "../intent.testing.ts";
import { ClaimBench, due, T0 } from "./claim-role.testing.ts";
import type { ClaimParts } from "./claim-role.ts";

const bench = new ClaimBench();

describe("first claims", () => {
  test("what is due is claimed in one batch, neighbours of one intent together", async () => {
    const rows = [due(1), due(2, { intentNo: 2 }), due(3), due(4, { intentNo: 2 })];
    await bench.start({ rows, intents: [anIntent(1), anIntent(2)] });
    await bench.node.transactions.wished(1);
    const [wish] = bench.node.transactions.wishes;
    expect(wish?.purpose).toBe("claim:p1:1");
    const { name, args } = readPlain(wish!.call);
    expect([name, args[0], args[1]]).toEqual(["claim", 2, 4]);
    const entries = unpackEntries(2, args[2] as `0x${string}`);
    expect(entries.map((entry) => entry.intentNo)).toEqual([1, 1, 2, 2]);
    await bench.until(() => bench.stateOf(1) === "claiming");
  });

  test.each([
    ["claims are paused", { pausedUntilSec: T0 + 60 }],
    ["the operator is suspended", { suspendedUntilSec: T0 + 60 }],
    ["the operator is in jail", { jailedUntilSec: T0 + 60 }],
  ])("nothing is claimed while %s, and everything when it is over", async (_what, bar) => {
    await bench.start({ rows: [due(1)], ...bar });
    const { metrics } = bench.node.context;
    await vi.waitFor(async () => expect(await metrics.text()).toContain("deed_claim_barred 1"));
    expect(bench.node.transactions.wishes).toEqual([]);
    expect(bench.stateOf(1)).toBe("due");
    bench.node.clock.set((T0 + 60) * 1000);
    bench.node.context.wakers.of("claim").wake();
    await bench.node.transactions.wished(1);
    expect(await metrics.text()).toContain("deed_claim_barred 0");
  });

  test("an endpoint that is away for a moment delays a claim, and is no crash", async () => {
    await bench.start({ rows: [due(1)], headless: 1 });
    await bench.node.transactions.wished(1);
    await bench.until(() => bench.stateOf(1) === "claiming");
  });

  test("kinds and lease classes are never mixed", async () => {
    const rows = [due(1), due(2, { leaseClass: 5 }), due(3, { kind: 1, ordinal: 0 })];
    await bench.start({ rows });
    await bench.node.transactions.wished(3);
    const heads = bench.node.transactions.wishes.map((wish) =>
      readPlain(wish.call).args.slice(0, 2),
    );
    expect(heads.sort()).toEqual([
      [1, 4],
      [2, 4],
      [2, 5],
    ]);
  });

  test("a batch holds 256 at most", async () => {
    const rows = Array.from({ length: 300 }, (_, index) => due(index + 1));
    await bench.start({ rows });
    await bench.node.transactions.wished(2);
    const sizes = bench.node.transactions.wishes.map(
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
    await bench.start({ rows, generation });
    await bench.node.transactions.wished(1);
    expect(bench.entriesOf(0)).toHaveLength(first.length);
    const waiting = bench.node.store.read.executions.get({ executionId: second[0]!.executionId });
    expect(waiting?.nextRankAtMs).toBe((T0 + 2) * 1000);
    bench.node.clock.set((T0 + 2) * 1000 + 30);
    bench.node.context.wakers.of("claim").wake();
    await bench.node.transactions.wished(2);
    expect(bench.entriesOf(1)).toHaveLength(second.length);
  });

  test("an operator outside the generation claims nothing", async () => {
    await bench.start({ rows: [due(1)], generation: aGeneration({ executorList: [2, 3] }) });
    await bench.until(() => (bench.row(1)?.nextRankAtMs ?? 0) > T0 * 1000);
    expect(bench.node.transactions.wishes).toEqual([]);
  });

  test("refused, revoked and expired intents are left alone, and so are containers without one", async () => {
    const container = anIntent(4);
    const rows = [1, 2, 3, 4].map((no) => due(no, { intentNo: no }));
    await bench.start({
      rows,
      intents: [
        anIntent(1, { state: "refused" }),
        anIntent(2, { state: "revoked" }),
        anIntent(3, { validUntilSec: T0 - 1 }),
        { ...container, plan: { ...container.plan!, sandbox: "container" } },
      ],
    });
    await bench.until(() => bench.stateOf(4) === "refused");
    expect([1, 2, 3, 4].map((no) => bench.row(no)?.reason)).toEqual([
      "INTENT_REFUSED",
      "INTENT_REVOKED",
      "INTENT_EXPIRED",
      "SANDBOX_LEVEL",
    ]);
    expect(bench.node.transactions.wishes).toEqual([]);
  });

  test("what needs a container waits while the node's own has failed, the rest goes on", async () => {
    const container = anIntent(2);
    let containers: ReturnType<ClaimParts["containers"]> = "lost";
    await bench.start({
      rows: [due(1, { intentNo: 2 }), due(2)],
      intents: [anIntent(1), { ...container, plan: { ...container.plan!, sandbox: "container" } }],
      containers: () => containers,
    });
    await bench.until(() => bench.stateOf(2) === "claiming");
    expect(bench.row(1)).toMatchObject({ state: "due", nextRankAtMs: T0 * 1000 + 2_000 });
    containers = "has";
    bench.node.clock.set(T0 * 1000 + 2_500);
    bench.node.context.wakers.of("claim").wake();
    await bench.until(() => bench.stateOf(1) === "claiming");
  });

  test("nothing is claimed while no sandbox works", async () => {
    let containers: ReturnType<ClaimParts["containers"]> = null;
    const asked = vi.fn(() => containers);
    await bench.start({ rows: [due(1)], containers: asked });
    await vi.waitFor(() => expect(asked).toHaveBeenCalled());
    expect(bench.node.transactions.wishes).toEqual([]);
    containers = "has";
    bench.node.context.wakers.of("claim").wake();
    await bench.until(() => bench.stateOf(1) === "claiming");
  });

  test("what nobody claimed in time is missed", async () => {
    const rows = [due(1, { kind: 1, ordinal: 0 }), due(2, { intentNo: 2 })];
    const intents = [anIntent(1), anIntent(2, { catchUp: 1 })];
    await bench.start({ rows, intents, nowMs: (T0 + 3_601) * 1000 });
    await bench.until(() => bench.stateOf(1) === "missed" && bench.stateOf(2) === "missed");
    const reasonOf = (no: number) =>
      bench.node.store.read.executions.get({ executionId: hash(no) })?.reason;
    expect([1, 2].map(reasonOf)).toEqual(["CLAIM_WINDOW_OVER", "NOT_CAUGHT_UP"]);
    expect(bench.node.transactions.wishes).toEqual([]);
  });

  test("no more is open than the options allow", async () => {
    const rows = [1, 2, 3, 4, 5].map((no) => due(no));
    await bench.start({ rows, options: { openExecutions: 3 } });
    await bench.node.transactions.wished(1);
    expect(bench.entriesOf(0)).toHaveLength(3);
    expect([4, 5].map((number) => bench.stateOf(number))).toEqual(["due", "due"]);
  });
});

describe("batches fill while claims are on their way", () => {
  test("one that comes later waits for company, a full one does not", async () => {
    await bench.start({ rows: [due(1)] });
    await bench.node.transactions.wished(1);
    await bench.insert([due(2)]);
    await bench.until(() => bench.stateOf(2) === "due");
    expect(bench.node.transactions.wishes).toHaveLength(1);
    const many = Array.from({ length: 256 }, (_, index) => due(index + 10));
    await bench.insert(many);
    await bench.node.transactions.wished(2);
    expect(bench.entriesOf(1)).toHaveLength(256);
  });

  test("it goes alone when it waited long enough", async () => {
    await bench.start({ rows: [due(1)] });
    await bench.node.transactions.wished(1);
    bench.node.clock.set(T0 * 1000 + 30);
    await bench.insert([due(2)]);
    await bench.node.transactions.wished(2);
    expect(bench.entriesOf(1)).toHaveLength(1);
  });

  test("each batch that is not finished makes it wait four times as long, up to half of Δ", async () => {
    const open = [1, 2].map((no) =>
      aBatch(no, { mine: true, status: "recorded", updatedMs: T0 * 1000 }),
    );
    // Long open, for a dispute: it is no sign of a busy network.
    const disputed = aBatch(3, { mine: true, status: "recorded", updatedMs: 0 });
    await bench.start({ batches: [...open, disputed] });
    await bench.insert([due(1)]);
    bench.node.clock.set(T0 * 1000 + 99);
    await bench.insert([due(2)]);
    await bench.until(() => bench.stateOf(2) === "due");
    expect(bench.node.transactions.wishes).toEqual([]);
    bench.node.clock.set(T0 * 1000 + 100);
    bench.node.context.wakers.of("claim").wake();
    await bench.node.transactions.wished(1);
    expect(bench.entriesOf(0)).toHaveLength(2);
  });
});

describe("the clock", () => {
  test("no claim while the head is ahead of the clock", async () => {
    await bench.start({});
    bench.node.ledger.head = { number: 9, timestampSec: T0 + 5 };
    await bench.insert([due(1)]);
    const gauge = bench.node.context.metrics.gauge("deed_claim_clock_off", "of the test");
    await vi.waitFor(async () => expect((await gauge.get()).values[0]?.value).toBe(1));
    expect(bench.node.transactions.wishes).toEqual([]);
    bench.node.ledger.head = { number: 10, timestampSec: T0 + 6 };
    bench.node.clock.set((T0 + 6) * 1000);
    bench.node.context.wakers.of("claim").wake();
    await bench.node.transactions.wished(1);
  });
});
