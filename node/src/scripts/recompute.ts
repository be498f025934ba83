import type { Hasher } from "@deed/protocol/encoding";
import { needsWebAssembly } from "@deed/protocol/plan";
import { type Replayed, verifyExecution } from "@deed/protocol/verify";
import { type Judgement, unable } from "../judge/judgement.ts";
import type { ReplayJob } from "./replay-messages.ts";
import type { ScriptReplay } from "./script-replay.ts";

export interface RecomputeParts {
  readonly hasher: Hasher;
  /** Recomputes runs with scripts; left out, this node is unable to. */
  readonly scripts?: Pick<ScriptReplay, "verify">;
}

/** Recomputes a recorded run: here, or on the scripts' thread when its plan has some. @throws RunError */
export async function recompute(
  { scripts, hasher }: RecomputeParts,
  job: ReplayJob,
): Promise<Replayed | Extract<Judgement, { kind: "unable" }>> {
  const { plan, occurrence, text, recorded } = job;
  if (!needsWebAssembly(plan)) return verifyExecution(plan, occurrence, text, recorded, hasher);
  if (scripts === undefined) return unable("SCRIPT_UNCHECKED", "this node runs no scripts");
  try {
    return await scripts.verify(job);
  } catch (error) {
    return unable("SCRIPT_UNCHECKED", String(error));
  }
}
