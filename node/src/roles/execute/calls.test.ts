import {
  type Hex,
  itemLeaf,
  itemsRoot,
  keccakText,
  merkleRoot,
  nobleHasher,
  verifyPath,
} from "@deed/protocol/encoding";
import { permissionKeys, permissionLeaf } from "@deed/protocol/plan";
import type { EffectError, EffectRequest } from "@deed/protocol/runtime";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hash } from "../../store/store.testing.ts";
import type { TransactionReceipt } from "../../store/transactions.ts";
import {
  address,
  plainCalls,
  readPlain,
  TEST_DEPLOYMENT,
  type TestNode,
  testNode,
} from "../context.testing.ts";
import { aPlan } from "../intent.testing.ts";
import { anAttempt, callStep } from "./attempt.testing.ts";
import type { Attempt } from "./attempt.ts";
import { gatewayAction, performCall } from "./calls.ts";
import { GatewayActions } from "./gateway-actions.ts";

type CallEffect = Extract<EffectRequest, { kind: "call" }>;

const OPTIONS = { processId: "p1" };
const plan = aPlan([callStep("a"), callStep("b"), callStep("c")]);
const PURPOSE = `act:${hash(1)}:1:1:1`;
const stop = new AbortController();

let node: TestNode;
let actions: GatewayActions;

beforeEach(() => {
  node = testNode({ calls: plainCalls() });
  actions = new GatewayActions(
    { gasPerTransaction: 15_000_000, inFlight: 1 },
    node.context,
    stop.signal,
  );
});
afterEach(() => node.close());

function request(stepIndex = 1, changes: Partial<CallEffect> = {}): CallEffect {
  return {
    kind: "call",
    stepIndex,
    stepId: "b",
    try: 1,
    timeoutMs: 5_000,
    target: `0x${"cc".repeat(20)}`,
    valueWei: "0",
    callData: "0x18178358",
    ...changes,
  };
}

interface Changes {
  readonly mayBeDone?: boolean;
  readonly effect?: CallEffect;
  readonly attempt?: Attempt;
  readonly refusal?: EffectError;
}

function perform(changes: Changes = {}) {
  const { ledger, hasher } = node.context;
  const { mayBeDone = false, effect = request(), attempt = anAttempt(plan) } = changes;
  const parts = { ledger, actions, hasher, refusal: () => changes.refusal ?? null, mayBeDone };
  return performCall(OPTIONS, parts, attempt, effect, stop.signal);
}

function word(value: number | Hex): string {
  return typeof value === "number"
    ? value.toString(16).padStart(64, "0")
    : value.slice(2).padStart(64, "0");
}

const ACTED = keccakText("Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)");
const REVERTED = keccakText("ActionReverted(bytes32,uint16,uint32,bytes)");
const ADOPTED = keccakText("ActionAdopted(bytes32,uint16,uint32,uint64)");
const SKIPPED = keccakText("ActionSkipped(bytes32,uint16,uint8)");

function log(topic0: Hex, step: number, data: string, more: readonly Hex[] = []) {
  const topics: Hex[] = [topic0, hash(1), `0x${word(step)}`, ...more];
  return { address: TEST_DEPLOYMENT.gateway, topics, data: `0x${data}` as Hex };
}

function acted(step: number) {
  const data = [
    word(1),
    word(`0x${"cc".repeat(20)}`),
    word(0),
    word(hash(9)),
    word(160),
    word(2),
    "beef".padEnd(64, "0"),
  ];
  return log(ACTED, step, data.join(""), [`0x${word(address(8))}`]);
}

function reverted(step: number) {
  return log(REVERTED, step, [word(1), word(64), word(2), "dead".padEnd(64, "0")].join(""));
}

function skipped(step: number, reason: number) {
  return log(SKIPPED, step, word(reason));
}

function receipt(logs: TransactionReceipt["logs"], success = true): TransactionReceipt {
  return { txHash: hash(70), blockNumber: 12, blockHash: hash(12), success, gasUsed: 1, logs };
}

async function outcome(logs: TransactionReceipt["logs"], success = true) {
  const performed = perform();
  await node.transactions.wished(1);
  node.transactions.end(PURPOSE, { kind: "mined", receipt: receipt(logs, success) });
  return performed;
}

