import type { Deployment } from "@deed/sdk";
import { expect, test } from "vitest";
import { testAccount } from "../chain/chain.testing.ts";
import type { Network } from "../network/start-network.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { sampleActions } from "./sample-network.ts";

const place = (digit: number) => `0x${String(digit).repeat(40)}` as const;
const deployment: Deployment = {
  chainId: 31337,
  fromBlock: 0,
  registry: place(1),
  intents: place(2),
  beacon: place(3),
  executions: place(4),
  disputes: place(5),
  gateway: place(6),
  vault: place(7),
  timelock: place(8),
  governance: place(9),
  directory: place(0),
};
const network = {
  deployment,
  accounts: { owner: testAccount(1) },
  nodes: [{ nodeNo: 1, apiUrl: "" }],
} as unknown as Network;
const { fire, register } = sampleActions(network, {} as never, { nowMs: () => 1_800_000_000_000 });

test("a workflow that does not compile is not registered, and its diagnostics are told", async () => {
  await expect(register("deed: v1\nname: x\n", "x.yaml")).rejects.toMatchObject({
    message: expect.stringContaining("x.yaml"),
    failure: {
      code: "WORKFLOW_INVALID",
      fileName: "x.yaml",
      diagnostics: expect.stringContaining("DEED_MISSING_KEY"),
    },
  });
});

test("a fire for a node that is not there, or has no API, is told by the node", async () => {
  const workflow = { intentHash: `0x${"1".repeat(64)}`, intent: { name: "by-hand" } };
  for (const nodeNo of [1, 9]) {
    const fired = fire(workflow as SignedWorkflow, { ordinal: 1, input: {}, nodeNo });
    await expect(fired).rejects.toMatchObject({
      failure: { code: "WORKFLOW_NODE_WITHOUT_API", name: "by-hand", nodeNo },
    });
  }
});
