import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseBundle } from "@deed/protocol/bundle";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hash, temporaryDirectory } from "../../store/store.testing.ts";
import { type Echo, startEcho } from "./echo.testing.ts";
import { type TestExecutor, testExecutor, until } from "./executor.testing.ts";

let echo: Echo;
let directory: ReturnType<typeof temporaryDirectory>;
let next: TestExecutor | null = null;

beforeEach(async () => {
  echo = await startEcho();
  directory = temporaryDirectory();
});
afterEach(async () => {
  echo.close();
  await next?.close();
  next = null;
  directory.remove();
});

/** Runs batch 7 in a process of its own and kills that process when the server was asked for a path. */
async function killedAt(path: string): Promise<void> {
  echo.silent = path;
  const entry = fileURLToPath(new URL("./crash.testing.ts", import.meta.url));
  const storePath = join(directory.path, "store.db");
  const child = spawn(
    process.execPath,
    ["--conditions=source", "--import", "tsx", entry, echo.origin, storePath],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const exited = once(child, "exit");
  const first = await Promise.race([echo.asked(path).then(() => "asked"), exited]);
  expect(first).toBe("asked");
  child.kill("SIGKILL");
  await exited;
  echo.silent = null;
}

/** The next process of the same node over the same store. */
async function resumed() {
  const storePath = join(directory.path, "store.db");
  next = testExecutor({ origin: echo.origin, storePath, processId: "next" });
  const { node } = next;
  next.start();
  await until(node, () => node.store.read.executions.countInState("done") === 1);
  const bundle = node.store.read.bundles.get({ executionId: hash(1), attempt: 1 });
  const parsed = parseBundle(Buffer.from(bundle!.body).toString());
  if (parsed.kind !== "bundle") throw new Error(parsed.detail);
  return parsed.bundle.leaves
    .filter((leaf) => leaf.kind === "HTTP")
    .map((leaf) => [leaf.step, leaf.status]);
}

function asked(): readonly string[] {
  return echo.seen.map((request) => request.path);
}

const PATIENCE_MS = 60_000;

test(
  "killed in an idempotent request: the results before it stand, it is sent again with its key",
  async () => {
    await killedAt("/again");
    expect(await resumed()).toEqual([
      [0, 0],
      [1, 0],
      [2, 2],
    ]);
    expect(asked()).toEqual(["/first", "/again", "/again"]);
    expect(echo.seen[1]?.key).toBe(echo.seen[2]?.key);
    expect(echo.seen[1]?.key).toMatch(/^0x[0-9a-f]{64}$/);
  },
  PATIENCE_MS,
);

test(
  "killed in an at-most-once request: nobody sends it again, and nobody says that it was not sent",
  async () => {
    await killedAt("/first");
    expect(await resumed()).toEqual([
      [0, 2],
      [1, 0],
      [2, 2],
    ]);
    expect(asked()).toEqual(["/first", "/again"]);
  },
  PATIENCE_MS,
);
