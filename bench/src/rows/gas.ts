import { type BatchGas, batchGas } from "../ledger/batch-gas.ts";
import { type BenchKind, registerIntents } from "../ledger/bench-intents.ts";
import { type BenchLedger, openBenchLedger } from "../ledger/bench-ledger.ts";
import type { Figure, Goal, RowContext } from "../row.ts";

export interface Layout {
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
    return await figuresOf(LAYOUTS, {
      hasTime: () => performance.now() <= untilMs,
      measure: (layout) => measure(on, layout),
      ...{ signal, say },
    });
  } finally {
    await on.close();
  }
}

interface LayoutParts extends Pick<RowContext, "signal" | "say"> {
  hasTime(): boolean;
  measure(layout: Layout): Promise<BatchGas>;
}

/** One figure for each layout: what there was no time for is there without a value. */
export async function figuresOf(
  layouts: readonly Layout[],
  { hasTime, measure, signal, say }: LayoutParts,
): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  let leftOut = 0;
  for (const layout of layouts) {
    signal.throwIfAborted();
    const isMeasured = figures.length === 0 || hasTime();
    if (!isMeasured) leftOut += 1;
    figures.push(figureOf(layout, isMeasured ? await measure(layout) : null));
  }
  if (leftOut > 0) say(`${leftOut} layouts left out: no time`);
  return figures;
}

async function measure(on: BenchLedger, { kind, distinct, size }: Layout): Promise<BatchGas> {
  const intents = await registerIntents(on, kind, distinct ? size : 1);
  return batchGas(on, kind, intents, size);
}

function figureOf(layout: Layout, parts: BatchGas | null): Figure {
  const { kind, distinct, size } = layout;
  const figure = {
    what: `${kind}, ${distinct ? "distinct intents" : "one intent"}`,
    ...{ unit: "gas", p50: null, p99: null, batchSize: size, goal: goalOf(layout) },
    ...(size === 1 && { bound: LONE_BOUND }),
  };
  if (parts === null) return { ...figure, value: null, samples: 0, detail: { leftOut: "no time" } };
  const perExecution = (value: number): number => Math.round(value / size);
  const { claim, record, close, finalise } = parts;
  return {
    ...figure,
    value: perExecution(claim + record + close + finalise),
    samples: 1,
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
