import { type Hex, keccakText } from "@deed/protocol/encoding";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ordinalOfOperator } from "../demo/liar.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { letOutOfJail } from "./council.testing.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";
import { asks, type HeldCall, type RpcCall, RpcGate, sends } from "./rpc-gate.testing.ts";

const LIAR_NO = 3;
/** What becomes of a transaction whose sender is killed while it is on its way. */
const ENDS = ["mined", "lost"] as const;
type End = (typeof ENDS)[number];

const gate = new RpcGate();
let net: TestNetwork;
let counted: SignedWorkflow;
let bait: SignedWorkflow;
let baits = 0;

beforeAll(async () => {
  await gate.open();
  net = await startTestNetwork({ rpcUrlOf: gate.urlOf, tamper: { [LIAR_NO]: "branch" } });
  const heartbeat = net.samples.workflows.get("heartbeat");
  // Its transactions would come between those that are held.
  if (heartbeat !== undefined) await net.revoke(heartbeat.intentHash);
  counted = await net.manual("counted", { duration: "10s", steps: putThenCount() });
  bait = await net.manual("bait", { duration: "10s", steps: conditional() });
  await net.final(await net.fire(counted));
  await net.follow.until(
    ({ executions }) => ([...executions.values()].every(isFinal) ? true : null),
    waitSignal("all to be final"),
  );
});

// A grave fault jails, and the same one lies in the next test.
afterEach(() => letOutOfJail(net.samples));
afterAll(async () => {
  await net.close();
  await gate.close();
});

describe.sequential("a node that is killed while it acts finishes what it began", () => {
  test.each(ENDS)("claim: the transaction on its way is %s", async (end) => {
    const { held, result: executionId } = await holdFirst(sends("claim"), () => net.fire(counted));
    await net.stored(held.nodeNo, ({ executions }) =>
      executions.get({ executionId })?.state === "claiming" ? true : null,
    );
    await killAndRestart(held, end);
    const story = await net.final(executionId);
    expect(story).toMatchObject({ status: "ok", actions: 1, attempt: 1 });
    if (end === "mined") expect(story.nodeNo).toBe(held.nodeNo);
  });

  test.each(ENDS)("record: the transaction on its way is %s", async (end) => {
    const { held, result: executionId } = await holdFirst(sends("record"), () => net.fire(counted));
    await net.stored(held.nodeNo, ({ executions }) =>
      executions.get({ executionId })?.state === "done" ? true : null,
    );
    await killAndRestart(held, end);
    const story = await net.final(executionId);
    expect(story).toMatchObject({ status: "ok", actions: 1, attempt: 1, nodeNo: held.nodeNo });
  });

  test.each(ENDS)("beacon: the transaction that closes the round is %s", async (end) => {
    const { held, result: executionId } = await holdFirst(sends("reveal"), () => net.fire(counted));
    const batchNo = (await net.until(executionId, recorded)).batchNo;
    await net.stored(held.nodeNo, ({ batches, rounds }) => {
      const round = batches.get({ batchNo })?.round ?? null;
      return round !== null && rounds.get({ round })?.seed === null ? true : null;
    });
    await killAndRestart(held, end);
    await net.final(executionId);
    expect(missingPreimages()).toEqual([]);
  });

  test("beacon: the round is open, and its preimage is not given yet", async () => {
    const { held, result: executionId } = await holdFirst(asks("members"), () => net.fire(counted));
    await killAndRestart(held, "lost");
    await net.final(executionId);
    expect(missingPreimages()).toEqual([]);
  });

  test.each([1, 2])("verify: %i of three seats between commitment and verdict", async (kills) => {
    const hold = gate.hold(isJudging);
    const executionId = await net.fire(counted);
    const { batchNo } = await net.until(executionId, recorded);
    const seats: HeldCall[] = [];
    for (let seat = 0; seat < 3; seat += 1) seats.push(await hold.next(waitSignal("a seat")));
    hold.end();
    const killed = seats.slice(0, kills);
    const last = seats.at(-1);
    for (const seat of seats) if (seat !== last) seat.forward();
    for (const { nodeNo } of killed) {
      await net.stored(nodeNo, ({ duties }) =>
        duties.get({ batchNo, draw: 0 })?.state === "committed" ? true : null,
      );
      await net.killNode(nodeNo);
    }
    last?.forward();
    for (const { nodeNo } of killed) await net.samples.network.restartNode(nodeNo);
    await net.final(executionId);
    expect(net.events("FallbackOpened")).toEqual([]);
  });

  test.each(ENDS)("dispute: the commitment to a vote on its way is %s", async (end) => {
    const { held, result: executionId } = await holdFirst(sends("commitVote"), fireBait);
    await net.stored(held.nodeNo, ({ disputes }) =>
      disputes.open().some(({ myCommitment }) => myCommitment !== null) ? true : null,
    );
    await killAndRestart(held, end);
    await expectPunished(executionId, held.nodeNo);
  });

  test("dispute: a voter between the commitment and the reveal of its vote", async () => {
    const { held, result: executionId } = await holdFirst(sends("revealVote"), fireBait);
    const committed = net.events("VoteCommitted").at(-1);
    expect(committed).toBeDefined();
    await killAndRestart(held, "lost");
    await expectPunished(executionId, held.nodeNo);
  });
});

