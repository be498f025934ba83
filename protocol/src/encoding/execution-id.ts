import { type Hasher, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { hashWords, textWord } from "./word.ts";

// Names of occurrences and executions (spec 02).

/** Kinds of triggers by number, as intents and claims carry them. */
export const TRIGGER_KINDS = {
  event: 1,
  interval: 2,
  manual: 3,
  cron: 4,
  block: 5,
  start: 6,
} as const;

export type TriggerKind = keyof typeof TRIGGER_KINDS;

/** Kinds whose occurrences are numbered. */
export type DenseKind = Exclude<TriggerKind, "event">;

/** A kind by its number, as the ledger has it; null when there is none. */
export function triggerKindOf(number: number): TriggerKind | null {
  const kinds = Object.keys(TRIGGER_KINDS) as TriggerKind[];
  return kinds.find((kind) => TRIGGER_KINDS[kind] === number) ?? null;
}

/** The ledger on which executions have their names. */
export interface Ledger {
  readonly chainId: number;
  readonly executions: Hex;
}

const EXECUTION = textWord("deed.execution.1");
const EVENT = textWord("event");
const HEIGHT = textWord("height");
const DENSE = {
  interval: textWord("interval"),
  manual: textWord("manual"),
  cron: textWord("cron"),
  block: textWord("block"),
  start: textWord("start"),
} as const satisfies { readonly [kind in DenseKind]: unknown };

/** A log, named by its place in its transaction, which survives re-inclusion. */
export function eventOccurrenceId(
  log: { readonly chainId: number; readonly txHash: Hex; readonly logOrdinal: number },
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([EVENT, log.chainId, log.txHash, log.logOrdinal], hasher);
}

/** A numbered occurrence: a tick, a fire numbered by the owner, a cron's minute, a height. */
export function denseOccurrenceId(
  kind: DenseKind,
  ordinal: number | bigint,
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([DENSE[kind], ordinal], hasher);
}

/** A height of any chain, as composites know it. */
export function heightOccurrenceId(
  { chainId, height }: { readonly chainId: number; readonly height: number },
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([HEIGHT, chainId, height], hasher);
}

/** One (intent, occurrence) on one ledger. */
export function executionId(
  ledger: Ledger,
  intentHash: Hex,
  occurrenceId: Hex,
  hasher: Hasher = nobleHasher,
): Hex {
  const words = [EXECUTION, ledger.chainId, ledger.executions, intentHash, occurrenceId];
  return hashWords(words, hasher);
}
