import { expect, test } from "vitest";
import { planOf } from "../broker/broker.testing.ts";
import type { Sandbox, SandboxAdapter, SandboxLevel } from "./sandbox.ts";
import { levelFor, runsScripts, sandboxFor } from "./sandboxes.ts";

function place(adapter: SandboxAdapter, level: SandboxLevel): Sandbox {
  return { adapter, level } as Sandbox;
}

const common = { if: null, needs: [], explicitNeeds: false, source: "return 1;", input: null };
const levels = { inputLevel: "proven", outputLevel: "proven" } as const;
const script = planOf({ kind: "script", id: "a", ...common, ...levels });

test("a plan with a script runs where there is WebAssembly, every other in the usual place", () => {
  const usual = place("zygote", "container");
  const scripts = place("process", "process");
  expect([runsScripts(usual), runsScripts(scripts)]).toEqual([false, true]);
  expect(sandboxFor({ usual, scripts }, planOf())).toBe(usual);
  expect(sandboxFor({ usual, scripts }, script)).toBe(scripts);
  expect(levelFor({ usual, scripts }, planOf())).toBe("container");
  expect(levelFor({ usual, scripts }, script)).toBe("process");
});

test("a plan that cannot run here has no level", () => {
  expect(levelFor({ usual: place("zygote", "container"), scripts: null }, script)).toBe(null);
});