describe.sequential("after all the kills", () => {
  test("everything acknowledged is final", async () => {
    for (const executionId of net.acknowledged) {
      const { batchNo, index } = await net.final(executionId);
      expect(await net.samples.ledger.isFinal(batchNo, index)).toBe(true);
    }
  });

  test("every step acted at most once on-chain", () => {
    const places = net.events("Acted").map(({ executionId, step }) => `${executionId} ${step}`);
    expect(new Set(places).size).toBe(places.length);
    expect(places.length).toBeGreaterThanOrEqual(net.acknowledged.length);
  });

  test("no bond but the liar's was touched", () => {
    expect(net.events("Slashed").filter(({ operatorNo }) => operatorNo !== LIAR_NO)).toEqual([]);
    const accused = net.events("DisputeOpened").map(({ dispute }) => dispute.accusedNo);
    expect(new Set(accused)).toEqual(new Set([LIAR_NO]));
  });
});

/** Holds the first matching call that comes of an act; the others go their way. */
async function holdFirst<Result>(
  matches: (call: RpcCall) => boolean,
  act: () => Promise<Result>,
): Promise<{ readonly held: HeldCall; readonly result: Result }> {
  const hold = gate.hold(matches);
  const result = await act();
  const held = await hold.next(waitSignal("a call to hold"));
  hold.end();
  return { held, result };
}

async function killAndRestart(held: HeldCall, end: End): Promise<void> {
  await net.killNode(held.nodeNo);
  if (end === "mined") held.forward();
  else held.drop();
  await net.samples.network.restartNode(held.nodeNo);
}

/** The liar is the first in rank for it, and lies about its condition. */
async function fireBait(): Promise<Hex> {
  const { intentHash } = bait;
  const wish = { operatorNo: LIAR_NO, intentHash, from: baits + 1 };
  baits = await ordinalOfOperator(net.samples.ledger, wish);
  const fired = await net.samples.fire(bait, { ordinal: baits, input: "", nodeNo: 1 });
  return fired.executionId;
}

async function expectPunished(executionId: Hex, voterNo: number): Promise<void> {
  const { state } = await net.until(executionId, (story) => story.state === "void");
  expect(state).toBe("void");
  const dispute = [...net.follow.story.disputes.values()].find(
    (found) => found.executionId === executionId,
  );
  const resolved = await net.follow.until(({ disputes }) => {
    const found = disputes.get(dispute?.disputeNo ?? 0);
    return found === undefined || found.outcome === "open" ? null : found;
  }, waitSignal("the dispute's end"));
  expect(resolved).toMatchObject({ outcome: "upheld", accusedNo: LIAR_NO });
  // In this network operator and node numbers are the same.
  const votes = net
    .events("VoteRevealed")
    .filter(({ disputeNo }) => disputeNo === resolved.disputeNo);
  expect(votes.filter(({ operatorNo }) => operatorNo === voterNo)).toHaveLength(1);
  expect(votes.every(({ fault }) => fault !== 0)).toBe(true);
}

const ACTED = keccakText("Acted(bytes32,uint16,address,uint32,address,uint256,bytes32,bytes)");

/** A seat reads what the gateway did for a batch's executions. */
function isJudging({ method, params }: RpcCall): boolean {
  const topics = (params[0] as { readonly topics?: readonly unknown[] } | undefined)?.topics ?? [];
  return method === "eth_getLogs" && [topics[0]].flat().includes(ACTED) && Array.isArray(topics[1]);
}

function missingPreimages(): readonly number[] {
  return net.events("RoundClosed").flatMap(({ missing }) => missing);
}

function recorded({ state }: { readonly state: string }): boolean {
  return state === "recorded" || state === "final";
}

function isFinal({ state }: { readonly state: string }): boolean {
  return state === "final";
}

/** A request that may be repeated, then an action that may not. */
function putThenCount(): string {
  return `  - id: put
    http:
      method: PUT
      url: "${net.samples.echo.url}/counted"
      body: { ordinal: "\${trigger.ordinal}" }
    retry: { attempts: 2, backoff: 1s }
  - id: count
    call:
      to: "${net.samples.state.contracts.counter}"
      function: "count(uint256)"
      args: ["1"]
    accept: recorded`;
}

function conditional(): string {
  return `  - id: put
    if: trigger.ordinal > 0
    http:
      method: PUT
      url: "${net.samples.echo.url}/bait"
      body: { ordinal: "\${trigger.ordinal}" }`;
}
