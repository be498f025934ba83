import { encodeReport, reportHash, type Verdict, wordHex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, expect, test } from "vitest";
import { QUEUED_EVIDENCE } from "../../judge/queued-evidence.ts";
import type { CommitmentMessage, VerdictMessage } from "../../peers/messages.ts";
import type { VerdictRow } from "../../store/verdicts.ts";
import { httpStep } from "../execute/attempt.testing.ts";
import { aPlan } from "../intent.testing.ts";
import { claim, execute, register, type TestIntent, ticks } from "../test-executor.testing.ts";
import { type SimulatedNode, startTestNetwork, type TestNetwork } from "../test-network.testing.ts";

const EXECUTOR = 1;
const LIMIT_MS = 120_000;

let network: TestNetwork;
let intent: TestIntent;
let nextTick = 1;

beforeAll(async () => {
  network = await startTestNetwork(7);
  intent = await register(network, aPlan([httpStep("ping", "https://a.example/")]));
  await network.until("ticks to claim", () => network.nowSec > intent.startSec + 60);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

interface Exchanged {
  readonly batchNo: number;
  readonly liar: SimulatedNode;
  /** Sits beside the liar, and holds what it signed. */
  readonly witness: SimulatedNode;
  /** The liar's verdict as the witness keeps it. */
  readonly kept: VerdictRow;
}

/** A batch whose seats have shown each other everything, and that waits for its end. */
async function exchanged(): Promise<Exchanged> {
  for (const { misdeeds } of network.nodes) misdeeds.mute = ["finalise:", "fallback"];
  const batchNo = await claim(network, EXECUTOR, ticks(intent, [nextTick]));
  nextTick += 1;
  await execute(network, intent, batchNo);
  const seatsOf = () => network.chain.ledger.committee(batchNo);
  await network.until("drawn", async () => (await seatsOf()).length > 0);
  const [liar, witness] = (await seatsOf()).map((operatorNo) => network.node(operatorNo));
  if (liar === undefined || witness === undefined) throw new TypeError("no committee");
  const place = { batchNo, draw: 0, nodeNo: liar.nodeNo };
  const held = () => witness.store.read.verdicts.get(place);
  await network.until("shown", () => held() !== null);
  return { batchNo, liar, witness, kept: held()! };
}

async function finished(batchNo: number): Promise<void> {
  for (const { misdeeds } of network.nodes) misdeeds.mute = [];
  const rows = () => network.node(EXECUTOR).store.read.executions.ofBatch(batchNo);
  await network.until("final", () => rows().every(({ state }) => state === "final"));
}

/** What the node signs when it forgets what it signed before. */
function keysOf(node: SimulatedNode) {
  const keys = network.chain.keys[node.nodeNo - 1]!;
  keys.forget();
  return keys.signer();
}

async function secondCommitment(node: SimulatedNode, batchNo: number): Promise<CommitmentMessage> {
  const signed = await keysOf(node).commitment({ batchNo, draw: 0, commitment: wordHex(7) });
  return { ...signed, nodeNo: node.nodeNo };
}

const REPORT = encodeReport([{ index: 0, leaf: 1, fault: "WrongStep" }]);

async function otherVerdict(
  node: SimulatedNode,
  kept: VerdictRow,
  changed: Partial<Verdict> = { fault: 1n, reportHash: reportHash(REPORT) },
): Promise<VerdictMessage> {
  const { batchNo, draw, recordBlockHash, commitmentsHash, fault, unable } = kept;
  const finding = { recordBlockHash, commitmentsHash, fault, unable, reportHash: kept.reportHash };
  const signed = await keysOf(node).verdict({ batchNo, draw, ...finding, ...changed });
  const bits = { fault: wordHex(signed.fault), unable: wordHex(signed.unable) };
  return { ...signed, ...bits, nodeNo: node.nodeNo, salt: kept.salt, report: REPORT };
}

const bondOf = async ({ nodeNo }: SimulatedNode) =>
  (await network.chain.ledger.operator(nodeNo)).bondWei;
const queued = () => network.nodes.flatMap(({ store }) => store.read.meta.select(QUEUED_EVIDENCE));
const proven = () =>
  network.nodes.flatMap(({ sent }) =>
    sent.filter(({ purpose, end }) => purpose.startsWith("evidence:") && end.kind === "mined"),
  );

/** Time for every operator's turn. */
async function turnsOver(): Promise<void> {
  for (let second = 0; second < 12; second += 1) await network.tick();
}

test(
  "a seat that commits to two things is convicted by the seat that saw both, once",
  async () => {
    const { batchNo, liar, witness } = await exchanged();
    const before = await bondOf(liar);
    const message = await secondCommitment(liar, batchNo);
    for (const again of [1, 2]) {
      expect(await witness.verify.commitment(liar.nodeNo, message), `${again}`).toBe(null);
    }
    await network.until("slashed", async () => (await bondOf(liar)) < before);
    expect(await bondOf(liar)).toBe(before - before / 5n);
    await turnsOver();
    await witness.verify.commitment(liar.nodeNo, message);
    await turnsOver();
    expect(await bondOf(liar)).toBe(before - before / 5n);
    expect(proven()).toHaveLength(1);
    expect(queued()).toEqual([]);
    await finished(batchNo);
  },
  LIMIT_MS,
);

test(
  "a second commitment that the seat did not sign convicts nobody",
  async () => {
    const { batchNo, liar, witness } = await exchanged();
    const message = await secondCommitment(witness, batchNo);
    const before = [await bondOf(liar), await bondOf(witness)];
    const forged = { ...message, nodeNo: liar.nodeNo };
    expect(await witness.verify.commitment(liar.nodeNo, forged)).toBe(null);
    // Sent on by somebody else it is nobody's word.
    const own = await secondCommitment(liar, batchNo);
    expect(await witness.verify.commitment(witness.nodeNo, own)).toBe(null);
    expect(queued()).toEqual([]);
    await finished(batchNo);
    expect([await bondOf(liar), await bondOf(witness)]).toEqual(before);
  },
  LIMIT_MS,
);

test(
  "a seat that shows two verdicts is convicted, though the second fits nothing",
  async () => {
    const { batchNo, liar, witness, kept } = await exchanged();
    const before = await bondOf(liar);
    await witness.verify.verdict(liar.nodeNo, await otherVerdict(liar, kept));
    await network.until("slashed", async () => (await bondOf(liar)) < before);
    expect(await bondOf(liar)).toBe(before - before / 5n);
    await finished(batchNo);
  },
  LIMIT_MS,
);

test(
  "a verdict that fits nothing is remembered, and the next one with another finding convicts",
  async () => {
    const { batchNo, liar, witness, kept } = await exchanged();
    const { draw, nodeNo } = kept;
    await witness.store.write((tables) => tables.verdicts.delete({ batchNo, draw, nodeNo }));
    const before = await bondOf(liar);
    const other = await otherVerdict(liar, kept, { recordBlockHash: wordHex(5) });
    await witness.verify.verdict(liar.nodeNo, other);
    expect(queued()).toEqual([]);
    const { receivedMs: _, ...honest } = kept;
    const bits = { fault: wordHex(kept.fault), unable: wordHex(kept.unable) };
    await witness.verify.verdict(liar.nodeNo, { ...honest, ...bits });
    await network.until("slashed", async () => (await bondOf(liar)) < before);
    await finished(batchNo);
  },
  LIMIT_MS,
);

test(
  "a seat that shows its neighbour another verdict than the ledger takes is convicted",
  async () => {
    const { batchNo, liar, witness, kept } = await exchanged();
    const before = await bondOf(liar);
    const { signature, auditSeq, auditHead } = await otherVerdict(liar, kept);
    const shown = { fault: 1n, report: REPORT, reportHash: reportHash(REPORT) };
    const row = { ...kept, ...shown, signature, auditSeq, auditHead };
    await witness.store.write((tables) => tables.verdicts.put(row));
    for (const { misdeeds } of network.nodes)
      misdeeds.mute = [`finalise:${batchNo}:0:${witness.nodeNo}`];
    await network.until("slashed", async () => (await bondOf(liar)) < before);
    expect(await bondOf(liar)).toBe(before - before / 5n);
    await finished(batchNo);
  },
  LIMIT_MS,
);

test(
  "the same finding under another set of commitments convicts nobody",
  async () => {
    const { batchNo, liar, witness, kept } = await exchanged();
    const before = await bondOf(liar);
    const other = await otherVerdict(liar, kept, { commitmentsHash: wordHex(3) });
    await witness.verify.verdict(liar.nodeNo, { ...other, report: kept.report });
    expect(queued()).toEqual([]);
    await finished(batchNo);
    expect(await bondOf(liar)).toBe(before);
  },
  LIMIT_MS,
);
