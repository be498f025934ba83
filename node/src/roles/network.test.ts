import { FAULT_NUMBERS } from "@deed/protocol/encoding";
import type { RunOutcome } from "@deed/protocol/runtime";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { httpStep } from "./execute/attempt.testing.ts";
import { flipFirstCondition } from "./execute/tamper.ts";
import { aPlan } from "./intent.testing.ts";
import { DataAnswers } from "./record/answer-data.ts";
import {
  claim,
  type ExecutorMisdeeds,
  execute,
  register,
  type TestIntent,
  ticks,
} from "./test-executor.testing.ts";
import { transact } from "./test-ledger.testing.ts";
import { type SimulatedNode, startTestNetwork, type TestNetwork } from "./test-network.testing.ts";

const PLAN = aPlan([httpStep("ping", "https://a.example/", { if: "1 < 2" })]);
const EXECUTOR = 1;
/** Of leaves: the first is TRIGGER. */
const CONDITION_LEAF = 1;
const LIMIT_MS = 120_000;

let network: TestNetwork;
let intent: TestIntent;
let nextTick = 1;

beforeAll(async () => {
  network = await startTestNetwork(9);
  intent = await register(network, PLAN);
  // Every rank may claim the first ticks by then.
  await network.until("ticks to claim", () => network.nowSec > intent.startSec + 60);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);
afterEach(async () => {
  for (const { misdeeds } of network.nodes) {
    misdeeds.deaf = false;
    misdeeds.mute = [];
  }
  await letOut();
});

/** Who lied in one test is jailed; the council lets it lie again in the next. */
async function letOut(): Promise<void> {
  const { chain } = network;
  for (const { nodeNo: operatorNo } of network.nodes) {
    const { jailedUntilSec } = await chain.ledger.operator(operatorNo);
    if (jailedUntilSec <= network.nowSec) continue;
    await transact(chain, chain.council, "reinstate", [operatorNo, `0x${"00".repeat(31)}01`]);
  }
}

/** Claims so many ticks and records them, rightly or not. */
async function recorded(count: number, misdeeds: ExecutorMisdeeds = {}): Promise<number> {
  const ordinals = Array.from({ length: count }, (_, index) => nextTick + index);
  nextTick += count;
  const batchNo = await claim(network, EXECUTOR, ticks(intent, ordinals));
  await execute(network, intent, batchNo, misdeeds);
  return batchNo;
}

const observer = (): SimulatedNode => network.node(EXECUTOR);
const batchOf = (batchNo: number) => observer().store.read.batches.get({ batchNo })!;
const statesOf = (batchNo: number) =>
  observer()
    .store.read.executions.ofBatch(batchNo)
    .map((row) => row.state);
const sent = (begin: string): readonly string[] =>
  network.nodes.flatMap((node) =>
    node.sent
      .filter(({ purpose, end }) => purpose.startsWith(begin) && end.kind === "mined")
      .map(({ purpose }) => purpose),
  );
const settled = (batchNo: number) =>
  network.until("settled", () => batchOf(batchNo)?.status === "settled");
const bondOf = async (operatorNo: number) =>
  (await network.chain.ledger.operator(operatorNo)).bondWei;

/** As when what is withheld is too large for an answer on the ledger. */
function withoutDemands(): void {
  for (const { misdeeds } of network.nodes) misdeeds.mute = ["demand"];
}

/**
 * Waits for the draw, with nobody talking to anybody, so that the ledger has to decide.
 * @returns the seats, those last that paid for a silence before: another one costs them a fifth.
 */
async function drawnInSilence(batchNo: number): Promise<readonly SimulatedNode[]> {
  for (const { misdeeds } of network.nodes) misdeeds.deaf = true;
  const seatsOf = () => network.chain.ledger.committee(batchNo);
  await network.until("drawn", async () => (await seatsOf()).length > 0);
  const seats = (await seatsOf()).map((operatorNo) => network.node(operatorNo));
  const bonds = new Map<SimulatedNode, bigint>();
  for (const seat of seats) bonds.set(seat, await bondOf(seat.nodeNo));
  return seats.sort((a, b) => Number((bonds.get(b) ?? 0n) - (bonds.get(a) ?? 0n)));
}

test(
  "a right batch is judged by the committee that the contract draws, and final in one transaction",
  async () => {
    const batchNo = await recorded(3);
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final", "final", "final"]);
    expect(sent(`finalise:${batchNo}:`)).toHaveLength(1);
    expect(sent(`fallback:${batchNo}:`)).toEqual([]);
    const verdicts = observer().store.read.verdicts.ofDraw(batchNo, 0);
    expect(verdicts.map((row) => [row.fault, row.unable])).toEqual(Array(3).fill([0n, 0n]));
    expect(verdicts.map((row) => row.nodeNo)).not.toContain(EXECUTOR);
    const committee = await network.chain.ledger.committee(batchNo);
    for (const { store } of network.nodes) {
      const seats = store.read.duties.get({ batchNo, draw: 0 })?.seats;
      expect(seats ?? committee).toEqual(committee);
    }
    await network.until("duties ended", () =>
      network.nodes.every((node) => node.store.read.duties.due(1e15, 9).length === 0),
    );
  },
  LIMIT_MS,
);

test(
  "seats that cannot talk to each other come to the same verdict on the ledger, and nobody pays",
  async () => {
    const batchNo = await recorded(2);
    const seats = await drawnInSilence(batchNo);
    const before = await Promise.all(seats.map(({ nodeNo }) => bondOf(nodeNo)));
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final", "final"]);
    expect(sent(`fallback-reveal:${batchNo}:`)).toHaveLength(3);
    expect(await Promise.all(seats.map(({ nodeNo }) => bondOf(nodeNo)))).toEqual(before);
  },
  LIMIT_MS,
);

test(
  "a seat that does not commit is replaced, pays, and the others sign for the new set",
  async () => {
    const batchNo = await recorded(2);
    const [silent, ...others] = await drawnInSilence(batchNo);
    silent!.misdeeds.mute = ["fallback-commit"];
    for (const other of others)
      other.misdeeds.mute = [`fallback-commit:${batchNo}:0:0:${silent!.nodeNo}`];
    const before = await bondOf(silent!.nodeNo);
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final", "final"]);
    expect(await bondOf(silent!.nodeNo)).toBe(before - before / 100n);
    expect(silent!.store.read.duties.get({ batchNo, draw: 0 })?.state).toBe("ended");
    const revealed = observer().store.read.verdicts.ofDraw(batchNo, 0);
    expect(revealed).toHaveLength(3);
    expect(revealed.map((row) => row.nodeNo)).not.toContain(silent!.nodeNo);
  },
  LIMIT_MS,
);

test(
  "a seat that commits and does not reveal is replaced and pays for a silence",
  async () => {
    const batchNo = await recorded(1);
    const [silent] = await drawnInSilence(batchNo);
    silent!.misdeeds.mute = ["fallback-reveal"];
    const before = await bondOf(silent!.nodeNo);
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final"]);
    expect(await bondOf(silent!.nodeNo)).toBe(before - before / 100n);
    // Revealed before the replacement, and signed again for the new set where it was not.
    expect(observer().store.read.verdicts.ofDraw(batchNo, 0)).toHaveLength(3);
  },
  LIMIT_MS,
);

test(
  "seats whose off-chain verdicts name another set sign the same finding for the ledger's",
  async () => {
    const batchNo = await recorded(1);
    for (const { misdeeds } of network.nodes) misdeeds.mute = ["finalise:"];
    await network.until("shown off-chain", () =>
      network.nodes.some(
        (node) => node.store.read.duties.get({ batchNo, draw: 0 })?.state === "revealed",
      ),
    );
    const [silent] = (await network.chain.ledger.committee(batchNo)).map((no) => network.node(no));
    const muted = ["finalise:", `fallback-commit:${batchNo}:0:0:${silent!.nodeNo}:`];
    for (const { misdeeds } of network.nodes) misdeeds.mute = muted;
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final"]);
  },
  LIMIT_MS,
);

test(
  "a lie about a condition is found at its leaf, disputed, voted upon, slashed and void; its neighbours are final",
  async () => {
    const before = await bondOf(EXECUTOR);
    const batchNo = await recorded(3, {
      tamper: (outcome, index) => (index === 1 ? flipFirstCondition(outcome) : outcome),
    });
    await network.until("voided", () => statesOf(batchNo)[1] === "void");
    expect(statesOf(batchNo)).toEqual(["final", "void", "final"]);
    const [dispute] = observer().store.read.disputes.ofBatch(batchNo);
    expect(dispute).toMatchObject({
      batchIndex: 1,
      leaf: CONDITION_LEAF,
      fault: FAULT_NUMBERS.WrongStep,
      state: "upheld",
      accusedNo: EXECUTOR,
      innocent: 0,
    });
    expect(await bondOf(EXECUTOR)).toBe(before - before / 5n);
    expect(batchOf(batchNo)).toMatchObject({ disputed: 0n, voided: 2n, status: "settled" });
  },
  LIMIT_MS,
);

test(
  "a record that nobody can read is a broken transcript",
  async () => {
    const batchNo = await recorded(2, {
      garble: (record, index) =>
        index === 0 ? `${record.slice(0, -10) as "0x"}ffffffffff` : record,
    });
    await network.until("voided", () => statesOf(batchNo)[0] === "void");
    expect(statesOf(batchNo)).toEqual(["void", "final"]);
    const [dispute] = observer().store.read.disputes.ofBatch(batchNo);
    expect(dispute?.fault).toBe(FAULT_NUMBERS.BrokenTranscript);
  },
  LIMIT_MS,
);

test(
  "a seat that cries fault over a right record is alone: the vote rejects it and its bond pays",
  async () => {
    const batchNo = await recorded(1);
    for (const { misdeeds } of network.nodes) misdeeds.mute = ["finalise:"];
    const [liar] = await drawnInSilence(batchNo);
    // It judges by another plan than was signed.
    const other = { ...PLAN, steps: [{ ...PLAN.steps[0]!, if: "2 < 1" }] };
    const { intentNo } = intent;
    await liar!.store.write((tables) => tables.intents.update({ intentNo }, { plan: other }));
    await liar!.store.write((tables) => tables.duties.delete({ batchNo, draw: 0 }));
    network.chain.keys[liar!.nodeNo - 1]!.forget();
    await liar!.store.write((tables) =>
      tables.commitments.delete({ batchNo, draw: 0, nodeNo: liar!.nodeNo }),
    );
    const before = await bondOf(liar!.nodeNo);
    await network.until("rejected", () => statesOf(batchNo)[0] === "final");
    await liar!.store.write((tables) => tables.intents.update({ intentNo }, { plan: PLAN }));
    const [dispute] = observer().store.read.disputes.ofBatch(batchNo);
    expect(dispute).toMatchObject({ state: "rejected", reporterNo: liar!.nodeNo, guilty: 0 });
    expect(await bondOf(liar!.nodeNo)).toBe(before - before / 20n);
  },
  LIMIT_MS,
);

test(
  "what no seat can judge is drawn anew, without a penalty, and final once the bundle is to be had",
  async () => {
    withoutDemands();
    const batchNo = await recorded(1, { withhold: true });
    await network.until("a second draw", () => batchOf(batchNo).draw === 1);
    expect(batchOf(batchNo)).toMatchObject({ pending: 1n, status: "recorded" });
    network.bundles.get(batchNo)!.by.add(EXECUTOR);
    await settled(batchNo);
    expect(statesOf(batchNo)).toEqual(["final"]);
    expect(sent(`fallback:${batchNo}:`)).toEqual([]);
  },
  LIMIT_MS,
);

test(
  "a bundle that nobody demands and nobody gives goes to the vote of all, and is punished as withheld",
  async () => {
    withoutDemands();
    const batchNo = await recorded(1, { withhold: true });
    await network.until("voided", () => statesOf(batchNo)[0] === "void");
    expect(batchOf(batchNo)).toMatchObject({ draw: 3, status: "settled", voided: 1n });
    const [dispute] = observer().store.read.disputes.ofBatch(batchNo);
    expect(dispute).toMatchObject({
      fault: FAULT_NUMBERS.DataWithheld,
      reporterNo: 0,
      state: "upheld",
    });
    const duties = network.nodes.flatMap((node) => node.store.read.duties.ofBatch(batchNo));
    expect(duties.filter((duty) => duty.draw > 2)).toEqual([]);
  },
  LIMIT_MS,
);

test(
  "a bundle that is never given is demanded on the ledger, and void when nobody answers",
  async () => {
    const before = await bondOf(EXECUTOR);
    const batchNo = await recorded(2, { withhold: true });
    await network.until("voided", () => statesOf(batchNo)[0] === "void");
    expect(statesOf(batchNo)).toEqual(["void", "void"]);
    expect(batchOf(batchNo)).toMatchObject({ draw: 0, status: "settled", voided: 3n });
    expect(observer().store.read.challenges.get({ batchNo })).toMatchObject({
      asked: 3n,
      open: 3n,
      ended: true,
    });
    expect(observer().store.read.disputes.ofBatch(batchNo)).toEqual([]);
    expect(await bondOf(EXECUTOR)).toBe(before - before / 20n);
  },
  LIMIT_MS,
);

test(
  "a demanded bundle that somebody gives is there for all seats: final, and the one who asked pays",
  async () => {
    const before = await bondOf(EXECUTOR);
    const batchNo = await recorded(2, { withhold: true });
    const challenge = () => observer().store.read.challenges.get({ batchNo });
    await network.until("demanded", () => challenge() !== null);
    const asker = challenge()!.challengerNo;
    const askersBond = await bondOf(asker);
    const { body } = network.bundles.get(batchNo)!;
    const { store, context } = observer();
    const row = { batchNo, complete: true, fromNode: EXECUTOR, receivedMs: 0, body };
    await store.write((tables) => tables.batchBundles.put(row));
    const answers = new DataAnswers(context);
    await network.until("settled", async () => {
      await answers.look();
      return batchOf(batchNo).status === "settled";
    });
    expect(statesOf(batchNo)).toEqual(["final", "final"]);
    expect(challenge()).toMatchObject({ open: 0n, ended: true });
    expect(await bondOf(EXECUTOR)).toBe(before);
    expect(await bondOf(asker)).toBe(askersBond - askersBond / 1000n);
  },
  LIMIT_MS,
);

test(
  "what a contract can judge is proven to it, without a vote",
  async () => {
    const before = await bondOf(EXECUTOR);
    const batchNo = await recorded(2, {
      tamper: (outcome, at) => (at === 1 ? late(outcome) : outcome),
    });
    await network.until("voided", () => statesOf(batchNo)[1] === "void");
    expect(statesOf(batchNo)).toEqual(["final", "void"]);
    expect(observer().store.read.disputes.ofBatch(batchNo)).toEqual([]);
    expect(sent(`dispute:${batchNo}:1`)).toHaveLength(1);
    expect(await bondOf(EXECUTOR)).toBe(before - before / 20n);
  },
  LIMIT_MS,
);

/** An end that takes time of its own: no interpreter writes that. */
function late(outcome: RunOutcome): RunOutcome {
  const last = outcome.leaves.length - 1;
  const leaves = outcome.leaves.map((leaf, index) =>
    index === last ? { ...leaf, startedMs: leaf.startedMs + 5, endedMs: leaf.endedMs + 5 } : leaf,
  );
  return { ...outcome, leaves };
}
