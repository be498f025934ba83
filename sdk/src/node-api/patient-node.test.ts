import type { Hex } from "@deed/protocol/encoding";
import { expect, test } from "vitest";
import type { NodeApi } from "./client.ts";
import { NodeApiError } from "./node-api-error.ts";
import { patientNode } from "./patient-node.ts";
import { wait } from "./wait.ts";

const ID: Hex = `0x${"e".repeat(64)}`;

/** A node that refuses so often, and then has no bundle. */
function limited(refusals: number, status = 429, retryAfterMs: number | null = 3_000) {
  const seen = { asked: 0, said: [] as string[], waitedMs: [] as number[] };
  const refuse = async (): Promise<null> => {
    seen.asked += 1;
    if (seen.asked > refusals) return null;
    throw putOff(retryAfterMs, status);
  };
  const nodeApi: Pick<NodeApi, "execution" | "intent" | "bundle"> = {
    execution: refuse,
    intent: refuse,
    bundle: refuse,
  };
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

test("what changes something is asked again, too; the tail is left as it is", async () => {
  let asked = 0;
  const revokeIntent: NodeApi["revokeIntent"] = async (intentHash) => {
    asked += 1;
    if (asked === 1) throw putOff(1_000);
    return { intentHash, txHash: null };
  };
  const tail: NodeApi["tail"] = async function* () {};
  const waitedMs: number[] = [];
  const patience = { say: () => undefined, wait: async (ms: number) => void waitedMs.push(ms) };
  const node = patientNode({ revokeIntent, tail }, patience);
  expect(await node.revokeIntent(ID, { signer: ID, signature: ID })).toMatchObject({
    txHash: null,
  });
  expect([asked, waitedMs]).toEqual([2, [1_000]]);
  expect(node.tail).toBe(tail);
});

test("an abort ends the waiting", async () => {
  const stop = new AbortController();
  const execution: NodeApi["execution"] = async () => {
    throw putOff(60_000);
  };
  const say = () => stop.abort(new Error("enough"));
  const node = patientNode({ execution }, { say, wait });
  await expect(node.execution(ID, stop.signal)).rejects.toThrow("enough");
});

function putOff(retryAfterMs: number | null, status = 429): NodeApiError {
  const said = { reason: "API_RATE_LIMITED", message: "too many", remedy: "wait" };
  return new NodeApiError({ code: "NODE_REFUSED", status, ...said, retryAfterMs });
}
