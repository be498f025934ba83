import type { Plan, Step } from "./plan.ts";

/** The oldest runtime version that has everything these steps do: 2 brought scripts. */
export function runtimeOf(steps: readonly Step[]): number {
  return steps.some((step) => step.kind === "script") ? 2 : 1;
}

/** Does a run of this plan need a host with WebAssembly? Without script steps none does. */
export function needsWebAssembly({ steps }: Pick<Plan, "steps">): boolean {
  return steps.some((step) => step.kind === "script");
}
