import { type BatchGas, batchGas } from "../ledger/batch-gas.ts";
import { type BenchKind, registerIntents } from "../ledger/bench-intents.ts";
import { type BenchLedger, openBenchLedger } from "../ledger/bench-ledger.ts";
import type { Figure, Goal, RowContext } from "../row.ts";

interface Layout {
  readonly kind: BenchKind;
  /** Each execution of an intent of its own, or all of one. */
  readonly distinct: boolean;
  readonly size: number;
}

/** The quick ones first: the time may be short. */
const LAYOUTS: readonly Layout[] = [false, true].flatMap((distinct) =>
  ([1, 16, 64, 256] as const).flatMap((size) =>
    (["event", "interval"] as const).map((kind) => ({ kind, distinct, size })),
  ),
);
const WARM_UP_BATCHES = 2;
const LONE_GOAL: Goal = { atMost: 350_000 };
/** What a lone execution costs at most; why it is not the goal: docs/decisions/0011. */
const LONE_BOUND: Goal = { atMost: 410_000 };

/** Gas from claim to final, per execution, by real transactions on the embedded chain. */
export async function gas(context: RowContext): Promise<readonly Figure[]> {
  const { directory, seconds, signal, say } = context;
  const untilMs = performance.now() + seconds * 1000;
  const on = await openBenchLedger(directory);
  try {
    // The first batches and rounds write slots that are never empty again.
    for (let batch = 0; batch < WARM_UP_BATCHES; batch += 1) {
      await measure(on, { kind: "interval", distinct: false, size: 1 });
    }
    const figures: Figure[] = [];
    for (const layout of LAYOUTS) {
      signal.throwIfAborted();
      if (performance.now() > untilMs && figures.length > 0) {
        say(`${LAYOUTS.length - figures.length} layouts left out: no time`);
        break;
      }
      figures.push(figureOf(layout, await measure(on, layout)));
    }
    return figures;
  } finally {
    await on.close();
  }
}

async function measure(on: BenchLedger, { kind, distinct, size }: Layout): Promise<BatchGas> {
  const intents = await registerIntents(on, kind, distinct ? size : 1);
  return batchGas(on, kind, intents, size);
}

function figureOf(layout: Layout, parts: BatchGas): Figure {
  const { kind, distinct, size } = layout;
  const perExecution = (value: number): number => Math.round(value / size);
  const { claim, record, close, finalise } = parts;
  return {
    what: `${kind}, ${distinct ? "distinct intents" : "one intent"}`,
    value: perExecution(claim + record + close + finalise),
    ...{ unit: "gas", p50: null, p99: null, batchSize: size, samples: 1, goal: goalOf(layout) },
    ...(size === 1 && { bound: LONE_BOUND }),
    detail: {
      claim: perExecution(claim),
      record: perExecution(record),
      close: perExecution(close),
      finalise: perExecution(finalise),
    },
  };
}

function goalOf({ kind, distinct, size }: Layout): Goal | null {
  if (size === 1) return LONE_GOAL;
  if (size < 256) return null;
  if (distinct) return { atMost: 45_000 };
  return { atMost: kind === "interval" ? 10_000 : 31_000 };
}
