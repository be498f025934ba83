import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connectNodeApi } from "@deed/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestNetwork, type TestNetwork, waitSignal } from "./network.testing.ts";

// The fork server as a node has it: the first choice where it is built, and killed in the middle of a run.

let net: TestNetwork;

beforeAll(async () => {
  net = await startTestNetwork();
});
afterAll(() => net?.close());

const isBuilt = ({ samples }: TestNetwork): boolean =>
  samples.network.nodes.every(({ sandbox }) => sandbox === "container by zygote");

test("a run whose fork server is killed is run again in a new one, within its lease", async (context) => {
  // Where CI is set it must be there.
  const mayBeMissing = process.env["CI"] === undefined;
  if (mayBeMissing && !isBuilt(net))
    context.skip("no fork server here: npm run build --workspace @deed/zygote");
  const { samples, gates } = net;
  const workflow = await net.manual("killed", {
    duration: "60s",
    steps: `  - id: put
    http: { method: PUT, url: "${samples.echo.url}/gate/killed", body: { input: "\${input}" } }`,
  });
  const executionId = await net.fire(workflow, "x");
  await gates.arrived("/gate/killed", 1, waitSignal("the request"));
  const { nodeNo } = await net.until(executionId, ({ state }) => state === "claimed");
  const node = samples.network.nodes.find((found) => found.nodeNo === nodeNo)!;
  const servers = forkServersOf(node.pid);
  expect(servers).toHaveLength(1);
  process.kill(servers[0]!, "SIGKILL");
  // The first answer has not come: only a node that sees its server die sends again.
  await gates.arrived("/gate/killed", 2, waitSignal("the same request from the second start"));
  gates.open("killed");
  const story = await net.final(executionId);
  expect(story).toMatchObject({ status: "ok", attempt: 1, nodeNo });
  const keys = gates.to("/gate/killed").map(({ idempotencyKey }) => idempotencyKey);
  expect(new Set(keys).size).toBe(1);
  const detail = await connectNodeApi({ url: node.apiUrl }, { fetch }).execution(executionId);
  expect(detail).toMatchObject({ sandbox: "container", adapter: "zygote" });
  const log = readFileSync(join(samples.network.directory, `node-${nodeNo}`, "node.log"), "utf8");
  expect(log).toContain("Fork server died: starting another");
  expect(log).toContain("SERVER_LOST");
  expect(forkServersOf(node.pid)).not.toEqual(servers);
});

/** The processes below a node that clone themselves for runs: the third of each server's chain. */
function forkServersOf(nodePid: number): number[] {
  const all = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const parents = new Map(all.map((name) => [Number(name), parentOf(name)]));
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === nodePid || isBelow(parent));
  };
  return [...parents.keys()].filter((pid) => {
    const parent = parents.get(pid) ?? 0;
    return isBelow(pid) && isWaiting(parent) && !isWaiting(pid);
  });
}

function isWaiting(pid: number): boolean {
  return read(`/proc/${pid}/cmdline`).startsWith("deed-fork-server");
}

function parentOf(pid: string): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
