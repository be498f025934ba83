import { pause } from "../story/pause.ts";
import { isDecided, lieOnce } from "./lie-once.ts";
import { Load } from "./load.ts";
import { seededRandom } from "./random.ts";
import { type Run, registerIn } from "./run.ts";
import { bait, post, putThenCount, tick } from "./workflows.ts";

/** So many nodes are down at one time at most, of seven. */
const NODE_LANES = ["first", "second", "third"];
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
    ...(options.lie ? [lieOnce(run, { load, workflow: lie }, killing.signal)] : []),
  ];
  const clients = [
    load.fireUntil(workflows, seededRandom(seed, "fires"), loading.signal),
    load.transferUntil(seededRandom(seed, "transfers"), loading.signal),
  ];
  try {
    await Promise.race([untilKilled(run, killing.signal), failureOf([...lanes, ...clients])]);
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

/** Until there were enough kills, and the lie's dispute is decided: it is to be interrupted, too. */
async function untilKilled(run: Run, signal: AbortSignal): Promise<void> {
  const { options, parts, killer } = run;
  const untilMs = run.startedMs + options.loadMs;
  while (!signal.aborted && parts.nowMs() < untilMs) {
    parts.signal.throwIfAborted();
    if (killer.kills.length >= options.kills && isDecided(run)) return;
    await pause(LOOK_MS, signal);
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
