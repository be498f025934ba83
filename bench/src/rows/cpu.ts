import { canSeeProcesses } from "../measure/processes.ts";
import { rounded } from "../measure/statistics.ts";
import { load } from "../network/load.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const GOAL_MS = 4;

/** CPU time of all parties together for one verified execution, under the load of `throughput`. */
export async function cpu(context: RowContext): Promise<readonly Figure[]> {
  if (!canSeeProcesses()) throw new BenchError({ code: "CANNOT_RUN", reason: "no /proc here" });
  const { ended, cpuMs, elapsedMs, batchSize } = await load(context);
  return [
    {
      what: "CPU for a verified execution: chain, nodes, signers, sandboxes",
      value: ended.length === 0 ? null : rounded(cpuMs / ended.length),
      ...{ unit: "ms", p50: null, p99: null, goal: { atMost: GOAL_MS } },
      ...{ batchSize: rounded(batchSize), samples: ended.length },
      detail: { coresBusy: rounded(cpuMs / elapsedMs) },
    },
  ];
}
