import type { RunOutcome } from "@deed/protocol/runtime";
import type { Leaf } from "@deed/protocol/transcript";
import type { NodeConfig } from "../../config.ts";

// On the devnet alone, `config.ts` refuses it on every other chain: a lie about one branch, which must be found and
// named, and executors without one rule, which whoever watches over a network must notice.

/** Sends an at-most-once request again after a restart. */
export function resendsRequests({ tamper }: Pick<NodeConfig, "tamper">): boolean {
  return tamper === "resume";
}

/** Acts without asking whether its lease is over. */
export function ignoresLeases({ tamper }: Pick<NodeConfig, "tamper">): boolean {
  return tamper === "lease";
}

/** Flips the first condition that an outcome states. Everything else about it stays well formed. */
export function flipFirstCondition(outcome: RunOutcome): RunOutcome {
  const at = outcome.leaves.findIndex((leaf) => conditionOf(leaf) !== null);
  if (at === -1) return outcome;
  const leaves = outcome.leaves.map((leaf, index) =>
    index === at ? { ...leaf, output: { value: !conditionOf(leaf) } } : leaf,
  );
  return { ...outcome, leaves };
}

function conditionOf(leaf: Leaf): boolean | null {
  if (leaf.kind !== "CONDITION") return null;
  const { output } = leaf;
  if (typeof output !== "object" || output === null) return null;
  const value = (output as { readonly value?: unknown }).value;
  return typeof value === "boolean" ? value : null;
}