describe("the outcome of an action is read from its receipt", () => {
  const done = { txHash: hash(70), blockNumber: 12, blockHash: hash(12), returned: "0xbeef" };

  test("acted", async () => {
    expect(await outcome([acted(0), acted(1)])).toEqual({ status: 0, output: done });
  });

  test("the target reverted", async () => {
    const error = { code: "REVERTED", message: "0xdead" };
    expect(await outcome([acted(0), reverted(1)])).toEqual({ status: 1, output: { error } });
  });

  test.each([
    [1, "LEASE_OVER", 3],
    [2, "REVOKED", 3],
    [3, "NOT_PERMITTED", 3],
    [5, "NOT_PERMITTED", 3],
    [6, "UNREACHABLE", 1],
  ] as const)("skipped for reason %i: %s", async (reason, code, status) => {
    expect(await outcome([skipped(1, reason)])).toMatchObject({
      status,
      output: { error: { code } },
    });
  });

  test("the whole transaction reverted: the target was not reached", async () => {
    expect(await outcome([], false)).toMatchObject({
      status: 1,
      output: { error: { code: "UNREACHABLE" } },
    });
  });

  test("done by an earlier attempt: its action is this one's", async () => {
    const place = {
      blockNumber: "0x9",
      blockHash: hash(9),
      transactionHash: hash(90),
      logIndex: "0x0",
    };
    node.ledger.logs = [{ ...acted(1), ...place }];
    expect(await outcome([skipped(1, 4)])).toEqual({
      status: 0,
      output: { txHash: hash(90), blockNumber: 9, blockHash: hash(9), returned: "0xbeef" },
    });
  });

  test("a transaction that was never sent", async () => {
    const performed = perform();
    await node.transactions.wished(1);
    node.transactions.end(PURPOSE, { kind: "never", reason: "burnt" });
    expect(await performed).toMatchObject({
      status: 1,
      output: { error: { code: "UNREACHABLE" } },
    });
  });

  test("no answer in time leaves it open whether it took effect", async () => {
    const effect = request(1, { timeoutMs: 1 });
    expect(await perform({ effect })).toMatchObject({
      status: 2,
      output: { error: { code: "INDETERMINATE" } },
    });
  });
});

test("after a restart the ledger is asked first, and a call that was done is not sent again", async () => {
  node.ledger.done.set(`${hash(1)}:1`, 7);
  const place = {
    blockNumber: "0x9",
    blockHash: hash(9),
    transactionHash: hash(90),
    logIndex: "0x0",
  };
  node.ledger.logs = [{ ...acted(1), ...place }];
  expect(await perform({ mayBeDone: true })).toMatchObject({
    status: 0,
    output: { txHash: hash(90) },
  });
  expect(node.transactions.wishes).toEqual([]);
});

test("what an earlier attempt did is asked for again, so that this claim answers for it", async () => {
  node.ledger.done.set(`${hash(1)}:1`, 6);
  const place = {
    blockNumber: "0x9",
    blockHash: hash(9),
    transactionHash: hash(90),
    logIndex: "0x0",
  };
  node.ledger.logs = [{ ...acted(1), ...place }];
  const performed = perform({ mayBeDone: true, refusal: { code: "REVOKED", message: "" } });
  await node.transactions.wished(1);
  const adoptions = receipt([log(ADOPTED, 1, [word(1), word(7)].join(""))]);
  node.transactions.end(`${PURPOSE}:p1`, { kind: "mined", receipt: adoptions });
  expect(await performed).toMatchObject({ status: 0, output: { txHash: hash(90) } });
});

test("one that was not done is sent in the name of the new process", async () => {
  const performed = perform({ mayBeDone: true });
  await node.transactions.wished(1);
  expect(node.transactions.wishes[0]?.purpose).toBe(`${PURPOSE}:p1`);
  node.transactions.end(`${PURPOSE}:p1`, { kind: "mined", receipt: receipt([acted(1)]) });
  expect(await performed).toMatchObject({ status: 0 });
});

test("the action carries paths that lead to the batch's and the plan's roots", () => {
  const attempt = anAttempt(plan);
  const action = gatewayAction(nobleHasher, attempt, request());
  const { items } = attempt.batch;
  expect(verifyPath(itemsRoot(items), itemLeaf(items[0]!), 0, 1, action.itemPath)).toBe(true);
  const keys = permissionKeys(plan);
  const root = merkleRoot(keys.map((key) => permissionLeaf(key)));
  const leaf = permissionLeaf(keys[1]!);
  expect(root).toBe(attempt.intent.roots.permissionsRoot);
  expect(
    verifyPath(root, leaf, action.permissionIndex, action.permissionCount, action.permissionPath),
  ).toBe(true);
});

test("actions that are ready together travel in one transaction, later ones wait for it", async () => {
  const first = [perform({ effect: request(0) }), perform({ effect: request(1) })];
  await node.transactions.wished(1);
  const later = perform({ effect: request(2) });
  expect(readPlain(node.transactions.wishes[0]!.call).args[0]).toHaveLength(2);
  expect(node.transactions.wishes).toHaveLength(1);
  node.transactions.end(`act:${hash(1)}:0:1:1`, {
    kind: "mined",
    receipt: receipt([acted(0), acted(1)]),
  });
  expect(await Promise.all(first)).toMatchObject([{ status: 0 }, { status: 0 }]);
  await node.transactions.wished(2);
  node.transactions.end(`act:${hash(1)}:2:1:1`, { kind: "mined", receipt: receipt([acted(2)]) });
  expect(await later).toMatchObject({ status: 0 });
});
