import { rounded } from "../measure/statistics.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";
import { openRestate, type Restate } from "./open-restate.ts";

/** What Restate gave for the same work, in the unit of the figure beside it. */
export interface PeerValue {
  readonly value: number | null;
  readonly p50?: number | null;
  readonly p99?: number | null;
  readonly samples: number;
}

/**
 * Deed's figure, Restate's for the same work in the same run, and Deed's as a multiple of it. Restate executes;
 * it proves and verifies nothing. Where it cannot run, its figure says why.
 */
export async function besideRestate(
  own: Figure,
  context: RowContext,
  measure: (peer: Restate) => Promise<PeerValue>,
): Promise<readonly Figure[]> {
  const blank = { p50: null, p99: null, batchSize: null, goal: null };
  try {
    context.say("The same work with Restate");
    const peer = await openRestate(context);
    const { version } = peer;
    const found = await measure(peer).finally(() => peer.close());
    const ratio = own.value === null || !found.value ? null : own.value / found.value;
    return [
      own,
      {
        ...blank,
        ...{ what: `${own.what}: Restate ${version}, unverified`, unit: own.unit, ...found },
        value: rounded(found.value),
      },
      {
        ...blank,
        ...{ what: `${own.what}: Deed as a multiple of Restate`, unit: "×" },
        ...{ value: rounded(ratio), samples: Math.min(own.samples, found.samples) },
      },
    ];
  } catch (error) {
    if (!(error instanceof BenchError) || error.failure.code !== "CANNOT_RUN") throw error;
    const { reason } = error.failure;
    const what = `${own.what}: Restate`;
    return [own, { ...blank, what, unit: own.unit, value: null, samples: 0, detail: { reason } }];
  }
}
