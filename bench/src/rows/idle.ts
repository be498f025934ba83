import { canSeeProcesses, cpuMsOf } from "../measure/processes.ts";
import { rounded } from "../measure/statistics.ts";
import { openBenchNetwork } from "../network/bench-network.ts";
import { until } from "../network/load.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const GOAL_PERCENT = 5;
/** What was begun ends meanwhile. */
const SETTLE_MS = 5_000;

/** CPU of a network that has nothing to do: the whole of it, as a share of one core. */
export async function idle(context: RowContext): Promise<readonly Figure[]> {
  if (!canSeeProcesses()) throw new BenchError({ code: "CANNOT_RUN", reason: "no /proc here" });
  const bench = await openBenchNetwork(context);
  try {
    await bench.fire(context.signal);
    await bench.rest();
    await until(performance.now() + SETTLE_MS);
    context.say(`Resting for ${context.seconds} s`);
    const startedMs = performance.now();
    const before = cpuMsOf(bench.pids);
    await until(startedMs + context.seconds * 1000);
    const share = (cpuMsOf(bench.pids) - before) / (performance.now() - startedMs);
    return [
      {
        what: "CPU of the idle network, of one core",
        ...{ value: rounded(share * 100), unit: "%", p50: null, p99: null, batchSize: null },
        ...{ samples: 1, goal: { atMost: GOAL_PERCENT } },
      },
    ];
  } finally {
    await bench.close();
  }
}
