import { parseBundle } from "@deed/protocol/bundle";
import {
  bytesToHex,
  type ClaimEntry,
  denseOccurrenceId,
  executionId,
  type Hex,
  jsonHash,
  packEntries,
  utf8Bytes,
} from "@deed/protocol/encoding";
import {
  connectNodeApi,
  exportRun,
  intentToJson,
  type LedgerCall,
  ledgerCalls,
  NodeApiError,
} from "@deed/sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditOffline } from "../demo/audit.ts";
import { ordinalOfOperator } from "../demo/liar.ts";
import { freePorts } from "../network/free-port.ts";
import { type SignedWorkflow, signFire, signWorkflow } from "../workflows/sign-workflow.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";
import { acceptedOf, revertOf } from "./reverts.testing.ts";
import { RpcGate, sends } from "./rpc-gate.testing.ts";

/** IGatewayTypes.Skip. */
const SKIPPED_AS_REVOKED = 2;

const gate = new RpcGate();
let net: TestNetwork;
let counted: SignedWorkflow;
let closedUrl: string;

beforeAll(async () => {
  const [port] = await freePorts(1);
  closedUrl = `http://127.0.0.1:${port}`;
  await gate.open();
  net = await startTestNetwork({ otherOrigins: [closedUrl], rpcUrlOf: gate.urlOf });
  counted = await net.manual("counted", { duration: "10s", steps: count("1") });
});

afterAll(async () => {
  await net.close();
  await gate.close();
});

describe.sequential("intents", () => {
  test("one that is registered already, or whose nonce is spent, reverts", async () => {
    expect(await registrationRevert(counted)).toBe("AlreadyRegistered");
    const yaml = counted.yaml.replace("A test", "Another test");
    const twin = await sign(yaml, counted.intent.nonce);
    expect(await registrationRevert(twin)).toBe("NonceSpent");
  });

  test("one that somebody else signed reverts", async () => {
    const signed = await sign(counted.yaml.replace("A test", "A forged test"), 77n);
    const { signature } = await signWorkflow(signed.yaml, {
      deployment: net.samples.network.deployment,
      owner: privateKeyToAccount(generatePrivateKey()),
      nonce: 77n,
      fileName: "forged.yaml",
    });
    expect(await registrationRevert({ ...signed, signature })).toBe("BadSignature");
  });

  test("one that has expired, or was revoked before, reverts", async () => {
    const past = counted.yaml.replace(/^expires: .*$/m, "expires: 2020-01-01T00:00:00Z");
    expect(await registrationRevert(await sign(past, 78n))).toBe("Expired");
    const early = await sign(counted.yaml.replace("A test", "Revoked early"), 79n);
    await net.revoke(early.intentHash);
    expect(await registrationRevert(early)).toBe("Revoked");
  });

  test("the same submission to a node's API is answered the same", async () => {
    const { intent, signature, yaml, intentHash } = counted;
    const answer = await api(2).submitIntent({ intent: intentToJson(intent), signature, yaml });
    expect(answer).toMatchObject({ intentHash, state: "accepted" });
  });

  test("one that is revoked while it runs acts no more, and the transcript says so", async () => {
    const steps = `${put("/gate/revoked")}\n${count("1")}\n    accept: recorded`;
    const workflow = await net.manual("revoked-later", { duration: "30s", steps });
    const executionId = await net.fire(workflow);
    await net.gates.arrived("/gate/revoked", 1, waitSignal("the gate"));
    await net.revoke(workflow.intentHash);
    const { nodeNo } = await net.until(executionId, () => true);
    await intentState(nodeNo, workflow.intentHash, "revoked");
    net.gates.open("revoked");
    expect(await net.final(executionId)).toMatchObject({ actions: 0 });
    expect(await errorsOf(executionId)).toEqual(["REVOKED"]);
    const late = await signedFire(workflow, { ordinal: 2, operatorNo: 1 });
    expect(await revertOf(net.samples.network.rpc, claim([late]), await actionKeyOf(1))).toBe(
      "NothingClaimed",
    );
    await expect(net.fire(workflow)).rejects.toThrow("FIRE_INTENT_NOT_LIVE");
  });
});

describe.sequential("an intent that is revoked while its action is on the way", () => {
  test("is skipped by the gateway, with its reason; the transcript says so, committee and audit agree", async () => {
    const steps = `${put("/skipped")}\n${count("1")}\n    accept: recorded`;
    const workflow = await net.manual("revoked-late", { duration: "30s", steps });
    const { deployment } = net.samples.network;
    const name = executionId(deployment, workflow.intentHash, denseOccurrenceId("manual", 1));
    // Other workflows act, too.
    const hold = gate.hold(
      (call) => sends("act")(call) && String(call.params[0]).includes(name.slice(2)),
    );
    expect(await net.fire(workflow)).toBe(name);
    const action = await hold.next(waitSignal("the action"));
    await net.revoke(workflow.intentHash);
    action.forward();
    hold.end();
    expect(await net.final(name)).toMatchObject({ actions: 0 });
    const skipped = net.events("ActionSkipped").filter((event) => event.executionId === name);
    expect(skipped).toMatchObject([{ step: 1, reason: SKIPPED_AS_REVOKED }]);
    expect(await errorsOf(name)).toEqual(["REVOKED"]);
    const { ledger } = net.samples;
    const { run, anchor } = await exportRun({ ledger, nodeApi: api(1) }, [name]);
    const known = { deployment, anchorHash: anchor.hash };
    expect(auditOffline(run, known)).toEqual([]);
  });
});

