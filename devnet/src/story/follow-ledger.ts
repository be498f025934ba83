import type { Ledger, LedgerEvent } from "@deed/sdk";
import type { ExecutionStory } from "./execution-story.ts";
import { LedgerStory } from "./ledger-story.ts";
import { pause } from "./pause.ts";

export interface FollowOptions {
  readonly ledger: Ledger;
  /** Between two looks at the head. */
  readonly pollMs: number;
  /** `open` forgets executions that are settled, so that a network may run for months. */
  readonly keep: "all" | "open";
}

export interface FollowParts {
  /** Told of each event, in ledger order, with the executions that it changed. */
  onEvent?(event: LedgerEvent, changed: readonly ExecutionStory[]): void;
  /** Told when the endpoint does not answer; it is asked again. */
  onTrouble?(error: unknown): void;
}

/** The story of a ledger, kept up to date from its first block on. */
export interface FollowedLedger {
  readonly story: LedgerStory;
  /** All so far; none when only what is open is kept. */
  readonly events: readonly LedgerEvent[];
  /**
   * Resolves with what `find` finds, looking again after each new event.
   * Errors: the signal's reason.
   */
  until<Found>(find: (story: LedgerStory) => Found | null, signal: AbortSignal): Promise<Found>;
  close(): Promise<void>;
}

const CHUNK_BLOCKS = 2_000;

/** Follows the ledger until it is closed. */
export function followLedger(options: FollowOptions, parts: FollowParts = {}): FollowedLedger {
  const { ledger, pollMs, keep } = options;
  const stop = new AbortController();
  const story = new LedgerStory(ledger.deployment);
  const events: LedgerEvent[] = [];
  const waiting = new Set<() => void>();
  const look = async (from: number): Promise<number> => {
    const head = Number(await ledger.rpc.request<string>("eth_blockNumber", []));
    const to = Math.min(head, from + CHUNK_BLOCKS - 1);
    if (to < from) return from;
    const found = await ledger.events(from, to);
    const times = await timesOf(ledger, found);
    for (const event of found) {
      const changed = story.apply(event, times.get(event.place.blockNumber) ?? 0);
      parts.onEvent?.(event, changed);
      if (keep === "all") events.push(event);
      else story.forget(changed);
    }
    if (found.length > 0) for (const wake of [...waiting]) wake();
    return to + 1;
  };
  const run = async (): Promise<void> => {
    let from = ledger.deployment.fromBlock;
    while (!stop.signal.aborted) {
      const before = from;
      from = await look(from).catch((error: unknown) => {
        if (!stop.signal.aborted) parts.onTrouble?.(error);
        return before;
      });
      if (from - before < CHUNK_BLOCKS) await pause(pollMs, stop.signal);
    }
  };
  const running = run();
  return {
    story,
    events,
    until: (find, signal) => until(story, waiting, find, signal),
    close: async () => {
      stop.abort();
      await running;
    },
  };
}

function until<Found>(
  story: LedgerStory,
  waiting: Set<() => void>,
  find: (story: LedgerStory) => Found | null,
  signal: AbortSignal,
): Promise<Found> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      waiting.delete(look);
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    const look = (): void => {
      const found = find(story);
      if (found === null) return;
      end();
      resolve(found);
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    waiting.add(look);
    look();
  });
}

/** Only registrations need their block's time. */
async function timesOf(
  ledger: Ledger,
  events: readonly LedgerEvent[],
): Promise<ReadonlyMap<number, number>> {
  const numbers = new Set(
    events.filter(({ name }) => name === "Registered").map(({ place }) => place.blockNumber),
  );
  const times = await Promise.all(
    [...numbers].map(async (number) => {
      const block = await ledger.block(number);
      return [number, block?.timestampSec ?? 0] as const;
    }),
  );
  return new Map(times);
}
