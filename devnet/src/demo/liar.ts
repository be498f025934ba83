import {
  denseOccurrenceId,
  executionId,
  type Hex,
  rankOf,
  rankStart,
} from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";

const LONGEST_LOOK = 10_000;

/** The first ordinal, from `from` on, whose execution a given operator may claim before all others. */
export async function ordinalOfOperator(
  ledger: Ledger,
  wish: { readonly operatorNo: number; readonly intentHash: Hex; readonly from: number },
): Promise<number> {
  const generation = await ledger.generation();
  const [{ seed }, executors] = await Promise.all([
    ledger.generationInfo(generation),
    ledger.executorsOf(generation),
  ]);
  const position = executors.indexOf(wish.operatorNo);
  for (let ordinal = wish.from; ordinal < wish.from + LONGEST_LOOK; ordinal += 1) {
    const name = executionId(
      ledger.deployment,
      wish.intentHash,
      denseOccurrenceId("manual", ordinal),
    );
    const start = rankStart(seed, name, executors.length);
    if (rankOf(position, start, executors.length) === 0) return ordinal;
  }
  throw new RangeError(`operator ${wish.operatorNo} is in no order of generation ${generation}`);
}
