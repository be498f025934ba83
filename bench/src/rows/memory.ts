import { canSeeProcesses, type Memory, memoryOf } from "../measure/processes.ts";
import { rounded, summary } from "../measure/statistics.ts";
import { openBenchNetwork } from "../network/bench-network.ts";
import { until } from "../network/load.ts";
import { besideRestate } from "../restate/beside-restate.ts";
import { BenchError, type Figure, type Goal, type RowContext } from "../row.ts";

const MEGABYTE = 1024 * 1024;
const GOAL_MEGABYTES = 160;

/** Memory of each node with its signer and the sandboxes that it keeps ready, after some work and a rest. */
export async function memory(context: RowContext): Promise<readonly Figure[]> {
  if (!canSeeProcesses()) throw new BenchError({ code: "CANNOT_RUN", reason: "no /proc here" });
  const [rss, pss] = await ownMemory(context);
  const beside = await besideRestate(rss, context, async (peer) => {
    await peer.execute(context.signal);
    await until(performance.now() + context.seconds * 1000);
    return { value: Math.round(memoryOf(peer.pids).rssBytes / MEGABYTE), samples: 1 };
  });
  return [...beside, pss];
}

async function ownMemory(context: RowContext): Promise<readonly [rss: Figure, pss: Figure]> {
  const bench = await openBenchNetwork(context);
  try {
    await bench.fire(context.signal);
    await bench.rest();
    await until(performance.now() + context.seconds * 1000);
    const nodes = bench.network.nodes.map(({ pid }) => memoryOf([pid]));
    const chain = memoryOf([bench.network.chain.pid]);
    return [
      figureOf("RSS of a node", "rssBytes", nodes, chain, { atMost: GOAL_MEGABYTES }),
      figureOf("PSS of a node", "pssBytes", nodes, chain, null),
    ];
  } finally {
    await bench.close();
  }
}

function figureOf(
  what: string,
  kind: keyof Memory,
  nodes: readonly Memory[],
  chain: Memory,
  goal: Goal | null,
): Figure {
  const inMegabytes = (memory: Memory): number => Math.round(memory[kind] / MEGABYTE);
  const { samples, p50, p99 } = summary(nodes.map(inMegabytes));
  return {
    what: `${what}, signer and ready sandboxes included`,
    ...{ value: rounded(p50), unit: "MB", p50, p99, batchSize: null, samples, goal },
    detail: { nodes: nodes.map(inMegabytes), chain: inMegabytes(chain) },
  };
}
