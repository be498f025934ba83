import { rounded, summary } from "../measure/statistics.ts";
import { type BenchNetwork, type Fired, openBenchNetwork } from "../network/bench-network.ts";
import type { Figure, Goal, RowContext } from "../row.ts";

const RECORDED_MS = 40;
const WARM_UP = 5;

/** From the fire to its record and to its finality, one at a time. */
export async function latency(context: RowContext): Promise<readonly Figure[]> {
  const bench = await openBenchNetwork(context);
  try {
    const fired = await oneAtATime(bench, context);
    return [
      figureOf("trigger to recorded", fired.map(sinceFired("recordedMs")), { atMost: RECORDED_MS }),
      figureOf("trigger to final", fired.map(sinceFired("finalMs")), null),
    ];
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
