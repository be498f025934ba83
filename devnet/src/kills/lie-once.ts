import type { Hex } from "@deed/protocol/encoding";
import { ordinalOfOperator } from "../demo/liar.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import type { Load } from "./load.ts";
import { type Random, seededRandom } from "./random.ts";
import { again, LIAR_NO, type Run } from "./run.ts";

/** The liar lies after this part of the kills: its dispute and the rest go on side by side. */
const LIE_AFTER = 0.3;
const BAITS_AT_ONCE = 2;
const LOOK_MS = 100;

/**
 * When it is time one executor is killed and comes back lying, until a lie of its is recorded; then it is killed again, and is
 * honest. Its baits are fires of this workflow that are its own to claim first. Ends early with the signal.
 */
export async function lieOnce(
  run: Run,
  { load, workflow }: { readonly load: Load; readonly workflow: SignedWorkflow },
  signal: AbortSignal,
): Promise<void> {
  const { options, parts, killer, tamper } = run;
  const random = seededRandom(options.seed, "lies");
  while (killer.kills.length < options.kills * LIE_AFTER && !signal.aborted) {
    await pause(LOOK_MS, signal);
  }
  if (signal.aborted) return;
  tamper[LIAR_NO] = "branch";
  await killer.killNode(LIAR_NO, random, signal);
  parts.onProgress(`Node ${LIAR_NO} lies`);
  try {
    await untilRecorded(run, { load, workflow, random }, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  delete tamper[LIAR_NO];
  await killer.killNode(LIAR_NO, random, signal);
  parts.onProgress(`Node ${LIAR_NO} is honest again`);
}

/** Was the liar voted upon? Where nobody is to lie there is nothing to wait for. */
export function isDecided({ options, follow }: Run): boolean {
  if (!options.lie) return true;
  return [...follow.story.disputes.values()].some(
    ({ accusedNo, outcome }) => accusedNo === LIAR_NO && outcome !== "open",
  );
}

async function untilRecorded(
  run: Run,
  {
    load,
    workflow,
    random,
  }: { readonly load: Load; readonly workflow: SignedWorkflow; readonly random: Random },
  signal: AbortSignal,
): Promise<void> {
  const { samples, follow } = run;
  const { intentHash } = workflow;
  const baits: Hex[] = [];
  while (!signal.aborted) {
    const stories = baits.map((name) => follow.story.executions.get(name));
    if (stories.some(isLie)) return;
    if (stories.filter(isOpen).length < BAITS_AT_ONCE) {
      const wish = { operatorNo: LIAR_NO, intentHash, from: load.nextOrdinal(intentHash) };
      const from = await again(() => ordinalOfOperator(samples.ledger, wish), signal);
      const name = await load.fire(workflow, random, signal, from);
      if (name !== null) baits.push(name);
    }
    await pause(LOOK_MS, signal);
  }
}

function isOpen(story: ExecutionStory | undefined): boolean {
  return story === undefined || story.state === "claimed" || story.state === "lost";
}

function isLie(story: ExecutionStory | undefined): boolean {
  return !isOpen(story) && story?.nodeNo === LIAR_NO;
}
