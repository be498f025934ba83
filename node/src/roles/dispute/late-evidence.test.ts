import {
  bytesToHex,
  commitmentsHash,
  decodeRecord,
  encodeRecord,
  FAULT_NUMBERS,
  type Hex,
  hexToBytes,
  reportHash,
  verdictCommitment,
  wordHex,
} from "@deed/protocol/encoding";
import { afterAll, beforeAll, expect, test } from "vitest";
import { httpStep } from "../execute/attempt.testing.ts";
import { aPlan } from "../intent.testing.ts";
import {
  claim,
  type ExecutorMisdeeds,
  execute,
  register,
  type TestIntent,
  ticks,
} from "../test-executor.testing.ts";
import { sendOk } from "../test-ledger.testing.ts";
import { type SimulatedNode, startTestNetwork, type TestNetwork } from "../test-network.testing.ts";
import { findEvidence } from "./find-evidence.ts";

const EXECUTOR = 1;
const LIMIT_MS = 120_000;
const NO_REPORT = "0x";
const CONTRADICTED = FAULT_NUMBERS.VerdictContradicted;

let network: TestNetwork;
let intent: TestIntent;
let nextTick = 1;

beforeAll(async () => {
  network = await startTestNetwork(7);
  intent = await register(network, aPlan([httpStep("ping", "https://a.example/")]));
  await network.until("ticks to claim", () => network.nowSec > intent.startSec + 60);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

async function recorded(count: number, misdeeds: ExecutorMisdeeds): Promise<number> {
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
const bondOf = async (operatorNo: number) =>
  (await network.chain.ledger.operator(operatorNo)).bondWei;

/** A record of a runtime that the owner did not sign. */
function otherRuntime(record: Hex): Hex {
  const told = decodeRecord(hexToBytes(record));
  return bytesToHex(encodeRecord({ ...told, runtime: told.runtime + 1 }));
}

/** All seats find everything right, whatever it is, and post it. */
async function collude(batchNo: number): Promise<readonly number[]> {
  const { chain } = network;
  const seatNos = await chain.ledger.committee(batchNo);
  const recordBlockHash = batchOf(batchNo).recordBlockHash!;
  const finding = { fault: 0n, unable: 0n, reportHash: reportHash(NO_REPORT) };
  const place = { batchNo, draw: 0 };
  const openings = seatNos.map((nodeNo) => ({
    ...place,
    ...finding,
    nodeNo,
    salt: wordHex(nodeNo),
  }));
  const set = commitmentsHash(openings.map((opening) => verdictCommitment(opening)));
  const seats = await Promise.all(
    openings.map(async ({ nodeNo, salt }) => {
      const keys = chain.keys[nodeNo - 1]!;
      keys.forget();
      const verdict = { ...place, ...finding, recordBlockHash, commitmentsHash: set };
      const { auditSeq, auditHead, signature } = await keys.signer().verdict(verdict);
      return { ...finding, nodeNo, salt, auditSeq, auditHead, signature };
    }),
  );
  const reports = seats.map(() => NO_REPORT as Hex);
  const call = chain.calls.finalise(batchNo, recordBlockHash, seats, reports);
  await sendOk(chain, chain.council, call);
  network.changed();
  return seatNos;
}

test(
  "seats that find right what a contract finds proven after it was final pay for it, told by the others",
  async () => {
    for (const { misdeeds } of network.nodes) misdeeds.mute = ["finalise", "fallback", "dispute"];
    for (const { misdeeds } of network.nodes) misdeeds.deaf = true;
    const batchNo = await recorded(2, {
      garble: (record, index) => (index === 1 ? otherRuntime(record) : record),
    });
    const seatsOf = () => network.chain.ledger.committee(batchNo);
    await network.until("drawn", async () => (await seatsOf()).length > 0);
    const seatNos = await collude(batchNo);
    await network.until("final", () => statesOf(batchNo).every((state) => state === "final"));
    const evidence = findEvidence(observer().context, batchOf(batchNo), 1);
    expect(evidence).toMatchObject({ fault: "WrongRuntime" });
    await sendOk(network.chain, network.chain.council, network.chain.calls.prove(evidence!));
    network.changed();
    const contradicted = async () => {
      const { number } = await network.chain.ledger.head();
      const all = await network.chain.ledger.events(network.chain.deployment.fromBlock, number);
      return all.flatMap((event) =>
        event.name === "FaultProven" && event.fault === CONTRADICTED ? [event] : [],
      );
    };
    await network.until("all paid", async () => (await contradicted()).length >= seatNos.length);
    expect(statesOf(batchNo)).toEqual(["final", "void"]);
    for (let second = 0; second < 20; second += 1) await network.tick();
    const found = await contradicted();
    expect(found.map(({ operatorNo }) => operatorNo).sort()).toEqual([...seatNos].sort());
    for (const { slashedWei } of found) expect(slashedWei).toBeGreaterThan(0n);
    // Some seat did not report itself.
    expect(found.some(({ reporterNo }) => reporterNo !== 0)).toBe(true);
  },
  LIMIT_MS,
);

test(
  "of many bundles that nobody gives eight are demanded first, then the rest: all void, one fault",
  async () => {
    for (const { misdeeds } of network.nodes) {
      misdeeds.mute = [];
      misdeeds.deaf = false;
    }
    const before = await bondOf(EXECUTOR);
    const batchNo = await recorded(10, { withhold: true });
    await network.until(
      "demanded",
      () => observer().store.read.challenges.get({ batchNo }) !== null,
    );
    expect(observer().store.read.challenges.get({ batchNo })?.asked).toBe(0xffn);
    await network.until("void", () => statesOf(batchNo).every((state) => state === "void"));
    expect(observer().store.read.challenges.get({ batchNo })?.asked).toBe(0x300n);
    expect(await bondOf(EXECUTOR)).toBe(before - before / 20n);
    expect(observer().store.read.disputes.ofBatch(batchNo)).toEqual([]);
  },
  LIMIT_MS,
);
