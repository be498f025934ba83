import { describe, expect, test } from "vitest";
import type { ExecutionRow } from "../../store/executions.ts";
import { aBatch, hash } from "../../store/store.testing.ts";
import { readPlain } from "../context.testing.ts";
import { ClaimBench, due, mined, T0 } from "./claim-role.testing.ts";

const bench = new ClaimBench();

describe("what became of a claim", () => {
  test("an execution that a mined claim did not get is due again, later each time", async () => {
    await bench.start({ rows: [due(1)] });
    await bench.node.transactions.wished(1);
    bench.node.transactions.end("claim:p1:1", mined(3));
    await bench.cursor(3);
    await bench.until(() => bench.stateOf(1) === "due");
    expect(bench.row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500);
    bench.node.clock.set(T0 * 1000 + 500);
    bench.node.context.wakers.of("claim").wake();
    await bench.node.transactions.wished(2);
    bench.node.transactions.end("claim:p1:2", mined(4));
    await bench.cursor(4);
    await bench.until(() => bench.stateOf(1) === "due");
    expect(bench.row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500 + 1000);
  });

  test("a claim is judged only when the store has its block", async () => {
    await bench.start({ rows: [due(1)] });
    await bench.node.transactions.wished(1);
    bench.node.transactions.end("claim:p1:1", mined(3));
    await bench.cursor(2);
    expect(bench.stateOf(1)).toBe("claiming");
    await bench.node.store.write((tables) =>
      tables.executions.update({ executionId: hash(1) }, { state: "claimed" }),
    );
    await bench.cursor(3);
    expect(bench.stateOf(1)).toBe("claimed");
  });

  test("what an earlier process was claiming is due again at the start", async () => {
    await bench.start({ rows: [due(1, { state: "claiming" })] });
    await bench.until(() => bench.stateOf(1) === "due");
    expect(bench.row(1)?.nextRankAtMs).toBe(T0 * 1000 + 500);
  });

  test("a process knows the batches that its own claims opened, and no others", async () => {
    await bench.start({ rows: [due(1)] });
    await bench.node.transactions.wished(1);
    bench.node.transactions.end("claim:p1:1", mined(3));
    await bench.cursor(3);
    await bench.until(() => bench.stateOf(1) === "due");
    const { submitted } = bench.node.context;
    expect(submitted.opened({ claimTx: hash(500 + 3) }, bench.node.store.read)).toBe(true);
    expect(submitted.opened({ claimTx: hash(999) }, bench.node.store.read)).toBe(false);
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
    await bench.start({ nowMs: (deadlineSec + 3) * 1000, batches: [batch], rows: [lost(1)] });
    await bench.node.transactions.wished(1);
    const { name, args } = readPlain(bench.node.transactions.wishes[0]!.call);
    expect([name, args[0]]).toEqual(["reclaim", 4]);
    const [item] = args[1] as { batchNo: number; index: number; path: string[]; item: object }[];
    expect(item).toMatchObject({ batchNo: 7, index: 1, item: { attempt: 1, ordinal: "2" } });
    expect(item?.path).toHaveLength(2);
  });

  test("nobody claims before the lease is over", async () => {
    const rows = [lost(1), due(9)];
    await bench.start({ nowMs: (deadlineSec - 1) * 1000, batches: [batch], rows });
    await bench.node.transactions.wished(1);
    expect(bench.stateOf(2)).toBe("claimed");
  });

  test("after the third attempt it has failed", async () => {
    await bench.start({ nowMs: (deadlineSec + 3) * 1000, batches: [batch], rows: [lost(3)] });
    await bench.until(() => bench.stateOf(2) === "failed");
    expect(bench.node.transactions.wishes).toEqual([]);
  });
});