describe.sequential("fires", () => {
  test("a fire that comes twice runs once; its ordinal fires nothing else", async () => {
    const ordinal = 500;
    const first = await net.samples.fire(counted, { ordinal, input: "same", nodeNo: 1 });
    const again = await signFire(await terms(ordinal, "another"));
    await expect(api(2).fire(counted.intentHash, again)).rejects.toThrow("FIRE_ORDINAL_USED");
    expect(await net.final(first.executionId)).toMatchObject({ actions: 1 });
    const acted = net.events("Acted").filter((event) => event.executionId === first.executionId);
    expect(acted).toHaveLength(1);
  });

  test("a fire with a wrong signature, a large input, or too late is refused by its name", async () => {
    const owner = privateKeyToAccount(generatePrivateKey());
    const forged = await signFire({ ...(await terms(501, "")), owner });
    const large = await signFire(await terms(502, "x".repeat(9_000)));
    const late = await signFire({
      ...(await terms(503, "")),
      firedAtSec: 1_000,
      validUntilSec: 2_000,
    });
    const refusals = await Promise.all(
      [forged, large, late].map((fire) => refusalOf(api(1).fire(counted.intentHash, fire))),
    );
    expect(refusals).toEqual(["FIRE_BAD_SIGNATURE", "FIRE_INPUT_TOO_LARGE", "FIRE_EXPIRED"]);
  });
});

describe.sequential("claims and records", () => {
  test("a poisoned item hurts none of its neighbours", async () => {
    const good = await signedFire(counted, { ordinal: 600, operatorNo: 4 });
    const unknown = { ...good, intentNo: 999_999 };
    const forged = { ...good, ordinal: good.ordinal + 1 };
    const items = [unknown, forged, good, good];
    const accepted = await acceptedOf(net.samples.network.rpc, claim(items), await actionKeyOf(4));
    expect(accepted).toBe(0b0100n);
  });

  test("a limit that is used up skips its execution alone", async () => {
    const once = await net.manual("only-once", {
      duration: "10s",
      steps: count("1"),
      executions: 1,
    });
    const fired = [
      await net.fire(once),
      await net.fire(once),
      await net.fire(counted),
      await net.fire(counted),
    ];
    for (const executionId of fired.slice(2)) await net.final(executionId);
    const [one] = await Promise.all([
      net.follow.until(
        (story) =>
          fired.slice(0, 2).find((id) => story.executions.get(id)?.state === "final") ?? null,
        waitSignal("the only one"),
      ),
    ]);
    const other = fired.slice(0, 2).find((id) => id !== one);
    expect(net.follow.story.executions.has(other ?? "0x")).toBe(false);
  });

  test("a claim out of rank is refused", async () => {
    const item = await signedFire(counted, { ordinal: 700, operatorNo: 5 });
    const { rpc } = net.samples.network;
    expect(await acceptedOf(rpc, claim([item]), await actionKeyOf(5))).toBe(1n);
    // Ranks go round: the operator before the first in rank is the last.
    expect(await revertOf(rpc, claim([item]), await actionKeyOf(4))).toBe("NothingClaimed");
    expect(await revertOf(rpc, claim([item]), net.samples.sender.address)).toBe("NotANode");
  });

  test("a second record, and a record by the wrong node, are refused", async () => {
    await net.final(await net.fire(counted));
    const recorded = net.events("Recorded").at(-1);
    if (recorded === undefined) throw new TypeError("nothing was recorded");
    const calls = ledgerCalls(net.samples.network.deployment);
    const { rpc } = net.samples.network;
    const from = net.samples.sender.address;
    expect(await revertOf(rpc, calls.record(recorded), from)).toBe("WrongBatchStatus");
    const held = await net.manual("held", { duration: "30s", steps: put("/gate/held") });
    const executionId = await net.fire(held);
    await net.gates.arrived("/gate/held", 1, waitSignal("the gate"));
    const { batchNo } = await net.until(executionId, () => true);
    const first = {
      ...recorded,
      batchNo,
      posted: 1n,
      records: recorded.records.slice(0, 2 + 256) as Hex,
    };
    expect(await revertOf(rpc, calls.record(first), from)).toBe("BadRecordSignature");
    net.gates.open("held");
    await net.final(executionId);
  });
});

