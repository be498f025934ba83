import type { EchoedRequest } from "../echo/echo-server.ts";

/** Requests to `/gate/<name>` wait at the echo server until the test opens it. */
export class Gates {
  readonly requests: EchoedRequest[] = [];
  readonly #open = new Set<string>();
  #waiting: (() => void)[] = [];

  /** Everything that came is kept, whether or not it waits. */
  readonly onRequest = (request: EchoedRequest): void => {
    this.requests.push(request);
    this.#wake();
  };

  readonly delay = async ({ path }: EchoedRequest): Promise<void> => {
    if (!path.startsWith("/gate/")) return;
    while (!this.#open.has(path)) await this.#next();
  };

  open(name: string): void {
    this.#open.add(`/gate/${name}`);
    this.#wake();
  }

  openAll(): void {
    for (const { path } of this.requests) this.#open.add(path);
    this.#wake();
  }

  /** Requests to a path. */
  to(path: string): readonly EchoedRequest[] {
    return this.requests.filter((request) => request.path === path);
  }

  /** Resolves when so many requests have come to a path. */
  async arrived(path: string, count: number, signal: AbortSignal): Promise<void> {
    while (this.to(path).length < count) {
      signal.throwIfAborted();
      await Promise.race([this.#next(), aborted(signal)]);
    }
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
