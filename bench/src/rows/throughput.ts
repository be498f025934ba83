import { perSecond, rounded, summary } from "../measure/statistics.ts";
import { IN_FLIGHT, type LoadResult, load } from "../network/load.ts";
import { besideRestate } from "../restate/beside-restate.ts";
import { restateLoad } from "../restate/restate-load.ts";
import type { Figure, RowContext } from "../row.ts";

const VERIFIED_PER_SECOND = 327;

/** Verified executions per second of the whole network, closed loop of 64. */
export async function throughput(context: RowContext): Promise<readonly Figure[]> {
  const result = await load(context);
  const { ended, elapsedMs } = result;
  const own: Figure = {
    what: "verified executions, 64 in flight",
    value: rounded(perSecond(ended.length, elapsedMs)),
    ...{ unit: "1/s", goal: { atLeast: VERIFIED_PER_SECOND } },
    ...toFinal(result),
  };
  const { seconds, signal } = context;
  return besideRestate(own, context, async (peer) => {
    const {
      executions,
      elapsedMs: tookMs,
      ...times
    } = await restateLoad(peer, {
      ...{ inFlight: IN_FLIGHT, seconds, signal },
    });
    return { value: perSecond(executions, tookMs), samples: executions, ...quantiles(times) };
  });
}

function quantiles({ p50, p99 }: { readonly p50: number | null; readonly p99: number | null }) {
  return { p50: rounded(p50), p99: rounded(p99) };
}

/** Percentiles are milliseconds from trigger to final. */
function toFinal({ ended, batchSize }: LoadResult) {
  const { samples, p50, p99 } = summary(ended.map(({ firedMs, finalMs }) => finalMs - firedMs));
  return { samples, p50: rounded(p50), p99: rounded(p99), batchSize: rounded(batchSize) };
}
