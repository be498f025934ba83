import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryAbi } from "@deed/contracts";
import { type Hex, jsonHash } from "@deed/protocol/encoding";
import type { Check } from "@deed/protocol/verify";
import { connectNodeApi, exportRun } from "@deed/sdk";
import { encodeFunctionData } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ordinalOfOperator } from "../demo/liar.ts";
import { createSender } from "../network/sender.ts";
import { type SignedWorkflow, signFire } from "../workflows/sign-workflow.ts";
import { letOutOfJail } from "./council.testing.ts";
import { deed } from "./deed-command.testing.ts";
import { type ForkedChain, forkChain } from "./forked-chain.testing.ts";
import { startTestNetwork, type TestNetwork, WAIT_MS, waitSignal } from "./network.testing.ts";
import { stealKeys } from "./node-keys.testing.ts";
import { RpcGate, sends } from "./rpc-gate.testing.ts";
import { finaliseAnew, recordAnew, verdictsIn } from "./second-history.testing.ts";

// A network with one executor that lies, and a user with an exported run, a key without any funds, and `deed dispute`.

const LIAR_NO = 3;
const HONEST_NO = 5;
/** Shares of the bond, spec 07. */
const SHARE_BPS = {
  ActionNotInPlan: 5_000n,
  EffectAfterRevocation: 2_000n,
  WrongHolder: 2_000n,
  BrokenLeafChain: 500n,
  WrongRuntime: 200n,
  EquivocatedRecord: 2_000n,
  EquivocatedVerdict: 2_000n,
} as const;
type Proven = keyof typeof SHARE_BPS;

const gate = new RpcGate();
const folder = mkdtempSync(join(tmpdir(), "deed-dispute-"));
let net: TestNetwork;
let fork: ForkedChain | null = null;
/** Operators that deserve it. */
const guilty = new Set([LIAR_NO]);

beforeAll(async () => {
  await gate.open();
  net = await startTestNetwork({ rpcUrlOf: gate.urlOf, tamper: { [LIAR_NO]: "named" } });
  const heartbeat = net.samples.workflows.get("heartbeat");
  // Its batches would stand between those of the test.
  if (heartbeat !== undefined) await net.revoke(heartbeat.intentHash);
  writeFileSync(join(folder, "pw"), "secret");
  await user("keystore", "new", "me.json", "--cheap", "--passphrase-file", "pw");
});

afterAll(async () => {
  await fork?.close();
  await net.close();
  await gate.close();
  rmSync(folder, { recursive: true, force: true });
});

// A grave fault jails, and the same one lies in the next test.
afterEach(() => letOutOfJail(net.samples));

test("an operator's node that proves it earns a fifth of the slash", async () => {
  const workflow = await net.manual("lie-broken-leaf-chain", {
    duration: "10s",
    steps: put("/rewarded"),
  });
  const executionId = await fireAt(workflow, LIAR_NO, 100);
  await net.until(executionId, ({ state }) => state === "void");
  const { reporterNo, slashedWei } = net.events("FaultProven").at(-1)!;
  expect(reporterNo).toBeGreaterThan(0);
  const { network, sender, ledger } = net.samples;
  const slashNo = BigInt(await registryWord("slashCount"));
  const settle = { abi: registryAbi, functionName: "settleSlash", args: [slashNo] } as const;
  const data = encodeFunctionData(settle);
  const { payout } = await ledger.operator(reporterNo);
  const balance = async () =>
    BigInt(await network.rpc.request<Hex>("eth_getBalance", [payout, "latest"]));
  const before = await balance();
  await sender.send("settlement", { to: network.deployment.registry, data, valueWei: 0n });
  expect((await balance()) - before).toBe(slashedWei / 5n);
});

