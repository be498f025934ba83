import { expect, test } from "vitest";
import { chooseSandbox, type SandboxWishes } from "./choose-sandbox.ts";
import type { Sandbox, SandboxAdapter, SandboxLevel } from "./sandbox.ts";
import { SandboxUnavailable } from "./sandbox-unavailable.ts";

const closed: SandboxAdapter[] = [];

function fake(adapter: SandboxAdapter, level: SandboxLevel): Sandbox {
  return {
    ...{ adapter, level, reason: "a fake" },
    execute: () => Promise.reject(new TypeError("not asked for")),
    close: async () => {
      closed.push(adapter);
    },
  };
}

const missing = new SandboxUnavailable({
  ...{ code: "TOOL_MISSING", tool: "bwrap", debianPackage: "bubblewrap" },
});
const opens = (adapter: SandboxAdapter, level: SandboxLevel) =>
  [adapter, async () => fake(adapter, level)] as const;
const fails = (adapter: SandboxAdapter) => [adapter, () => Promise.reject(missing)] as const;

const chosen = async (
  wishes: Partial<SandboxWishes>,
  ...adapters: Parameters<typeof chooseSandbox>[1] & {}
) => {
  const limits = { memoryMb: 96, cpuSec: 60, outputBytes: 1 << 20, path: "" };
  const usual = { adapter: "auto", minimumLevel: "process", network: "own" } as const;
  const all = { ...usual, ...limits, ...wishes };
  const { sandbox, notTaken } = await chooseSandbox(all, adapters);
  return { adapter: sandbox?.adapter ?? null, notTaken };
};

test("the first that works is taken, and each before it says why not and what mends it", async () => {
  const adapters = [fails("bubblewrap"), opens("process", "process")] as const;
  expect(await chosen({}, ...adapters)).toEqual({
    adapter: "process",
    notTaken: [
      {
        adapter: "bubblewrap",
        why: "bwrap is not installed",
        remedy: "sudo apt-get install bubblewrap",
      },
    ],
  });
});

test("an adapter that is named is the only one tried", async () => {
  const adapters = [opens("bubblewrap", "container"), opens("process", "process")] as const;
  expect(await chosen({ adapter: "process" }, ...adapters)).toEqual({
    adapter: "process",
    notTaken: [],
  });
});

test("what is below the least level is not taken, and closed again", async () => {
  const adapters = [
    opens("zygote", "container-shared"),
    opens("bubblewrap", "container"),
    opens("process", "process"),
  ] as const;
  expect(await chosen({ minimumLevel: "container" }, ...adapters)).toMatchObject({
    adapter: "bubblewrap",
    notTaken: [{ adapter: "zygote", why: "container-shared is below container" }],
  });
  expect(closed).toEqual(["zygote"]);
  expect((await chosen({ minimumLevel: "container-shared" }, ...adapters)).adapter).toBe("zygote");
  expect(await chosen({ minimumLevel: "container" }, adapters[2])).toMatchObject({
    adapter: null,
    notTaken: [{ adapter: "process", why: "below container" }],
  });
});
