import { wordHex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aPlan } from "../intent.testing.ts";
import { claim, execute, register, type TestIntent, ticks } from "../test-executor.testing.ts";
import { startTestNetwork, type TestNetwork } from "../test-network.testing.ts";

const LIMIT_MS = 120_000;
const LIAR = 4;

let network: TestNetwork;
let intent: TestIntent;

beforeAll(async () => {
  network = await startTestNetwork(7);
  intent = await register(network, aPlan([]));
  await network.until("ticks to claim", () => network.nowSec > intent.startSec + 30);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

test(
  "an operator that gives everybody nonsense and posts nothing delays a round and pays; nobody else does",
  async () => {
    const { ledger } = network.chain;
    const bonds = () =>
      Promise.all([1, 2, 3, LIAR, 5, 6, 7].map(async (no) => (await ledger.operator(no)).bondWei));
    const before = await bonds();
    await network.stop(LIAR);
    const { round } = await ledger.currentRound();
    const batchNo = await claim(network, 1, ticks(intent, [1]));
    for (const { beacon } of network.nodes) {
      await beacon.offered(LIAR, { round, operatorNo: LIAR, preimage: wordHex(1) });
      // In another's name it is not even looked at.
      await beacon.offered(LIAR, { round, operatorNo: 5, preimage: wordHex(2) });
    }
    await execute(network, intent, batchNo);
    await network.until("closed", async () => (await ledger.seedOf(round)).closedAtSec > 0);
    const after = await bonds();
    expect(after[3]).toBe(before[3]! - before[3]! / 100n);
    expect(after.toSpliced(3, 1)).toEqual(before.toSpliced(3, 1));
    const stored = network.node(2).store.read.preimages.ofRound(round);
    expect(stored.map((row) => row.operatorNo)).toEqual([1, 2, 3, 5, 6, 7]);
  },
  LIMIT_MS,
);

test(
  "one that comes back says so, and owes the next round what comes next on its chain, and gives just that",
  async () => {
    const { ledger } = network.chain;
    expect(await ledger.isAway(LIAR)).toBe(true);
    await network.start(LIAR);
    await network.until("back", async () => !(await ledger.isAway(LIAR)));
    const batchNo = await claim(network, 1, ticks(intent, [2]));
    await execute(network, intent, batchNo);
    const { round } = await ledger.currentRound();
    await network.until("closed", async () => (await ledger.seedOf(round)).closedAtSec > 0);
    const { usedPreimages } = await ledger.chainTip(LIAR);
    expect(usedPreimages).toBe(1);
    const given = network.node(2).store.read.preimages.get({ round, operatorNo: LIAR });
    expect(given?.preimage).toBe(network.chain.keys[LIAR - 1]!.preimage(1));
  },
  LIMIT_MS,
);