describe.sequential("targets", () => {
  test.each([
    ["a server that is not there", "UNREACHABLE", () => post(`${closedUrl}/nobody`)],
    [
      "a server that does not answer in time",
      "TIMEOUT",
      () => `${put("/gate/never")}\n    timeout: 1s`,
    ],
    ["an address that is private", "ADDRESS_REFUSED", () => post("http://127.0.0.1:9/private")],
    ["an answer beyond the cap", "BODY_TOO_LARGE", () => put("/large")],
    ["a contract that reverts", "REVERTED", () => count("1001")],
  ])("%s stands in the transcript as %s", async (_, code, steps) => {
    const name = code.toLowerCase().replaceAll("_", "-");
    const workflow = await net.manual(name, { duration: "10s", steps: steps() });
    const executionId = await net.fire(workflow);
    const story = await net.final(executionId);
    expect(story).toMatchObject({ actions: 0, status: "failed" });
    expect(await errorsOf(executionId)).toContain(code);
  });
});

test("after all of it the network works, and nobody was found guilty", async () => {
  for (const executionId of net.acknowledged.slice(-3)) await net.until(executionId, () => true);
  expect(await net.final(await net.fire(counted))).toMatchObject({ actions: 1, status: "ok" });
  expect(net.events("DisputeOpened")).toEqual([]);
});

function api(nodeNo: number) {
  const node = net.samples.network.nodes.find((found) => found.nodeNo === nodeNo);
  return connectNodeApi({ url: node?.apiUrl ?? "" }, { fetch });
}

async function refusalOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof NodeApiError)) return String(error);
  return error.failure.code === "NODE_REFUSED" ? error.failure.reason : error.failure.code;
}

function sign(yaml: string, nonce: bigint): Promise<SignedWorkflow> {
  const { deployment, accounts } = net.samples.network;
  return signWorkflow(yaml, { deployment, owner: accounts.owner, nonce, fileName: "bad.yaml" });
}

function registrationRevert({ intent, signature, yaml }: SignedWorkflow): Promise<string | null> {
  const { deployment, rpc } = net.samples.network;
  const call = ledgerCalls(deployment).register(intent, signature, bytesToHex(utf8Bytes(yaml)));
  return revertOf(rpc, call, net.samples.sender.address);
}

async function terms(ordinal: number, input: string) {
  const { deployment, accounts } = net.samples.network;
  const { timestampSec } = await net.samples.ledger.head();
  const validUntilSec = timestampSec + 3_600;
  const { intentHash } = counted;
  return {
    deployment,
    owner: accounts.owner,
    intentHash,
    ordinal,
    input,
    firedAtSec: timestampSec,
    validUntilSec,
  };
}

/** A fire that no node knows, and that one operator may claim before all others. */
async function signedFire(
  workflow: SignedWorkflow,
  { ordinal: from, operatorNo }: { readonly ordinal: number; readonly operatorNo: number },
): Promise<Extract<ClaimEntry, { kind: "manual" }>> {
  const { intentHash } = workflow;
  const { ledger } = net.samples;
  const ordinal = await ordinalOfOperator(ledger, { operatorNo, intentHash, from });
  const fire = { ...(await terms(ordinal, "")), intentHash };
  const { signature, firedAtSec, validUntilSec } = await signFire(fire);
  const intentNo = await ledger.intentNumberOf(intentHash);
  const inputHash = jsonHash("");
  return { kind: "manual", intentNo, ordinal, inputHash, firedAtSec, validUntilSec, signature };
}

function claim(entries: readonly ClaimEntry[]): LedgerCall {
  const { leaseClass, kind } = counted.intent;
  return ledgerCalls(net.samples.network.deployment).claim(kind, leaseClass, packEntries(entries));
}

async function actionKeyOf(nodeNo: number): Promise<Hex> {
  return (await net.samples.ledger.node(nodeNo)).actionKey;
}

/** Resolves when a node has read what became of an intent. */
async function intentState(nodeNo: number, intentHash: Hex, state: string): Promise<void> {
  await expect
    .poll(async () => (await api(nodeNo).intent(intentHash))?.state, { timeout: 30_000 })
    .toBe(state);
}

/** Codes of the errors in an execution's transcript, in order. */
async function errorsOf(executionId: Hex): Promise<readonly string[]> {
  const text = await api(1).bundle(executionId);
  const parsed = parseBundle(text ?? "");
  if (parsed.kind === "malformed") throw new TypeError(parsed.detail);
  return parsed.bundle.leaves.flatMap(({ output }) => {
    const error = (output as { readonly error?: { readonly code?: string } } | null)?.error;
    return error?.code === undefined ? [] : [error.code];
  });
}

function count(by: string): string {
  return `  - id: count
    call:
      to: "${net.samples.state.contracts.counter}"
      function: "count(uint256)"
      args: ["${by}"]`;
}

function put(path: string): string {
  return `  - id: put
    http:
      method: PUT
      url: "${net.samples.echo.url}${path}"
      body: { ordinal: "\${trigger.ordinal}" }`;
}

function post(url: string): string {
  return `  - id: post
    http:
      method: POST
      url: "${url}"
      body: { ordinal: "\${trigger.ordinal}" }`;
}
