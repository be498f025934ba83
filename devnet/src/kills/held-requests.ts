import type { EchoedRequest } from "../echo/echo-server.ts";
import { pause } from "../story/pause.ts";
import type { Random } from "./random.ts";
import { HELD_PATHS, PATHS } from "./workflows.ts";

const PUT_MS = { from: 0, to: 300 };
const POST_MS = { from: 100, to: 1_500 };

interface HeldPath {
  count: number;
  readonly came: AbortController;
  readonly letGo: AbortController;
}

/** How the server of a run behaves: slow at times, so that there is something to interrupt. */
export class HeldRequests {
  readonly #random: Random;
  readonly #stop = new AbortController();
  readonly #held: ReadonlyMap<string, HeldPath> = new Map(
    HELD_PATHS.map((path) => [
      path,
      { count: 0, came: new AbortController(), letGo: new AbortController() },
    ]),
  );

  constructor(random: Random) {
    this.#random = random;
  }

  readonly onRequest = ({ path }: EchoedRequest): void => {
    const held = this.#held.get(path);
    if (held === undefined) return;
    held.count += 1;
    held.came.abort();
  };

  readonly delay = async ({ path }: EchoedRequest): Promise<void> => {
    const random = this.#random;
    const { signal } = this.#stop;
    if (path === PATHS.put) await pause(random.whole(PUT_MS.from, PUT_MS.to), signal);
    if (path === PATHS.post) await pause(random.whole(POST_MS.from, POST_MS.to), signal);
    const held = this.#held.get(path);
    // Only the first: who takes over is answered.
    if (held?.count === 1) await aborted(held.letGo.signal);
  };

  /** Resolves when the request that is held has come. Errors: the signal's reason. */
  async firstCame(path: string, signal: AbortSignal): Promise<void> {
    const came = this.#held.get(path)?.came.signal;
    if (came === undefined) throw new RangeError(`nothing is held at ${path}`);
    await Promise.race([aborted(came), aborted(signal)]);
    signal.throwIfAborted();
  }

  letGo(path: string): void {
    this.#held.get(path)?.letGo.abort();
  }

  letAllGo(): void {
    for (const { letGo } of this.#held.values()) letGo.abort();
    this.#stop.abort();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
