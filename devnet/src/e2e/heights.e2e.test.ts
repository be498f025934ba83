import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { connectLedger, connectNodeApi, exportRun, type Ledger } from "@deed/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auditOffline } from "../demo/audit.ts";
import { type EchoServer, startEcho } from "../echo/echo-server.ts";
import { createSender } from "../network/sender.ts";
import { type Network, startNetwork } from "../network/start-network.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import { type FollowedLedger, followLedger } from "../story/follow-ledger.ts";
import { pause } from "../story/pause.ts";
import { registerWorkflow } from "../workflows/register-workflow.ts";
import { signWorkflow } from "../workflows/sign-workflow.ts";
import { waitSignal } from "./network.testing.ts";

/** So many blocks after its registration a workflow is to run: nothing else makes them. */
const AHEAD = 6;
const EXPIRES = "2040-01-01T00:00:00Z";

const directory = mkdtempSync(join(tmpdir(), "deed-e2e-"));
const requests: string[] = [];
const said: string[] = [];
let echo: EchoServer;
let network: Network;
let ledger: Ledger;
let follow: FollowedLedger;
let nonce = 0n;

beforeAll(async () => {
  echo = await startEcho({}, { onRequest: ({ path }) => requests.push(path) });
  network = await startNetwork(
    {
      ...{ directory, fresh: true, operators: 7, privateOrigins: [echo.url] },
      ...{ nodeCode: "build", checkpointBlocks: 20 },
    },
    { onProgress: (message) => said.push(message) },
  );
  ledger = connectLedger(network.deployment, { rpc: network.rpc });
  follow = followLedger({ ledger, pollMs: 50, keep: "all" });
});

afterAll(async () => {
  await follow.close();
  await network.close();
  await echo.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Registers a workflow that runs at one height; gives its execution, once it is final. */
async function runAtHeight(name: string): Promise<ExecutionStory> {
  const { deployment, rpc, accounts } = network;
  const { owner } = accounts;
  const height = (await ledger.head()).number + AHEAD;
  nonce += 1n;
  const yaml = `deed: v1
name: ${name}
summary: Runs at a height
on:
  block: { height: ${height} }
expires: ${EXPIRES}
limits: { executions: 1, duration: 10s }
steps:
  - id: tell
    http:
      method: PUT
      url: "${echo.url}/${name}"
      body: { height: "\${trigger.ordinal}" }
`;
  const workflow = await signWorkflow(yaml, { deployment, owner, nonce, fileName: `${name}.yaml` });
  const sender = createSender(owner, { rpc, chainId: deployment.chainId });
  await registerWorkflow(workflow, { ledger, sender });
  const isFinal = (story: ExecutionStory): boolean =>
    story.intentHash === workflow.intentHash && story.state === "final";
  const execution = await follow.until(
    ({ executions }) => [...executions.values()].find(isFinal) ?? null,
    waitSignal(`the execution of ${name}`),
  );
  expect(execution).toMatchObject({ ordinal: height, status: "ok" });
  expect(requests).toContain(`/${name}`);
  return execution;
}

/** Exports executions at a node and audits them without it. @returns the checks that are not ok. */
async function audit(nodeNo: number, executionIds: readonly Hex[]): Promise<readonly unknown[]> {
  const url = network.nodes.find((node) => node.nodeNo === nodeNo)?.apiUrl ?? "";
  const nodeApi = connectNodeApi({ url }, { fetch });
  const { run, anchor } = await exportRun({ ledger, nodeApi }, executionIds);
  return auditOffline(run, { deployment: network.deployment, anchorHash: anchor.hash });
}

async function checkpointIsThere(): Promise<void> {
  const signal = waitSignal("a checkpoint");
  const names = (): string[] => readdirSync(join(directory, "chain"));
  while (!names().some((name) => /^checkpoint-\d+$/.test(name))) {
    signal.throwIfAborted();
    await pause(20, signal);
  }
}

describe.sequential("a network that has nothing else to do", () => {
  let before: ExecutionStory;

  test("runs a workflow at the height that it asked for", async () => {
    before = await runAtHeight("first");
  });

  test("starts its chain again from a checkpoint, and then a node", async () => {
    await checkpointIsThere();
    process.kill(network.chain.pid, "SIGKILL");
    await network.chain.exited;
    await network.restartChain();
    expect(said).toContainEqual(expect.stringMatching(/^The chain begins at its checkpoint, /));
    expect(said).not.toContainEqual(expect.stringMatching(/checkpoint is not used/));
    const [node] = network.nodes;
    node?.kill("SIGKILL");
    await node?.exited;
    await network.restartNode(node?.nodeNo ?? 0);
  });

  test("proves what it did before the checkpoint, and goes on", async () => {
    expect(await audit(2, [before.executionId])).toEqual([]);
    const after = await runAtHeight("second");
    for (const nodeNo of [1, 2]) {
      expect(await audit(nodeNo, [before.executionId, after.executionId])).toEqual([]);
    }
  });
});
