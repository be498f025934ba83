import { needsWebAssembly, type Plan } from "@deed/protocol/plan";
import type { Sandbox, SandboxLevel } from "./sandbox.ts";

/** Where the runs of a node take place. */
export interface Sandboxes {
  readonly usual: Sandbox;
  /** For plans with scripts; null when none that has WebAssembly reaches the operator's least level. */
  readonly scripts: Sandbox | null;
}

/** The fork server's runs have no WebAssembly, which scripts need. */
export function runsScripts({ adapter }: Pick<Sandbox, "adapter">): boolean {
  return adapter !== "zygote";
}

/** Where runs of a plan take place; null when this node cannot run it. */
export function sandboxFor({ usual, scripts }: Sandboxes, plan: Plan): Sandbox | null {
  return needsWebAssembly(plan) ? scripts : usual;
}

/** How well runs of a plan are kept apart here; null when this node cannot run it. */
export function levelFor(sandboxes: Sandboxes, plan: Plan): SandboxLevel | null {
  return sandboxFor(sandboxes, plan)?.level ?? null;
}
