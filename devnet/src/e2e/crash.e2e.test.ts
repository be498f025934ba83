import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { signerOf } from "../kills/signer-of.ts";
import { countOf } from "../samples/sample-contracts.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";

let net: TestNetwork;
let counted: SignedWorkflow;

beforeAll(async () => {
  // The chain comes back from a checkpoint, with executions under way on both sides of it.
  net = await startTestNetwork({ checkpointBlocks: 40 });
  counted = await net.manual("counted", { duration: "10s", steps: putThenCount("counted") });
});

afterAll(() => net.close());

test.skipIf(process.getuid?.() !== 0)(
  "each signer runs as a user of its own, which owns its keys (needs root, to have other users)",
  () => {
    const { network } = net.samples;
    const users = network.nodes.map(({ nodeNo, pid }) => {
      const status = readFileSync(`/proc/${signerOf(pid)}/status`, "utf8");
      const ids = /^Uid:\t(\d+)\t(\d+)\t(\d+)\t(\d+)$/m.exec(status)?.slice(1).map(Number) ?? [];
      const folder = join(network.directory, `node-${nodeNo}`, "signer");
      for (const name of ["keystore.json", "audit.log", "token", "signer.sock"]) {
        const { uid, mode } = statSync(join(folder, name));
        expect({ name, uid, mode: mode & 0o777 }).toEqual({ name, uid: ids[0], mode: 0o600 });
      }
      expect(new Set(ids).size).toBe(1);
      return ids[0];
    });
    expect(new Set([0, ...users]).size).toBe(network.nodes.length + 1);
  },
);

describe.sequential("whatever is killed comes back, and nothing acknowledged is lost", () => {
  test.each([1, 2])("the sequencer, time %i", async () => {
    const fired = await fireSome(3);
    await net.until(fired[0]!, () => true);
    await net.killChain();
    await net.samples.network.restartChain();
    const later = await net.fire(counted);
    for (const executionId of [...fired, later]) await net.final(executionId);
  });

  test.each([1, 2])("a signer of a node that holds a claim, time %i", async () => {
    const fired = await fireSome(3);
    const { nodeNo } = await net.until(fired[0]!, () => true);
    await net.killSigner(nodeNo);
    await net.samples.network.restartNode(nodeNo);
    for (const executionId of fired) await net.final(executionId);
  });

  test.each([1, 2])(
    "a node in the middle of a request that may be repeated, time %i",
    async (time) => {
      const gate = `put-${time}`;
      const steps = putThenCount(gate);
      const workflow = await net.manual(gate, { duration: "30s", steps });
      const executionId = await net.fire(workflow);
      await net.gates.arrived(`/gate/${gate}`, 1, waitSignal(gate));
      const { nodeNo } = await net.until(executionId, () => true);
      await net.killNode(nodeNo);
      await net.samples.network.restartNode(nodeNo);
      await net.gates.arrived(`/gate/${gate}`, 2, waitSignal(`${gate} again`));
      net.gates.open(gate);
      const story = await net.final(executionId);
      expect(story).toMatchObject({ status: "ok", actions: 1, attempt: 1, nodeNo });
      const keys = new Set(net.gates.to(`/gate/${gate}`).map((request) => request.idempotencyKey));
      expect(keys.size).toBe(1);
    },
  );

  test.each([1, 2])(
    "a node in the middle of a request that may not be repeated, time %i",
    async (time) => {
      const gate = `post-${time}`;
      const workflow = await net.manual(gate, { duration: "30s", steps: post(gate) });
      const executionId = await net.fire(workflow);
      await net.gates.arrived(`/gate/${gate}`, 1, waitSignal(gate));
      const { nodeNo } = await net.until(executionId, () => true);
      await net.killNode(nodeNo);
      net.gates.open(gate);
      await net.samples.network.restartNode(nodeNo);
      const story = await net.final(executionId);
      expect(story).toMatchObject({ status: "indeterminate", attempt: 1 });
      expect(net.gates.to(`/gate/${gate}`)).toHaveLength(1);
    },
  );

  test.each([1, 2])(
    "a node that holds a claim and stays away: the next in rank takes over, time %i",
    async (time) => {
      const gate = `away-${time}`;
      const steps = time === 1 ? putThenCount(gate) : post(gate);
      const workflow = await net.manual(gate, { duration: "5s", steps });
      const executionId = await net.fire(workflow);
      await net.gates.arrived(`/gate/${gate}`, 1, waitSignal(gate));
      const { nodeNo } = await net.until(executionId, () => true);
      await net.killNode(nodeNo);
      net.gates.open(gate);
      const second = await net.until(executionId, ({ attempt }) => attempt === 2);
      expect(second.nodeNo).not.toBe(nodeNo);
      await net.samples.network.restartNode(nodeNo);
      const story = await net.final(executionId);
      expect(story.status).toBe(time === 1 ? "ok" : "indeterminate");
      expect(net.gates.to(`/gate/${gate}`)).toHaveLength(time === 1 ? 2 : 1);
    },
  );
});

describe.sequential("after all the kills", () => {
  test("everything acknowledged is final", async () => {
    for (const executionId of net.acknowledged) {
      const { batchNo, index } = await net.final(executionId);
      expect(await net.samples.ledger.isFinal(batchNo, index)).toBe(true);
    }
  });

  test("every step acted at most once on-chain", async () => {
    const { network, ledger, state } = net.samples;
    const counter = state.contracts.counter;
    const vault = await ledger.vaultOf(network.accounts.owner.address);
    const before = await countOf(network.rpc, counter, vault);
    await net.follow.until(
      () => (actedOn(counter).length >= Number(before) ? true : null),
      waitSignal("acts"),
    );
    const acted = actedOn(counter);
    expect(new Set(acted.map(({ executionId, step }) => `${executionId} ${step}`)).size).toBe(
      acted.length,
    );
    const after = await countOf(network.rpc, counter, vault);
    expect(Number(after)).toBeGreaterThanOrEqual(Number(before));
    expect(acted.length).toBeGreaterThanOrEqual(Number(before));
  });

  test("every request that may not be repeated was sent at most once", () => {
    const keys = net.gates.requests
      .filter(({ method }) => method === "POST")
      .map(({ idempotencyKey }) => idempotencyKey);
    expect(keys.every((key) => key !== null)).toBe(true);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("nobody was found guilty of a wrong execution", () => {
    expect(net.events("DisputeOpened")).toEqual([]);
  });
});

function actedOn(target: Hex) {
  return net.events("Acted").filter((event) => event.target === target);
}

async function fireSome(count: number): Promise<readonly Hex[]> {
  const fired: Hex[] = [];
  for (let index = 0; index < count; index += 1) fired.push(await net.fire(counted));
  return fired;
}

/** A request that may be repeated, then an action that may not. */
function putThenCount(gate: string): string {
  const path = gate === "counted" ? "/counted" : `/gate/${gate}`;
  return `  - id: put
    http:
      method: PUT
      url: "${net.samples.echo.url}${path}"
      body: { ordinal: "\${trigger.ordinal}" }
    retry: { attempts: 2, backoff: 1s }
  - id: count
    call:
      to: "${net.samples.state.contracts.counter}"
      function: "count(uint256)"
      args: ["1"]
    accept: recorded`;
}

function post(gate: string): string {
  return `  - id: post
    http:
      method: POST
      url: "${net.samples.echo.url}/gate/${gate}"
      body: { ordinal: "\${trigger.ordinal}" }`;
}
