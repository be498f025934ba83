import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, expect, test } from "vitest";
import { deed as runDeed, type Said } from "./deed-command.testing.ts";
import { startTestNetwork, type TestNetwork } from "./network.testing.ts";

// A node's duty and action keys change while it works (docs/operate/recovery.md), on one live network.

const NODE = 2;
const LIMIT_MS = 240_000;
/** What the ledger takes one for. */
const BLOCK_SEC = 15;

let net: TestNetwork;
let folder: string;
let workflow: Awaited<ReturnType<TestNetwork["manual"]>>;

beforeAll(async () => {
  net = await startTestNetwork();
  folder = net.samples.network.directory;
  writeFileSync(join(folder, "pw"), "secret");
  const made = await deed(
    "keystore",
    "embedded",
    `cold-${NODE}`,
    "cold.json",
    "--cheap",
    ...PHRASE,
  );
  expect(made.exitCode, made.stderr).toBe(0);
  const steps = `  - id: put
    http:
      method: PUT
      url: "${net.samples.echo.url}/kept"
      body: { ordinal: "\${trigger.ordinal}" }`;
  workflow = await net.manual("kept", { duration: "10s", steps });
}, LIMIT_MS);
afterAll(() => net?.close(), LIMIT_MS);

const PHRASE = ["--passphrase-file", "pw"];
const deed = (...args: readonly string[]): Promise<Said> => runDeed(folder, ...args, "--dir", ".");

function rotateKeys(...args: readonly string[]): Promise<Said> {
  const signer = join("node-2", "signer", "signer.json");
  const cold = ["--keystore", "cold.json", ...PHRASE, "--yes", "--json"];
  return deed("node", "rotate-keys", "--signer", signer, ...cold, ...args);
}

async function fireMany(count: number): Promise<readonly Hex[]> {
  const fired: Hex[] = [];
  for (let index = 0; index < count; index += 1) fired.push(await net.fire(workflow));
  return fired;
}

const trusted = (hash: string) => ["--block-hash", hash, "--deployment", "network.json"];

/** Kinds of structures that the node's log has, by the duty key that signed them. */
function signedByKey(): ReadonlyMap<string, ReadonlySet<string>> {
  const path = join(folder, `node-${NODE}`, "signer", "audit.log");
  const found = new Map<string, Set<string>>();
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
    const { kind, body } = JSON.parse(line.slice(line.indexOf("{")));
    const key = String(body?.dutyKey);
    found.set(key, (found.get(key) ?? new Set()).add(kind));
  }
  return found;
}

async function expectAllFinal(fired: readonly Hex[]): Promise<void> {
  const finals = await Promise.all(fired.map((execution) => net.final(execution)));
  expect(finals.map(({ status }) => status)).toEqual(fired.map(() => "ok"));
}

test(
  "planned, under load, with the node and its signer killed on both sides of the change: nothing is lost, nothing paid",
  async () => {
    const { ledger } = net.samples;
    const before = await ledger.node(NODE);
    const { bondWei } = await ledger.operator(before.operatorNo);
    const fired = [...(await fireMany(8))];
    const { leaseMarginSec, confirmations } = await ledger.parameters();
    const noticeSec = leaseMarginSec + confirmations * BLOCK_SEC;
    const done = await rotateKeys("--in", String(noticeSec + 3));
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.json).toMatchObject({ state: "sent", function: "rotateKeys" });
    const { dutyKeys } = await ledger.keysOf(NODE);
    expect(dutyKeys).toHaveLength(2);
    const [, coming] = dutyKeys;
    await net.killNode(NODE);
    await net.samples.network.restartNode(NODE);
    for (let round = 0; round < 200; round += 1) {
      fired.push(...(await fireMany(1)));
      await net.final(fired.at(-1)!);
      const { timestampSec } = await ledger.head();
      if (timestampSec > coming!.fromSec + 2) break;
    }
    await net.killSigner(NODE);
    await net.samples.network.restartNode(NODE);
    fired.push(...(await fireMany(24)));
    await expectAllFinal(fired);
    const after = await ledger.node(NODE);
    expect(after.dutyKey).toBe(coming!.key);
    expect(after.actionKey).not.toBe(before.actionKey);
    expect([...(signedByKey().get(after.dutyKey) ?? [])]).toContain("Verdict");
    expect(net.events("Slashed")).toEqual([]);
    expect((await ledger.operator(after.operatorNo)).bondWei).toBe(bondWei);
  },
  LIMIT_MS,
);

test(
  "stolen, at once: the old duty key is revoked, what it had begun is done by others, and the file of every run is whole",
  async () => {
    const { ledger } = net.samples;
    const before = await ledger.node(NODE);
    const fired = [...(await fireMany(12))];
    const done = await rotateKeys("--now");
    expect(done.exitCode, done.stderr).toBe(0);
    expect(done.json).toMatchObject({ state: "sent", isComplete: true });
    const { dutyKeys, actionKeys } = await ledger.keysOf(NODE);
    expect(dutyKeys.map(({ revoked }) => revoked)).toEqual([false, true, false]);
    expect(actionKeys.at(-2)).toMatchObject({ key: before.actionKey });
    fired.push(...(await fireMany(24)));
    await expectAllFinal(fired);
    const after = await ledger.node(NODE);
    expect([...(signedByKey().get(after.dutyKey) ?? [])]).toContain("Verdict");
    // What lapsed is a silence at most: nobody is found to have lied.
    for (const { operatorNo } of net.events("Slashed")) expect(operatorNo).toBe(after.operatorNo);
    expect(net.events("FaultProven")).toEqual([]);
    const some = [...net.acknowledged.slice(0, 8), ...fired.slice(-8)];
    const exported = await deed("export", ...some, "--json");
    expect(exported.exitCode, exported.stderr).toBe(0);
    const { hash } = exported.json["anchor"] as { readonly hash: string };
    const verified = await runDeed(folder, "verify", "run.json", ...trusted(hash), "--json");
    expect(verified.exitCode, verified.stdout).toBe(0);
    const audited = await deed("signer", "audit", String(NODE), "--json");
    expect(audited.exitCode, audited.stdout + audited.stderr).toBe(0);
  },
  LIMIT_MS,
);
