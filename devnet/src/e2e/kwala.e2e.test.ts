import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, wordHex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type StubChain, startStubChain } from "../kwala/stub-chain.ts";
import { type StubTargets, startStubTargets } from "../kwala/stub-targets.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";

// Kwala workflows in the network, as they were written: the chains and targets that they name are stubs, to which
// the operators' configuration leads.

const EXPIRES_SEC = 1_893_456_000;
const STUB_CHAINS = [1, 56, 137, 8453, 42220, 43113, 43114, 80002, 84532, 11155111];
const LEDGER = 31337;
const [DEPOSITS, WITHDRAWALS]: [string, string] = [`0x${"d1".repeat(20)}`, `0x${"d2".repeat(20)}`];

let net: TestNetwork;
let chain: StubChain;
let targets: StubTargets;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deed-kwala-"));
  chain = await startStubChain({}, { nowMs: () => Date.now() });
  targets = await startStubTargets({ origins: ["https://example.com"] });
  const targetCaFile = join(folder, "targets.pem");
  writeFileSync(targetCaFile, targets.pem);
  net = await startTestNetwork({
    otherChains: Object.fromEntries(STUB_CHAINS.map((chainId) => [chainId, chain.url])),
    targets: targets.places,
    targetCaFile,
  });
});

afterAll(async () => {
  await net?.close();
  await targets?.close();
  await chain?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Final executions of an intent, once there are so many. */
function finalOf(intentHash: Hex, count: number): Promise<readonly ExecutionStory[]> {
  return net.follow.until(
    ({ executions }) => {
      const own = [...executions.values()].filter((one) => one.intentHash === intentHash);
      const done = own.filter(({ state }) => state === "final");
      return done.length >= count ? done : null;
    },
    waitSignal(`${count} executions of ${intentHash}`),
  );
}

const bodiesTo = (path: string): readonly unknown[] =>
  targets.requests.filter((request) => request.path === path).map(({ body }) => JSON.parse(body));

const event = (contract: string, name: string, amount: number): number =>
  chain.mine({
    contract,
    signature: `${name}(address,uint256)`,
    topics: [wordHex(0xabc)],
    data: wordHex(amount),
  });

describe("Kwala workflows in the network", () => {
  test("the first run by one event, later ones by another, of a chain that is not the ledger's", async () => {
    const { intentHash } = await net.samples.register(
      `Name: deposit_then_withdrawals
Trigger:
  TriggerSourceContract: ${DEPOSITS}
  TriggerChainID: 80002
  TriggerEventName: Deposited(address indexed from, uint256 amount)
  ExecuteAfter: event
  RecurringSourceContract: ${WITHDRAWALS}
  RecurringChainID: 80002
  RecurringEventName: Withdrawn(address indexed to, uint256 amount)
  RepeatEvery: event
  ExpiresIn: ${EXPIRES_SEC}
Actions:
  - Name: tell
    Type: post
    APIEndpoint: https://example.com/two-events
    APIPayload:
      text: re.event(1) by re.event(0)
      amount: re.event(1)
    RetriesUntilSuccess: 2
Execution:
  Mode: sequential
`,
      "two-events.yaml",
    );
    event(WITHDRAWALS, "Withdrawn", 1);
    event(DEPOSITS, "Deposited", 7);
    event(DEPOSITS, "Deposited", 8);
    event(WITHDRAWALS, "Withdrawn", 9);
    const done = await finalOf(intentHash, 2);
    expect(done.map(({ status }) => status)).toEqual(["ok", "ok"]);
    const by = `0x${"0".repeat(37)}abc`;
    const told = (amount: string) => ({ amount, text: `${amount} by ${by}` });
    const bodies = bodiesTo("/two-events");
    expect(bodies).toHaveLength(2);
    expect(bodies).toEqual(expect.arrayContaining([told("7"), told("9")]));
  });

  test("at a height of another chain, and then by a period counted from its block", async () => {
    const height = chain.mine() + 2;
    const { intentHash } = await net.samples.register(
      `Name: from_a_height
Trigger:
  TriggerChainID: 11155111
  ExecuteAfter: BL${height}
  RepeatEvery: 2s
  ExpiresIn: ${EXPIRES_SEC}
Actions:
  - { Name: tell, Type: post, APIEndpoint: "https://example.com/height" }
`,
      "height.yaml",
    );
    chain.mine();
    expect(bodiesTo("/height")).toEqual([]);
    chain.mine();
    const done = await finalOf(intentHash, 3);
    const times = done.map(({ t0Sec }) => t0Sec).sort((left, right) => left - right);
    const [begin = 0] = times;
    expect(times.every((timeSec) => (timeSec - begin) % 2 === 0)).toBe(true);
    expect(done.every(({ status }) => status === "ok")).toBe(true);
  });

  test("at once and then by a period: a call, then a post, each told to a URL", async () => {
    const { counter } = net.samples.state.contracts;
    const { intentHash } = await net.samples.register(
      `Name: heartbeat_of_kwala
Trigger:
  ExecuteAfter: immediate
  RepeatEvery: 3s
  ExpiresIn: ${EXPIRES_SEC}
  ActionStatusNotificationPOSTURL: https://example.com/status
Actions:
  - Name: Count
    Type: call
    TargetContract: "${counter}"
    TargetFunction: function count(uint256 by)
    TargetParams: [1]
    ChainID: ${LEDGER}
    SmartWallet: DEFAULT_SMART_WALLET
    RetriesUntilSuccess: 1
  - Name: Beat
    Type: post
    APIEndpoint: https://example.com/beat
    APIPayload: { text: counted }
`,
      "heartbeat.yaml",
    );
    const done = await finalOf(intentHash, 2);
    const ends = done.slice(0, 2).map(({ ordinal, status, actions }) => [ordinal, status, actions]);
    expect(ends).toEqual([
      [0, "ok", 1],
      [1, "ok", 1],
    ]);
    expect(bodiesTo("/beat").length).toBeGreaterThanOrEqual(2);
    const told = (action: string) => ({ workflow: "heartbeat-of-kwala", action, status: "ok" });
    expect(bodiesTo("/status")).toEqual(expect.arrayContaining([told("Count"), told("Beat")]));
  });
});
