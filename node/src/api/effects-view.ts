import { parseBundle } from "@deed/protocol/bundle";
import type { Plan } from "@deed/protocol/plan";
import type { Leaf } from "@deed/protocol/transcript";
import type { EffectView } from "@deed/sdk";

const STATUSES = ["ok", "failed", "indeterminate", "refused"] as const;
const LEVELS = ["none", "recorded", "observed", "proven"] as const;

/** The effects that a bundle tells of, with the level of each. */
export function effectsOf(bundle: string, plan: Plan | null): readonly EffectView[] | null {
  const parsed = parseBundle(bundle);
  if (parsed.kind === "malformed") return null;
  return parsed.bundle.leaves.filter(isEffect).map((leaf) => ({
    leaf: leaf.index,
    step: leaf.step,
    stepId: plan?.steps[leaf.step]?.id ?? String(leaf.step),
    kind: leaf.kind === "HTTP" ? "http" : "call",
    try: leaf.try,
    status: STATUSES[leaf.status],
    level: LEVELS[leaf.level],
  }));
}

function isEffect({ kind }: Leaf): boolean {
  return kind === "HTTP" || kind === "CALL";
}
