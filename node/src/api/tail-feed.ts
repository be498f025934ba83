import type { Json } from "@deed/protocol/encoding";
import type { LedgerEvent } from "@deed/sdk";
import type { NodeView } from "./node-view.ts";

/** A place in the ledger: everything up to this log of this block has been given. */
export interface TailPosition {
  readonly block: number;
  readonly log: number;
}

/** Blocks of one read. */
const CHUNK_BLOCKS = 500;

/** Ledger facts in the ledger's order, no further than the node itself has read. */
export class TailFeed {
  readonly #node: NodeView;
  /** The newest read, shared by all who follow the head. */
  #shared: { readonly key: string; readonly events: Promise<readonly LedgerEvent[]> } | null = null;

  constructor(node: NodeView) {
    this.#node = node;
  }

  /** The end of what the node has read. */
  get end(): TailPosition {
    const { store, ledger } = this.#node;
    const cursor = store.read.cursors.get({ chainId: ledger.deployment.chainId });
    return { block: cursor?.blockNumber ?? -1, log: Number.MAX_SAFE_INTEGER };
  }

  /** All facts after a position, as they come, until the signal aborts. Errors: RpcError. */
  async *follow(after: TailPosition, signal: AbortSignal): AsyncGenerator<LedgerEvent> {
    let position = after;
    while (!signal.aborted) {
      const newest = this.end.block;
      // The position's own block may have more logs behind it.
      const from = position.log === Number.MAX_SAFE_INTEGER ? position.block + 1 : position.block;
      if (from > newest) {
        await this.#moved(newest, signal);
        continue;
      }
      const to = Math.min(newest, from + CHUNK_BLOCKS - 1);
      for (const event of await this.#read(from, to)) {
        if (isAfter(event, position)) yield event;
      }
      position = { block: to, log: Number.MAX_SAFE_INTEGER };
    }
  }

  #read(from: number, to: number): Promise<readonly LedgerEvent[]> {
    const key = `${from}-${to}`;
    if (this.#shared?.key !== key) {
      const events = this.#node.ledger.events(from, to);
      const shared = { key, events };
      this.#shared = shared;
      // A failure is for those who wait; the next one asks again.
      events.catch(() => {
        if (this.#shared === shared) this.#shared = null;
      });
    }
    return this.#shared.events;
  }

  /** Resolves when the node has read further, or the signal aborts. */
  #moved(known: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        unsubscribe();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const unsubscribe = this.#node.store.onCommit((touched) => {
        if (touched.has("cursors") && this.end.block > known) done();
      });
      signal.addEventListener("abort", done, { once: true });
      if (signal.aborted || this.end.block > known) done();
    });
  }
}

/** `block-log`; null when it is none. */
export function parsePosition(text: string): TailPosition | null {
  const found = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  if (found === null) return null;
  return { block: Number(found[1]), log: Number(found[2]) };
}

/** A fact as one server-sent event. */
export function eventText(event: LedgerEvent): string {
  const { name, place, ...fact } = event;
  const data = JSON.stringify({ ...fact, place }, exactNumber);
  return `id: ${place.blockNumber}-${place.logIndex}\nevent: ${name}\ndata: ${data}\n\n`;
}

function isAfter({ place }: LedgerEvent, { block, log }: TailPosition): boolean {
  return place.blockNumber > block || (place.blockNumber === block && place.logIndex > log);
}

function exactNumber(_key: string, value: unknown): Json {
  return typeof value === "bigint" ? value.toString() : (value as Json);
}
