import type { SandboxLimits } from "@deed/protocol/plan";
import type { RunLimits } from "../../sandbox/sandbox.ts";

/** What a run may use at most, by its operator. */
export type AttemptLimits = Required<Omit<RunLimits, "wallMs">>;

/**
 * The operator's limits, lower where the intent asks for less. Memory and CPU time stand there only when they
 * are lowered: a container is made with the operator's.
 */
export function limitsWithin(
  { outputBytes, effects, effectBytes, memoryMb, cpuSec }: AttemptLimits,
  wish: SandboxLimits,
): Omit<RunLimits, "wallMs"> {
  const within = (most: number, wished: number | undefined): number =>
    Math.min(most, wished ?? most);
  return {
    outputBytes: within(outputBytes, wish.outputBytes),
    effects: within(effects, wish.effects),
    effectBytes: within(effectBytes, wish.effectBytes),
    ...(wish.memoryMb !== undefined && wish.memoryMb < memoryMb && { memoryMb: wish.memoryMb }),
    ...(wish.cpuSec !== undefined && wish.cpuSec < cpuSec && { cpuSec: wish.cpuSec }),
  };
}
