import { rounded, summary } from "../measure/statistics.ts";
import { type BenchNetwork, type Fired, openBenchNetwork } from "../network/bench-network.ts";
import { besideRestate } from "../restate/beside-restate.ts";
import { restateLoad } from "../restate/restate-load.ts";
import type { Figure, Goal, RowContext } from "../row.ts";

const RECORDED_MS = 40;
const WARM_UP = 5;

/** From the fire to its record and to its finality, one at a time. */
export async function latency(context: RowContext): Promise<readonly Figure[]> {
  const fired = await firedAlone(context);
  const recorded = fired.map(sinceFired("recordedMs"));
  const own = figureOf("trigger to recorded", recorded, { atMost: RECORDED_MS });
  const { seconds, signal } = context;
  const beside = await besideRestate(own, context, async (peer) => {
    const { p50, p99, executions } = await restateLoad(peer, { inFlight: 1, seconds, signal });
    return { value: p50, p50: rounded(p50), p99: rounded(p99), samples: executions };
  });
  return [...beside, figureOf("trigger to final", fired.map(sinceFired("finalMs")), null)];
}

async function firedAlone(context: RowContext): Promise<readonly Fired[]> {
  const bench = await openBenchNetwork(context);
  try {
    return await oneAtATime(bench, context);
  } finally {
    await bench.close();
  }
}

async function oneAtATime(
  bench: BenchNetwork,
  { seconds, signal }: RowContext,
): Promise<readonly Fired[]> {
  for (let count = 0; count < WARM_UP; count += 1) await bench.fire(signal);
  const fired: Fired[] = [];
  const untilMs = performance.now() + seconds * 1000;
  do fired.push(await bench.fire(signal));
  while (performance.now() < untilMs);
  return fired;
}

function sinceFired(when: "recordedMs" | "finalMs"): (fired: Fired) => number {
  return (fired) => fired[when] - fired.firedMs;
}

function figureOf(what: string, durationsMs: readonly number[], goal: Goal | null): Figure {
  const { samples, p50, p99 } = summary(durationsMs);
  return {
    ...{ what, value: rounded(p50), unit: "ms", p50: rounded(p50), p99: rounded(p99) },
    ...{ batchSize: 1, samples, goal },
  };
}
