import { nobleHasher } from "@deed/protocol/encoding";
import { planRoots } from "@deed/protocol/plan";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callStep, httpStep } from "./execute/attempt.testing.ts";
import type { Attempt } from "./execute/attempt.ts";
import { gatewayAction } from "./execute/calls.ts";
import { flipFirstCondition } from "./execute/tamper.ts";
import { aPlan } from "./intent.testing.ts";
import { claim, execute, register, ticks } from "./test-executor.testing.ts";
import { sendOk } from "./test-ledger.testing.ts";
import { startTestNetwork, type TestNetwork } from "./test-network.testing.ts";

const EXECUTOR = 1;
const OBSERVER = 2;
const CALL_STEP = 0;
const LIMIT_MS = 180_000;
/** Longest lease, every rank's turn, and a verdict window. */
const LAPSE_LIMIT_SEC = 900;

let network: TestNetwork;

beforeAll(async () => {
  network = await startTestNetwork(9);
}, LIMIT_MS);
afterAll(() => network.close(), LIMIT_MS);

const batchOf = (batchNo: number) => network.node(OBSERVER).store.read.batches.get({ batchNo });
const stateOf = (batchNo: number) =>
  network.node(OBSERVER).store.read.executions.ofBatch(batchNo)[0]?.state;
const bondOf = async (operatorNo: number) =>
  (await network.chain.ledger.operator(operatorNo)).bondWei;
const sent = (begin: string) =>
  network.nodes.flatMap((node) =>
    node.sent.filter(({ purpose, end }) => purpose.startsWith(begin) && end.kind === "mined"),
  );
/** Every rank may claim by then. */
const claimable = (startSec: number) =>
  network.until("ticks to claim", () => network.nowSec > startSec + 60);

test(
  "who acts through the gateway and never records is told of by another node, and pays for both lapses",
  async () => {
    const { chain } = network;
    const call = callStep("pay");
    if (call.kind !== "call" || call.call.mode !== "literal") throw new TypeError("no call");
    const { target, valueWei } = call;
    const { callData } = call.call;
    // A target that takes every call.
    await chain.evm.rpc.request("anvil_setCode", [target, "0x00"]);
    const plan = aPlan([call], { name: "pays" });
    const roots = planRoots(plan);
    const intent = await register(network, plan, { planRoot: roots.planRoot });
    await claimable(intent.startSec);
    const batchNo = await claim(network, EXECUTOR, ticks(intent, [1]));
    await network.until("the claim is known", () => batchOf(batchNo) !== null, 5);
    const batch = batchOf(batchNo)!;
    const { executionId } = batch.items[0]!;
    const action = gatewayAction(
      nobleHasher,
      { batch, index: 0, intent: { plan, roots } } as Attempt,
      {
        kind: "call",
        stepIndex: CALL_STEP,
        stepId: "pay",
        try: 1,
        timeoutMs: 1000,
        target,
        valueWei,
        callData,
      },
    );
    await sendOk(chain, chain.keys[EXECUTOR - 1]!.actionKey, chain.calls.act([action]));
    expect(await chain.ledger.doneBy(executionId, CALL_STEP)).toMatchObject({ batchNo });
    const before = await bondOf(EXECUTOR);
    const lapses = () => sent(`lapse:${executionId}:${CALL_STEP}:`);
    await network.until("told of", () => lapses().length > 0, LAPSE_LIMIT_SEC);
    const afterClaim = before - (before * 50n) / 10_000n;
    expect(await bondOf(EXECUTOR)).toBe(afterClaim - afterClaim / 5n);
    expect(lapses()).toHaveLength(1);
    expect(network.node(EXECUTOR).sent.map(({ purpose }) => purpose)).not.toContainEqual(
      expect.stringMatching(/^lapse:/),
    );
  },
  LIMIT_MS,
);

test(
  "a void record whose dispute nobody opened in time is settled by a node, and nobody pays for it",
  async () => {
    const plan = aPlan([httpStep("ping", "https://a.example/", { if: "1 < 2" })]);
    const intent = await register(network, plan);
    await claimable(intent.startSec);
    for (const { misdeeds } of network.nodes) misdeeds.mute = ["dispute:"];
    const batchNo = await claim(network, EXECUTOR, ticks(intent, [1]));
    await execute(network, intent, batchNo, { tamper: flipFirstCondition });
    await network.until("found faulty", () => batchOf(batchNo)?.disputed === 1n);
    const before = await bondOf(EXECUTOR);
    const foundSec = network.nowSec;
    const openingSec = 10 * network.node(OBSERVER).context.registry.parameters.verdictWindowSec;
    await network.until("too late", () => network.nowSec > foundSec + openingSec + 1);
    expect(stateOf(batchNo)).toBe("recorded");
    for (const { misdeeds } of network.nodes) misdeeds.mute = [];
    await network.until("settled", () => stateOf(batchNo) === "void");
    expect(batchOf(batchNo)).toMatchObject({ disputed: 0n, voided: 1n });
    expect(await network.chain.ledger.disputeOf(batchNo, 0)).toBe(0);
    expect(await bondOf(EXECUTOR)).toBe(before);
  },
  LIMIT_MS,
);
