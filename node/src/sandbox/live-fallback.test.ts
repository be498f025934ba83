import { spawnSync } from "node:child_process";
import { rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { mustRun } from "../must-run.testing.ts";
import { keptLog } from "../telemetry/kept.testing.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { openBubblewrapSandbox } from "./bubblewrap/bubblewrap-sandbox.ts";
import { CHILD_SANDBOX_DEFAULTS } from "./child-sandbox.ts";
import { type ADAPTERS, chooseSandbox, type SandboxWishes } from "./choose-sandbox.ts";
import { LiveSandbox } from "./live-sandbox.ts";
import { SAMPLE_JOB, sampleAnswer } from "./sample-job.testing.ts";
import { bundle, never } from "./sandbox.testing.ts";
import type { EffectHandler } from "./sandbox.ts";
import { openZygoteSandbox, ZYGOTE_SANDBOX_DEFAULTS } from "./zygote/open-zygote.ts";
import { descendants, packServer } from "./zygote/zygote.testing.ts";

const WISHES: SandboxWishes = {
  ...{ adapter: "auto", minimumLevel: "container", network: "own" },
  ...{ memoryMb: 96, cpuSec: 60, outputBytes: 1 << 20, path: process.env["PATH"] ?? "" },
};
const answered: EffectHandler = async (request) => sampleAnswer(request);
const AGAIN = { againMs: 200, longestAgainMs: 400 };

function hasTools(): boolean {
  const tools = ["cc", "bwrap"].map((name) => `command -v ${name}`).join(" && ");
  return process.platform === "linux" && spawnSync("sh", ["-c", tools]).status === 0;
}

/** Everything real: a fork server that is killed and whose binary is gone, and bubblewrap beside it. */
async function openLive() {
  const child = await bundle(new URL("./child/main.ts", import.meta.url));
  const server = await packServer(new URL("./zygote/server/main.ts", import.meta.url));
  const addonPath = join(dirname(server), "zygote.node");
  const zygote = { ...ZYGOTE_SANDBOX_DEFAULTS, addonPath, bundlePath: server };
  const openers: typeof ADAPTERS = [
    ["zygote", () => openZygoteSandbox(zygote)],
    [
      "bubblewrap",
      ({ path }) => openBubblewrapSandbox({ ...CHILD_SANDBOX_DEFAULTS, path, bundlePath: child }),
    ],
  ];
  const { logger } = keptLog();
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  const choose = (isTried: (adapter: (typeof ADAPTERS)[number][0]) => boolean) =>
    chooseSandbox(WISHES, openers, { isTried });
  const before = new Set(descendants(process.pid));
  const { sandbox, notTaken } = await choose(() => true);
  if (sandbox === null) throw new Error(JSON.stringify(notTaken));
  const parts = { choose, logger, metrics, onChange: () => undefined };
  return {
    live: new LiveSandbox(AGAIN, parts, sandbox),
    addonPath,
    /** The processes of the sandboxes. */
    processes: () => descendants(process.pid).filter((pid) => !before.has(pid)),
    remove: async () => {
      for (const path of [child, server]) await rm(dirname(path), { recursive: true });
    },
  };
}

test("a fork server that cannot come back leaves its runs to bubblewrap, and takes them again when it can", {
  timeout: 90_000,
}, async (context) => {
  const needs = "needs Linux, a C compiler and bubblewrap";
  if (!mustRun(hasTools())) context.skip(needs);
  const { live, addonPath, processes, remove } = await openLive();
  const adapterOf = async (): Promise<string> => {
    const result = await live.execute(SAMPLE_JOB, answered, never);
    return result.kind === "done" ? result.place.adapter : result.failure.code;
  };
  try {
    expect(await adapterOf()).toBe("zygote");
    await rename(addonPath, `${addonPath}.away`);
    for (const pid of processes()) process.kill(pid, "SIGKILL");
    await vi.waitFor(async () => expect(await adapterOf()).toBe("bubblewrap"), {
      timeout: 30_000,
    });
    await rename(`${addonPath}.away`, addonPath);
    await vi.waitFor(async () => expect(await adapterOf()).toBe("zygote"), { timeout: 30_000 });
  } finally {
    await live.close();
    await remove();
  }
  await vi.waitFor(() => expect(processes()).toEqual([]), { timeout: 10_000 });
});