test("two histories of one chain convict who signed for both, by two files and nothing else", async () => {
  const { network } = net.samples;
  const workflow = await net.manual("twice", { duration: "30s", steps: put("/twice") });
  const hold = gate.hold(sends("finalise"));
  const judged = await fireAt(workflow, HONEST_NO, 1);
  const first = await hold.next(waitSignal("a finalise"));
  const held = verdictsIn(first.params[0] as Hex);
  fork = await forkChain(network, folder);
  first.forward();
  hold.end();
  await net.final(judged);
  const seatNo = held.seats[0]!.nodeNo;
  const keysOf = (nodeNo: number) => stealKeys(network.directory, nodeNo);
  const { chainId } = network.deployment;
  const sender = createSender(network.accounts.deployer, { rpc: fork.ledger.rpc, chainId });
  await finaliseAnew(fork, held, { liarNo: seatNo, sender, keysOf });

  // The numbers of the batches are those that come next in both histories.
  const foreign = await fireAt(workflow, HONEST_NO, 100);
  await net.final(foreign);
  const own = await fireAt(workflow, LIAR_NO, 200);
  await net.final(own);
  for (const executionId of [foreign, own]) {
    await recordAnew(fork, await claimed(workflow, executionId), await keysOf(LIAR_NO));
  }

  await exported("here.json", judged, foreign, own);
  const nodeApi = connectNodeApi({ url: network.nodes[0]!.apiUrl }, { fetch });
  const there = await exportRun({ ledger: fork.ledger, nodeApi }, [judged, foreign, own]);
  writeFileSync(join(folder, "there.json"), JSON.stringify(there.run));
  const nodeNos = { EquivocatedVerdict: seatNo, WrongHolder: LIAR_NO, EquivocatedRecord: LIAR_NO };
  const before = await bonds();
  const sent = await disputed("here.json", "there.json", ...KEY);
  // Records of the second history lead to no root of this one.
  const taken = sent.filter(({ state }) => state !== "refused");
  expect(taken.map(({ fault, state }) => `${fault} ${state}`).sort()).toEqual(
    Object.keys(nodeNos)
      .map((fault) => `${fault} proven`)
      .sort(),
  );
  const expected = [...before];
  for (const { fault } of taken) {
    const accused = nodeNos[fault as keyof typeof nodeNos] - 1;
    expected[accused] =
      expected[accused]! - (expected[accused]! * SHARE_BPS[fault as Proven]) / 10_000n;
  }
  expect(await bonds()).toEqual(expected);
  // A signature voids nothing.
  expect(await net.final(own)).toMatchObject({ state: "final" });
  const again = await disputed("there.json", "here.json", ...KEY);
  expect(again.filter(({ state }) => state === "known")).toHaveLength(3);
  expect(again.filter(({ state }) => state === "proven")).toEqual([]);
  guilty.add(seatNo);
});

describe.sequential("a user proves to the contracts what an executor recorded", () => {
  test.each<[Proven, string]>([
    ["WrongRuntime", "lie-wrong-runtime"],
    ["BrokenLeafChain", "lie-broken-leaf-chain"],
    ["ActionNotInPlan", "lie-action-not-in-plan"],
    ["EffectAfterRevocation", "lie-effect-after-revocation"],
  ])(
    "%s: found in the export, shown, sent, slashed, void, and told by the audit",
    async (fault, name) => {
      // Nodes prove it by themselves, too, or open a vote: here the user is faster.
      const nodes = gate.hold((call) => sends("prove")(call) || sends("open")(call));
      try {
        await byUser(fault, await lie(name));
      } finally {
        nodes.end();
      }
    },
  );
});

test("a file that shows nothing wrong ends with 5, and nobody else was slashed", async () => {
  const workflow = await net.manual("honest", { duration: "10s", steps: put("/honest") });
  const executionId = await fireAt(workflow, LIAR_NO, 1);
  await net.final(executionId);
  await exported("honest.json", executionId);
  const { exitCode, stderr } = await user("dispute", "honest.json", ...PLACE(), ...KEY, "--json");
  expect(exitCode).toBe(5);
  expect(stderr).toContain("CLI_NOTHING_PROVABLE");
  for (const { operatorNo } of net.events("FaultProven")) expect(guilty).toContain(operatorNo);
});

async function byUser(fault: Proven, executionId: Hex): Promise<void> {
  const { batchNo } = await net.until(executionId, ({ state }) => state === "disputed");
  await exported("run.json", executionId);
  const dry = await disputed("--dry-run", "run.json");
  expect(dry).toMatchObject([{ fault, executionId, state: "provable", txHash: null }]);
  const before = await bondOf(LIAR_NO);

  const sent = await disputed("run.json", ...KEY);
  const txHash = expect.stringMatching(/^0x[0-9a-f]{64}$/);
  expect(sent).toMatchObject([{ ...dry[0], state: "proven", txHash }]);
  expect(before - (await bondOf(LIAR_NO))).toBe((before * SHARE_BPS[fault]) / 10_000n);
  await net.until(executionId, ({ state }) => state === "void");
  const proven = net.events("FaultProven").filter((event) => event.batchNo === batchNo);
  // Whoever is no operator earns nothing by it.
  expect(proven).toMatchObject([{ operatorNo: LIAR_NO, reporterNo: 0 }]);
  expect(await disputed("run.json", ...KEY)).toMatchObject([{ fault, state: "known" }]);

  const { hash } = await exported("after.json", executionId);
  const audit = await user("verify", "after.json", "--block-hash", hash, "--json");
  expect(audit.exitCode).toBe(4);
  const checks = audit.json["checks"] as readonly Check[];
  const detail = `a contract found ${fault} at leaf ${proven[0]?.leaf} proven`;
  expect(checks.find((check) => check.name === "finality")).toMatchObject({
    result: "failed",
    detail: expect.stringContaining(detail),
  });
  for (const sound of ["anchor", "header-chain", "receipt-proofs", "claim", "record"]) {
    expect(checks.find((check) => check.name === sound)).toMatchObject({ result: "ok" });
  }
}

