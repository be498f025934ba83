import { ordinalOfOperator } from "../demo/liar.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import { Load } from "./load.ts";
import { seededRandom } from "./random.ts";
import { again, LIAR_NO, type Run, registerIn } from "./run.ts";
import { bait, post, putThenCount, tick } from "./workflows.ts";

/** So many nodes are down at one time at most, of seven. */
const NODE_LANES = ["first", "second", "third"];
const BAITS = 2;
/** The liar lies after this part of the kills: its disputes and the rest go on side by side. */
const LIE_AFTER = 0.3;
const LOOK_MS = 100;

/** Kills under load until there were enough kills, or the load's time is over. */
export async function underLoad(run: Run): Promise<void> {
  const { options, parts, samples, observer, killer } = run;
  const { seed } = options;
  const load = new Load({ samples, observer, openCount: () => openCount(run), nowMs: parts.nowMs });
  const workflows = [
    await registerIn(run, "kills-put", putThenCount),
    await registerIn(run, "kills-post", post),
  ];
  const lie = await registerIn(run, "kills-bait", bait);
  await registerIn(run, "kills-tick", tick);
  const killing = new AbortController();
  const loading = new AbortController();
  const lanes = [
    ...NODE_LANES.map((lane) => killer.killNodes(seededRandom(seed, lane), killing.signal)),
    killer.killChain(seededRandom(seed, "chain"), killing.signal),
  ];
  const clients = [
    load.fireUntil(workflows, seededRandom(seed, "fires"), loading.signal),
    load.transferUntil(seededRandom(seed, "transfers"), loading.signal),
  ];
  try {
    await Promise.race([
      untilKilled(run, { load, lie }, killing.signal),
      failureOf([...lanes, ...clients]),
    ]);
    killing.abort();
    await Promise.all(lanes);
    loading.abort();
    await Promise.all(clients);
  } finally {
    killing.abort();
    loading.abort();
    await Promise.allSettled([...lanes, ...clients]);
  }
  parts.onProgress(`${killer.kills.length} kills; waiting until everything is terminal`);
}

interface Lie {
  readonly load: Load;
  readonly lie: SignedWorkflow;
}

async function untilKilled(run: Run, lying: Lie, signal: AbortSignal): Promise<void> {
  const { options, parts, killer } = run;
  const untilMs = run.startedMs + options.loadMs;
  let hasLied = options.sabotage !== null;
  while (!signal.aborted && killer.kills.length < options.kills && parts.nowMs() < untilMs) {
    parts.signal.throwIfAborted();
    if (!hasLied && killer.kills.length >= options.kills * LIE_AFTER) {
      hasLied = true;
      await lieFrom(run, lying, signal);
    }
    await pause(LOOK_MS, signal);
  }
}

/** From its next start on the liar lies; some of the fires are its own to claim first. */
async function lieFrom(run: Run, { load, lie }: Lie, signal: AbortSignal): Promise<void> {
  const { options, samples, killer, tamper } = run;
  const random = seededRandom(options.seed, "lies");
  tamper[LIAR_NO] = "branch";
  await killer.killNode(LIAR_NO, random, signal);
  const { intentHash } = lie;
  for (let baits = 0; baits < BAITS && !signal.aborted; baits += 1) {
    const wish = { operatorNo: LIAR_NO, intentHash, from: load.nextOrdinal(intentHash) };
    const from = await again(() => ordinalOfOperator(samples.ledger, wish), signal);
    await load.fire(lie, random, signal, from);
  }
}

function openCount({ follow }: Run): number {
  const states = [...follow.story.executions.values()].map(({ state }) => state);
  return states.filter((state) => state !== "final" && state !== "void").length;
}

/** Rejects when one of them does; none of them has to end. */
function failureOf(tasks: readonly Promise<void>[]): Promise<never> {
  return new Promise((_, reject) => {
    for (const task of tasks) task.catch(reject);
  });
}
