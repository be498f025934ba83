import {
  denseOccurrenceId,
  executionId,
  type Hex,
  packEntries,
  TRIGGER_KINDS,
} from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { EventOf } from "@deed/sdk";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anExecution, hash } from "../../store/store.testing.ts";
import { address, TEST_DEPLOYMENT, type TestNode, testNode } from "../context.testing.ts";
import { anIntent, aPlan } from "../intent.testing.ts";
import { acceptFire } from "./accept-fire.ts";
import { applyClaimed } from "./apply-claim.ts";

const { chainId, executions } = TEST_DEPLOYMENT;
const SIGNATURE: Hex = `0x${"11".repeat(65)}`;
const T0 = 1_000;

let node: TestNode;

beforeEach(() => {
  node = testNode({ nowMs: (T0 + 5) * 1000 });
});
afterEach(() => node.close());

/** Another node's claim of the only occurrence, for a time of its choice. */
async function claim(kind: "event" | "manual", t0Sec: number): Promise<void> {
  const entry =
    kind === "event"
      ? ({ kind, intentNo: 1, occurrenceId: hash(5), t0Sec } as const)
      : ({
          kind,
          intentNo: 1,
          ordinal: 1,
          inputHash: hash(6),
          firedAtSec: t0Sec,
          validUntilSec: T0 + 60,
          signature: SIGNATURE,
        } as const);
  const event = {
    name: "Claimed",
    batchNo: 7,
    nodeNo: 2,
    generation: 1,
    deadlineSec: T0 + 40,
    kind: TRIGGER_KINDS[kind],
    leaseClass: 4,
    accepted: 1n,
    items: packEntries([entry]),
    place: { blockNumber: 3, blockHash: hash(3), txHash: hash(4), logIndex: 0 },
  } as unknown as EventOf<"Claimed">;
  await node.store.write((tables) =>
    applyClaimed(
      {
        tables,
        chainId,
        executions,
        ownNodeNo: 1,
        nowMs: 0,
        blockTimeSec: T0,
        judgeIntent: () => ({ state: "accepted", plan: aPlan() }),
      },
      event,
    ),
  );
}

async function seen(kind: "event" | "manual", payload: OccurrencePayload): Promise<Hex> {
  const intent = anIntent(1, { kind: TRIGGER_KINDS[kind] });
  const { intentHash } = intent;
  const occurrenceId = kind === "event" ? hash(5) : denseOccurrenceId("manual", 1);
  const name = executionId({ chainId, executions }, intentHash, occurrenceId);
  const row = { executionId: name, intentNo: 1, intentHash, occurrenceId, t0Sec: T0, payload };
  await node.store.write((tables) => {
    tables.intents.put(intent);
    tables.executions.insert(anExecution(1, { ...row, kind: TRIGGER_KINDS[kind] }));
  });
  return name;
}

const event: OccurrencePayload = {
  kind: "event",
  chainId,
  contract: address(9),
  blockNumber: 2,
  blockHash: hash(2),
  txHash: hash(8),
  logOrdinal: 0,
  event: {},
};

test("an event claimed for its time may be attempted again", async () => {
  const name = await seen("event", event);
  await claim("event", T0);
  expect(node.store.read.executions.get({ executionId: name })?.payload).toEqual(event);
});

test("an event claimed for another time is not: verifiers would blame who tries", async () => {
  const name = await seen("event", event);
  await claim("event", T0 - 6);
  const row = node.store.read.executions.get({ executionId: name });
  expect(row).toMatchObject({ payload: null, t0Sec: T0 - 6, state: "claimed" });
});

test("a second fire of a number, of another time than the claimed one, is not run for it", async () => {
  const intent = anIntent(1, { kind: TRIGGER_KINDS.manual });
  await node.store.write((tables) => tables.intents.put(intent));
  await claim("manual", T0);
  const parts = {
    store: node.store,
    ledger: { chainId, executions },
    intentsDomain: hash(1),
    askWallet: () => Promise.resolve(false),
    recovery: { recover: () => intent.owner },
    nowMs: () => (T0 + 5) * 1000,
  };
  const fire = {
    intentHash: intent.intentHash,
    ordinal: 1,
    input: null,
    firedAtSec: T0 + 1,
    validUntilSec: T0 + 60,
    signature: SIGNATURE,
  };
  const { executionId: name } = await acceptFire(parts, fire);
  expect(node.store.read.executions.get({ executionId: name })?.payload).toBeNull();
});
