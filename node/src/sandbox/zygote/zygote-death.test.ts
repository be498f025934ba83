import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { selfEntry } from "../../self-entry.ts";
import { groupsOf } from "../leftovers.testing.ts";
import { descendants, findings, isAlive, type ZygoteTools, zygoteTools } from "./zygote.testing.ts";

const UNPRIVILEGED = 61_234;
const isRoot = process.getuid?.() === 0;
let tools: ZygoteTools;

beforeAll(async () => {
  tools = await zygoteTools();
});
beforeEach((context) => {
  if (tools.kind === "missing") context.skip(tools.reason);
});
afterAll(async () => {
  if (tools.kind === "ready") await rm(dirname(tools.hostilePath), { recursive: true });
});

interface TestNode {
  readonly process: ChildProcess;
  readonly serverPid: number;
  /** The next line that it says. */
  line(): Promise<string>;
}

/** A node as a process of its own, with a fork server and runs. */
async function startNode(names: readonly string[], uid?: number): Promise<TestNode> {
  if (tools.kind === "missing") throw new TypeError(tools.reason);
  const { path, execArgv } = selfEntry(
    "./parent.testing",
    new URL("./parent.testing.ts", import.meta.url).href,
  );
  chmodSync(dirname(tools.addonPath), 0o755);
  const args = [...execArgv, path, tools.addonPath, tools.hostilePath, ...names];
  const node = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "inherit"],
    ...(uid === undefined ? {} : { uid, gid: uid, env: {} }),
  });
  const lines = createInterface({ input: node.stdout! })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => String((await lines.next()).value);
  return { process: node, serverPid: Number(await line()), line };
}

/** All processes of a server, once the given number of runs is there. */
async function treeOf(serverPid: number, runs: number): Promise<number[]> {
  // Its first process, the one that entered the namespaces, the server, and the runs.
  return vi.waitFor(
    () => {
      const below = descendants(serverPid);
      expect(below).toHaveLength(2 + runs);
      return [serverPid, ...below];
    },
    { timeout: 9_000 },
  );
}

const gone = (pids: readonly number[]): Promise<void> =>
  vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 9_000 });

const mounts = (): string => readFileSync("/proc/self/mountinfo", "utf8");

describe("nothing is left", () => {
  test("of runs that spin, wait and sleep when their node is killed", async () => {
    const before = mounts();
    const node = await startNode(["spin", "wait", "spin"]);
    const pids = await treeOf(node.serverPid, 3);
    node.process.kill("SIGKILL");
    await gone(pids);
    expect(mounts()).toBe(before);
    expect([...pids, node.process.pid!].flatMap(groupsOf)).toEqual([]);
  });

  test.each([
    ["first process", 0],
    ["second process", 1],
    ["pid 1", 2],
  ])("of a server whose %s is killed, and its runs are told lost", async (_name, place) => {
    const node = await startNode(["spin", "spin"]);
    const pids = await treeOf(node.serverPid, 2);
    const chain = [pids[0]!];
    for (let at = 0; at < 2; at += 1) {
      const children = readFileSync(`/proc/${chain[at]}/task/${chain[at]}/children`, "utf8");
      chain.push(Number(children.trim().split(" ")[0]));
    }
    process.kill(chain[place]!, "SIGKILL");
    await gone(pids);
    for (const result of JSON.parse(await node.line()) as unknown[]) {
      expect(result).toMatchObject({ kind: "stopped", failure: { code: "SERVER_LOST" } });
    }
    node.process.kill("SIGKILL");
    await gone([node.process.pid!]);
  });
});

test("those who only wait for a server hold no memory of Node's", async () => {
  const node = await startNode(["wait"]);
  const pids = await treeOf(node.serverPid, 1);
  const residentKb = (pid: number): number =>
    Number(/^Rss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1]);
  const [first, second, server] = pids;
  expect(residentKb(first!)).toBeLessThan(512);
  expect(residentKb(second!)).toBeLessThan(512);
  expect(residentKb(server!)).toBeGreaterThan(8_192);
  node.process.kill("SIGKILL");
  await gone(pids);
});

test.skipIf(!isRoot)("an ordinary user has the same containers", async () => {
  const node = await startNode(["wait", "syscall:41:2:1:0"], UNPRIVILEGED);
  // The other run ends at once.
  const pids = await treeOf(node.serverPid, 1);
  const status = readFileSync(`/proc/${pids[3]}/status`, "utf8");
  expect(status).toMatch(new RegExp(`^Uid:\\s+${UNPRIVILEGED}`, "m"));
  expect(status).toMatch(/^CapEff:\s+0000000000000000/m);
  expect(status).toMatch(/^Seccomp:\s+2/m);
  node.process.kill("SIGKILL");
  await gone(pids);
});

test.skipIf(!isRoot)(
  "what earlier runs read is found in no later one, nor in the server",
  async () => {
    const canary = `canary ${Math.random()}`;
    const node = await startNode([...new Array(20).fill(`ask:${canary}`), "wait", "wait"]);
    const pids = await treeOf(node.serverPid, 2);
    for (const pid of pids) expect([pid, findings(pid, canary)]).toEqual([pid, 0]);
    // The search finds what is there.
    expect(findings(node.process.pid!, canary)).toBeGreaterThan(0);
    node.process.kill("SIGKILL");
    await gone(pids);
  },
  60_000,
);
