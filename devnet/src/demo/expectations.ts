import type { Hex } from "@deed/protocol/encoding";
import type { ExecutionStory, ProofStory } from "../story/execution-story.ts";
import type { LedgerStory } from "../story/ledger-story.ts";

/** What a demonstration waits for. */
export interface Expectations {
  /** Fired by hand. */
  readonly fired: readonly Hex[];
  /** How many executions each of the other workflows must have. */
  readonly atLeast: Readonly<Record<string, number>>;
  /** Node that lies; null when none does. */
  readonly liarNo: number | null;
}

/** What is not there yet, for people; empty when everything is. */
export function missingOf(story: LedgerStory, expected: Expectations): readonly string[] {
  const missing: string[] = [];
  for (const name of expected.fired) {
    const execution = story.executions.get(name);
    if (execution === undefined) missing.push(`by-hand ${name}: not claimed`);
    else if (!isOver(execution, expected)) missing.push(describe(execution));
  }
  for (const [intentName, count] of Object.entries(expected.atLeast)) {
    const all = [...story.executions.values()].filter((found) => found.intentName === intentName);
    const over = all.filter((execution) => isOver(execution, expected)).length;
    if (over < count) missing.push(`${intentName}: ${over} of ${count}`);
  }
  if (expected.liarNo !== null && !hasPunished(story, expected.liarNo)) {
    missing.push(`no fault of node ${expected.liarNo} found and slashed`);
  }
  return missing;
}

/** Found right, or a lie of the liar that was voted guilty. */
function isOver({ state, nodeNo }: ExecutionStory, { liarNo }: Expectations): boolean {
  return state === "final" || (state === "void" && nodeNo === liarNo);
}

function hasPunished(story: LedgerStory, liarNo: number): boolean {
  return guiltOf(story).some(
    ({ executionId, slashedWei }) =>
      slashedWei > 0n && story.executions.get(executionId)?.nodeNo === liarNo,
  );
}

/** The faults that were found, by the contracts themselves or by a vote: one for each execution. */
export function guiltOf(story: LedgerStory): readonly ProofStory[] {
  const proven = new Set(story.proofs.map(({ executionId }) => executionId));
  const voted = [...story.disputes.values()].filter(
    ({ outcome, executionId }) => outcome === "upheld" && !proven.has(executionId),
  );
  return [...story.proofs, ...voted];
}

function describe({ intentName, ordinal, nodeNo, state, fault }: ExecutionStory): string {
  const why = fault === null ? state : `${state}, ${fault}`;
  return `${intentName} #${ordinal}: ${why} (node ${nodeNo})`;
}
