import {
  bytesToHex,
  decodeRecord,
  type ExecutionRecord,
  encodeRecord,
  hexToBytes,
} from "@deed/protocol/encoding";
import type { RunOutcome } from "@deed/protocol/runtime";
import type { Leaf } from "@deed/protocol/transcript";
import type { NodeConfig } from "../../config.ts";
import type { FinishedRun } from "./finished-run.ts";

// On the devnet alone, `config.ts` refuses it on every other chain: a lie about one branch, which must be found and
// named, and executors without one rule, which whoever watches over a network must notice. One that is told to lie by
// name tells of each workflow the lie that its name asks for, so that one network shows all that contracts judge.

const NAMED_LIES = {
  "lie-action-not-in-plan": "ActionNotInPlan",
  "lie-broken-leaf-chain": "BrokenLeafChain",
  "lie-effect-after-revocation": "EffectAfterRevocation",
  "lie-wrong-runtime": "WrongRuntime",
} as const;

/** A fault that a contract judges by evidence, committed on purpose. */
export type NamedLie = (typeof NAMED_LIES)[keyof typeof NAMED_LIES];

/** The lie that a workflow's name asks this node for; null in all other nodes. */
export function namedLie({ tamper }: Pick<NodeConfig, "tamper">, name: string): NamedLie | null {
  if (tamper !== "named") return null;
  return Object.hasOwn(NAMED_LIES, name) ? NAMED_LIES[name as keyof typeof NAMED_LIES] : null;
}

/** What a liar says of a run: one leaf is not as it was, and the hashes after it are right. */
export function liedOutcome(lie: NamedLie, outcome: RunOutcome): RunOutcome {
  const last = outcome.leaves.length - 1;
  const action = outcome.leaves.findIndex(({ kind }) => kind === "CALL");
  const change = (at: number, changed: (leaf: Leaf) => Partial<Leaf>): RunOutcome => ({
    ...outcome,
    leaves: outcome.leaves.map((leaf, index) =>
      index === at ? { ...leaf, ...changed(leaf) } : leaf,
    ),
  });
  switch (lie) {
    case "ActionNotInPlan":
      return change(action, ({ input }) => ({ input: { ...(input as object), valueWei: "9" } }));
    case "BrokenLeafChain":
      // An end that takes time of its own: no interpreter writes that.
      return change(last, ({ startedMs, endedMs }) => ({
        startedMs: startedMs + 5,
        endedMs: endedMs + 5,
      }));
    default:
      return outcome;
  }
}

/** What a liar records of a run. */
export function liedRecord(lie: NamedLie, finished: FinishedRun): FinishedRun {
  const told = decodeRecord(hexToBytes(finished.record));
  const record = (changed: Partial<ExecutionRecord>): FinishedRun => ({
    ...finished,
    record: bytesToHex(encodeRecord({ ...told, ...changed })),
  });
  // Another attempt than was claimed no signer of Deed records.
  return lie === "WrongRuntime" ? record({ runtime: told.runtime + 1 }) : finished;
}

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
