import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import { NodeApiError } from "../node-api/node-api-error.ts";
import { type ExportedNode, patientNode } from "./patient-node.ts";

const ID: Hex = `0x${"e".repeat(64)}`;

/** A node that refuses so often, and then has no bundle. */
function limited(refusals: number, status = 429, retryAfterMs: number | null = 3_000) {
  const seen = { asked: 0, said: [] as string[], waitedMs: [] as number[] };
  const refuse = async (): Promise<null> => {
    seen.asked += 1;
    if (seen.asked > refusals) return null;
    const said = { reason: "API_RATE_LIMITED", message: "too many", remedy: "wait" };
    throw new NodeApiError({ code: "NODE_REFUSED", status, ...said, retryAfterMs });
  };
  const nodeApi: ExportedNode = { execution: refuse, intent: refuse, bundle: refuse };
  const patience = {
    say: (message: string) => void seen.said.push(message),
    wait: async (ms: number) => void seen.waitedMs.push(ms),
  };
  return { seen, node: patientNode(nodeApi, patience) };
}

test("a question that the node puts off is asked again when it says, and people are told", async () => {
  const { seen, node } = limited(2);
  expect(await node.bundle(ID)).toBe(null);
  expect(seen.waitedMs).toEqual([3_000, 3_000]);
  expect(seen.said[0]).toBe("The node limits requests: going on in 3 s");
});

test("without a time it waits for a second", async () => {
  const { seen, node } = limited(1, 429, null);
  expect(await node.execution(ID)).toBe(null);
  expect(seen.waitedMs).toEqual([1_000]);
});

test("another refusal, and one that never ends, is the node's word", async () => {
  const other = limited(1, 403);
  await expect(other.node.intent(ID)).rejects.toThrow("too many");
  expect(other.seen.waitedMs).toEqual([]);
  const endless = limited(10_000);
  await expect(endless.node.intent(ID)).rejects.toThrow("too many");
  expect(endless.seen.waitedMs).toHaveLength(120);
});
