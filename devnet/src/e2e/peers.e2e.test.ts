import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:tls";
import { registryAbi } from "@deed/contracts";
import { keccakText } from "@deed/protocol/encoding";
import { encodeNamedCall } from "@deed/sdk";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSender } from "../network/sender.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { decideByCouncil } from "./council.testing.ts";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";

// Connections between real nodes: certificates that live ten seconds, and nodes that are removed while they work.

const LEAF_SEC = 10;
const LOOK_MS = 50;
/** Between two executions that are to bring nodes together. */
const FIRE_MS = 500;
/** "Within seconds": how long the others may take to cut a removed node off. */
const CUT_MS = 5_000;
const SWITCHED_OFF = 7;
const REMOVED = 6;

let net: TestNetwork;
let workflow: SignedWorkflow;

beforeAll(async () => {
  net = await startTestNetwork({ leafSec: LEAF_SEC });
  const url = `${net.samples.echo.url}/peers`;
  const steps = `  - id: send\n    http: { method: PUT, url: "${url}", body: { a: "b" } }`;
  workflow = await net.manual("peers", { duration: "10s", steps });
});

afterAll(() => net.close());

test("certificates are replaced at half of their life, and no work notices", async () => {
  const shown = new Set<string>();
  const begun = performance.now();
  while (performance.now() - begun < 2.2 * LEAF_SEC * 1_000) {
    shown.add(await serialOf(1));
    await net.final(await net.fire(workflow));
  }
  expect(shown.size).toBeGreaterThanOrEqual(4);
  // Each call between nodes that fails is told of with its error.
  const failed = allLines().filter((line) =>
    /PeerError|UNREACHABLE|Peer refused|Peer cut/.test(line),
  );
  expect(failed).toEqual([]);
});

test("a node that its cold key switches off is cut off by all others within seconds, and does not come back", async () => {
  const node = await net.samples.ledger.node(SWITCHED_OFF);
  const { rpc, deployment, accounts } = net.samples.network;
  const cold = createSender(accounts.cold[SWITCHED_OFF - 1]!, { rpc, chainId: deployment.chainId });
  await connectedTo(SWITCHED_OFF);
  const data = encodeFunctionData({
    abi: registryAbi,
    functionName: "updateNode",
    args: [SWITCHED_OFF, node.endpoint, node.caHash, false, "0x"],
  });
  await cold.send("switching off", { to: deployment.registry, data, valueWei: 0n });
  await expectCutOff(SWITCHED_OFF);
});

test("a node whose operator the council removes is cut off by all others within seconds, and does not come back", async () => {
  const { network } = net.samples;
  await connectedTo(REMOVED);
  const reason = "it answers to somebody else";
  const args = [String(REMOVED), keccakText(reason)];
  const remove = encodeNamedCall(network.deployment, "registry.remove", args);
  await decideByCouncil(network, [remove], reason);
  await expectCutOff(REMOVED);
});

/** Measured from when the ledger has it. */
async function expectCutOff(nodeNo: number): Promise<void> {
  const begun = performance.now();
  await until(`all to cut node ${nodeNo} off`, async () => (await connectionsWith(nodeNo)) === 0);
  const cutMs = performance.now() - begun;
  process.stderr.write(`node ${nodeNo} was cut off after ${Math.round(cutMs)} ms\n`);
  expect(cutMs).toBeLessThan(CUT_MS);
  const before = refusals();
  // It goes on working as if nothing were, so it knocks: with its preimage, at least.
  let open = 0;
  await until("it to knock in vain", async () => {
    await net.fire(workflow).catch(() => undefined);
    open += await connectionsWith(nodeNo);
    return refusals() > before;
  });
  expect(open).toBe(0);
}

function refusals(): number {
  return allLines().filter(
    (line) => line.includes("Peer refused") && line.includes("NODE_NOT_ACTIVE"),
  ).length;
}

async function connectedTo(nodeNo: number): Promise<void> {
  // Not until they are final: an operator that was switched off keeps its seat, and its silence takes windows.
  await until(`connections with node ${nodeNo}`, async () => {
    if ((await connectionsWith(nodeNo)) > 0) return true;
    await net.fire(workflow);
    await pause(FIRE_MS, waitSignal("a moment"));
    return false;
  });
}

/** Connections that all other nodes have with one, by their own count. */
async function connectionsWith(nodeNo: number): Promise<number> {
  const others = net.samples.network.nodes.filter((node) => node.nodeNo !== nodeNo);
  const counts = await Promise.all(
    others.map(async ({ apiUrl }) => {
      const text = await (await fetch(`${apiUrl}/metrics`)).text();
      return text.split("\n").reduce((sum, line) => {
        const isOne =
          line.startsWith("deed_peer_connections{") && line.includes(`peer="${nodeNo}"`);
        return isOne ? sum + Number(line.split(" ").at(-1)) : sum;
      }, 0);
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** The certificate that a node shows to anybody. */
async function serialOf(nodeNo: number): Promise<string> {
  const { endpoint } = await net.samples.ledger.node(nodeNo);
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port: Number(port), ALPNProtocols: ["deed/1"] };
    const socket = connect({ ...options, minVersion: "TLSv1.3", rejectUnauthorized: false });
    socket.on("error", reject);
    socket.once("secureConnect", () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket
        .off("error", reject)
        .on("error", () => undefined)
        .destroy();
    });
  });
}

function allLines(): readonly string[] {
  const { directory } = net.samples.network;
  const folders = readdirSync(directory).filter((name) => /^node-\d+$/.test(name));
  return folders.flatMap((name) =>
    readFileSync(join(directory, name, "node.log"), "utf8").split("\n"),
  );
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const signal = waitSignal(what);
  while (!(await look())) {
    signal.throwIfAborted();
    await pause(LOOK_MS, signal);
  }
}
