import { type CpuParts, canSeeProcesses } from "../measure/processes.ts";
import { rounded } from "../measure/statistics.ts";
import { IN_FLIGHT, load } from "../network/load.ts";
import { besideRestate } from "../restate/beside-restate.ts";
import { restateLoad } from "../restate/restate-load.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const GOAL_MS = 4;

/** CPU time of all parties together for one verified execution, under the load of `throughput`. */
export async function cpu(context: RowContext): Promise<readonly Figure[]> {
  if (!canSeeProcesses()) throw new BenchError({ code: "CANNOT_RUN", reason: "no /proc here" });
  const { ended, cpuMs, cpuParts, elapsedMs, batchSize } = await load(context);
  const own: Figure = {
    what: "CPU for a verified execution: chain, nodes, signers, sandboxes",
    value: ended.length === 0 ? null : rounded(cpuMs / ended.length),
    ...{ unit: "ms", p50: null, p99: null, goal: { atMost: GOAL_MS } },
    ...{ batchSize: rounded(batchSize), samples: ended.length },
    detail: { coresBusy: rounded(cpuMs / elapsedMs), msByProgram: each(cpuParts, ended.length) },
  };
  const { seconds, signal } = context;
  return besideRestate(own, context, async (peer) => {
    const found = await restateLoad(peer, { inFlight: IN_FLIGHT, seconds, signal });
    const { executions, cpuMs: peerMs } = found;
    return { value: executions === 0 ? null : peerMs / executions, samples: executions };
  });
}

function each(parts: CpuParts, executions: number): Readonly<Record<string, number | null>> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, partMs]) => [name, rounded(partMs / executions)]),
  );
}
