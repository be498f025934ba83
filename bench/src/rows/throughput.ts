import { perSecond, rounded, summary } from "../measure/statistics.ts";
import { type LoadResult, load } from "../network/load.ts";
import type { Figure, RowContext } from "../row.ts";

const VERIFIED_PER_SECOND = 327;

/** Verified executions per second of the whole network, closed loop of 64. */
export async function throughput(context: RowContext): Promise<readonly Figure[]> {
  const result = await load(context);
  const { ended, elapsedMs } = result;
  return [
    {
      what: "verified executions, 64 in flight",
      value: rounded(perSecond(ended.length, elapsedMs)),
      ...{ unit: "1/s", goal: { atLeast: VERIFIED_PER_SECOND } },
      ...toFinal(result),
    },
  ];
}

/** Percentiles are milliseconds from trigger to final. */
function toFinal({ ended, batchSize }: LoadResult) {
  const { samples, p50, p99 } = summary(ended.map(({ firedMs, finalMs }) => finalMs - firedMs));
  return { samples, p50: rounded(p50), p99: rounded(p99), batchSize: rounded(batchSize) };
}
