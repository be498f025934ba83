import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Hex, wordHex } from "@deed/protocol/encoding";
import {
  type CompiledWorkflow,
  compileWorkflow,
  registrationObstacles,
} from "@deed/protocol/intent";
import type { EventTrigger, Trigger } from "@deed/protocol/plan";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ExecutionStory } from "../story/execution-story.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";
import { type StubChain, startStubChain } from "./stub-chain.testing.ts";
import { type StubTargets, startStubTargets } from "./stub-targets.testing.ts";

// Kwala workflows in the network, as they were written: the chains and targets that they name are stubs, to which
// the operators' configuration leads.

const EXPIRES_SEC = 1_893_456_000;
const STUB_CHAINS = [1, 56, 137, 8453, 42220, 43113, 43114, 80002, 84532, 11155111];
const LEDGER = 31337;
const [DEPOSITS, WITHDRAWALS]: [string, string] = [`0x${"d1".repeat(20)}`, `0x${"d2".repeat(20)}`];

const examples = join(import.meta.dirname, "../../../docs/examples/kwala");
const published =
  process.env["DEED_KWALA_FILES"] ??
  join(import.meta.dirname, "../../../../shared/kwala-workflows");

interface Runnable {
  readonly file: string;
  readonly yaml: string;
  readonly compiled: CompiledWorkflow;
}

/** Files that compile, can be registered today, and whose first run does not wait for the ledger's chain. */
function runnable(folder: string): readonly Runnable[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.flatMap((file) => {
    const yaml = readFileSync(join(folder, file), "utf8");
    const compiled = compileWorkflow(yaml, { chains: { ledger: LEDGER, others: STUB_CHAINS } });
    if (!compiled.ok || compiled.plan.dialect !== "kwala.v1") return [];
    const { plan } = compiled;
    const cannot =
      registrationObstacles(plan, { ledgerChainId: LEDGER }).length > 0 ||
      plan.expiresAtSec * 1000 < Date.now() ||
      plan.steps.some((step) => step.kind === "call") ||
      !startsHere(plan.trigger);
    return cannot ? [] : [{ file, yaml, compiled }];
  });
}

/** At once, or by an event of a stub whose parameters a word each can stand for. */
function startsHere(trigger: Trigger): boolean {
  if (trigger.kind !== "composite" && trigger.kind !== "event") return false;
  const first = trigger.kind === "composite" ? trigger.first : trigger;
  if (first.kind === "start") return first.startSec === 0;
  return (
    first.kind === "event" &&
    first.chainId !== LEDGER &&
    first.parameters.every(({ type }) => /^(u?int|address|bool|bytes[0-9])/.test(type))
  );
}

let net: TestNetwork;
let chain: StubChain;
let targets: StubTargets;
let folder: string;
const files = [...runnable(examples), ...runnable(published)];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "deed-kwala-"));
  const steps = files.flatMap(({ compiled }) => compiled.plan.steps);
  const named = steps.flatMap((step) => (step.kind === "http" ? [step.origin] : []));
  const origins = [...new Set(["https://example.com", ...named])];
  chain = await startStubChain();
  targets = await startStubTargets(origins.map((origin) => new URL(origin).hostname));
  const targetCaFile = join(folder, "targets.pem");
  writeFileSync(targetCaFile, targets.pem);
  net = await startTestNetwork({
    otherChains: Object.fromEntries(STUB_CHAINS.map((chainId) => [chainId, chain.url])),
    targets: Object.fromEntries(origins.map((origin) => [origin, targets.place])),
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

  test.each(files)("$file runs as it was written", async ({ file, yaml, compiled }) => {
    const { intentHash, yaml: signed } = await net.samples.register(yaml, file);
    expect(signed).toBe(yaml);
    const { trigger, steps } = compiled.plan;
    const first = trigger.kind === "composite" ? trigger.first : trigger;
    if (first.kind === "event") chain.mine(anyEvent(first));
    const [done] = await finalOf(intentHash, 1);
    expect(done?.status).toBe("ok");
    for (const step of steps) {
      if (step.kind !== "http" || step.url.includes("${")) continue;
      expect(targets.requests.some(({ origin, path }) => `${origin}${path}` === step.url)).toBe(
        true,
      );
    }
  });
});

function anyEvent({ contract, signature, parameters }: EventTrigger) {
  const indexed = parameters.filter((parameter) => parameter.indexed);
  const others = parameters.filter((parameter) => !parameter.indexed);
  const data: Hex = `0x${others.map(() => wordHex(1).slice(2)).join("")}`;
  return { contract, signature, topics: indexed.map(() => wordHex(1)), data };
}
