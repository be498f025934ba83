import { type Hasher, nobleHasher } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { hashWords, textWord } from "./word.ts";

// Names of occurrences and executions (spec 02).

/** Kinds of triggers by number, as intents and claims carry them. */
export const TRIGGER_KINDS = { event: 1, interval: 2, manual: 3 } as const;

export type TriggerKind = keyof typeof TRIGGER_KINDS;

/** The ledger on which executions have their names. */
export interface Ledger {
  readonly chainId: number;
  readonly executions: Hex;
}

const EXECUTION = textWord("deed.execution.1");
const EVENT = textWord("event");
const INTERVAL = textWord("interval");
const MANUAL = textWord("manual");

/** A log, named by its place in its transaction, which survives re-inclusion. */
export function eventOccurrenceId(
  log: { readonly chainId: number; readonly txHash: Hex; readonly logOrdinal: number },
  hasher: Hasher = nobleHasher,
): Hex {
  return hashWords([EVENT, log.chainId, log.txHash, log.logOrdinal], hasher);
}

/** Tick `ordinal` of an interval. */
export function intervalOccurrenceId(ordinal: number, hasher: Hasher = nobleHasher): Hex {
  return hashWords([INTERVAL, ordinal], hasher);
}

/** A manual fire, numbered by the owner. */
export function manualOccurrenceId(ordinal: number, hasher: Hasher = nobleHasher): Hex {
  return hashWords([MANUAL, ordinal], hasher);
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