const KEY = ["--keystore", "me.json", "--passphrase-file", "pw"];
const PLACE = (): readonly string[] => ["--dir", net.samples.network.directory];

function user(...args: readonly string[]) {
  return deed(folder, ...args);
}

async function exported(file: string, ...executionIds: readonly Hex[]): Promise<{ hash: Hex }> {
  const said = await user("export", ...executionIds, "-o", file, "--force", ...PLACE(), "--json");
  if (said.exitCode !== 0) throw new Error(said.stderr);
  return said.json["anchor"] as { hash: Hex };
}

interface Told {
  readonly fault: string;
  readonly executionId: Hex | null;
  readonly state: string;
}

async function disputed(...args: readonly string[]): Promise<readonly Told[]> {
  const said = await user("dispute", ...args, ...PLACE(), "--json");
  if (said.exitCode !== 0) throw new Error(said.stderr);
  return said.json["faults"] as readonly Told[];
}

/** Lets the liar run a workflow whose name asks for a lie. */
async function lie(name: string): Promise<Hex> {
  const late = name === "lie-effect-after-revocation";
  // The gate opens when the liar has read the revocation, however long that takes on a busy machine.
  const steps = late
    ? `${put("/gate/late")}\n    timeout: 250s\n${put("/after", "again")}`
    : `${put("/lie")}\n${count()}`;
  const workflow = await net.manual(name, { duration: late ? "300s" : "30s", steps });
  const executionId = await fireAt(workflow, LIAR_NO, 1);
  if (!late) return executionId;
  await net.gates.arrived("/gate/late", 1, waitSignal("the gate"));
  await net.revoke(workflow.intentHash);
  const liar = connectNodeApi({ url: net.samples.network.nodes[LIAR_NO - 1]!.apiUrl }, { fetch });
  await expect
    .poll(async () => (await liar.intent(workflow.intentHash))?.state, { timeout: WAIT_MS })
    .toBe("revoked");
  net.gates.open("late");
  return executionId;
}

/** Fires an ordinal that one operator may claim before all others, and lets no other be faster. */
async function fireAt(
  { intentHash, ...rest }: SignedWorkflow,
  operatorNo: number,
  from: number,
): Promise<Hex> {
  const ordinal = await ordinalOfOperator(net.samples.ledger, { operatorNo, intentHash, from });
  const others = gate.hold((call) => call.nodeNo !== operatorNo && sends("claim")(call));
  try {
    const wish = { ordinal, input: "", nodeNo: 1 };
    const { executionId } = await net.samples.fire({ intentHash, ...rest }, wish);
    expect(await net.until(executionId, () => true)).toMatchObject({ nodeNo: operatorNo });
    return executionId;
  } finally {
    others.end();
  }
}

/** What the first history says of an execution, and how to claim it again. */
async function claimed({ intent, intentHash }: SignedWorkflow, executionId: Hex) {
  const { batchNo, ordinal, t0Sec } = await net.final(executionId);
  const { deployment, accounts } = net.samples.network;
  const terms = { deployment, owner: accounts.owner, intentHash, ordinal, input: "" };
  const validUntilSec = t0Sec + 3_600;
  const { signature } = await signFire({ ...terms, firedAtSec: t0Sec, validUntilSec });
  const intentNo = await net.samples.ledger.intentNumberOf(intentHash);
  const inputHash = jsonHash("");
  const { kind, leaseClass } = intent;
  const recorded = net.events("Recorded").find((event) => event.batchNo === batchNo)!;
  return {
    item: { executionId, intentNo, attempt: 1, ordinal, t0Sec },
    entry: {
      kind: "manual",
      intentNo,
      ordinal,
      inputHash,
      firedAtSec: t0Sec,
      validUntilSec,
      signature,
    } as const,
    kind,
    leaseClass,
    recorded,
  };
}

function registryWord(functionName: "slashCount"): Promise<Hex> {
  const { rpc, deployment } = net.samples.network;
  const data = encodeFunctionData({ abi: registryAbi, functionName });
  return rpc.request<Hex>("eth_call", [{ to: deployment.registry, data }, "latest"]);
}

async function bondOf(operatorNo: number): Promise<bigint> {
  return (await net.samples.ledger.operator(operatorNo)).bondWei;
}

function bonds(): Promise<bigint[]> {
  return Promise.all([1, 2, 3, 4, 5, 6, 7].map(bondOf));
}

function put(path: string, id = "put"): string {
  return `  - id: ${id}
    http:
      method: PUT
      url: "${net.samples.echo.url}${path}"
      body: { ordinal: "\${trigger.ordinal}" }`;
}

function count(): string {
  return `  - id: count
    call:
      to: "${net.samples.state.contracts.counter}"
      function: "count(uint256)"
      args: ["1"]
    accept: recorded`;
}
