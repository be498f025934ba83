import type { SandboxChild } from "./child-process.ts";

export interface PoolOptions {
  /** Children kept ready while nothing runs. */
  readonly idle: number;
  /** Most children kept ready under load. */
  readonly max: number;
  /** How long a child beyond `idle` is kept when the load has gone. */
  readonly idleAfterMs: number;
}

/** Children that wait for their one job. Grows with the number of jobs that run, shrinks after them. */
export class ChildPool {
  readonly #options: PoolOptions;
  readonly #start: () => Promise<SandboxChild>;
  readonly #ready: Promise<SandboxChild | null>[] = [];
  #inUse = 0;
  #isClosed = false;
  #shrink: NodeJS.Timeout | undefined;

  /** @param start Starts a child and gives it when it is ready for a job. @param first One that is ready. */
  constructor(
    options: PoolOptions,
    start: () => Promise<SandboxChild>,
    first: SandboxChild | null,
  ) {
    this.#options = options;
    this.#start = start;
    if (first !== null) this.#keep(Promise.resolve(first));
    this.#fill();
  }

  /** A child of the caller's own, which the caller kills and then reports to `left`. */
  async take(): Promise<SandboxChild> {
    this.#inUse += 1;
    clearTimeout(this.#shrink);
    try {
      const warm = this.#ready.shift();
      this.#fill();
      return (await warm) ?? (await this.#start());
    } catch (error) {
      this.left();
      throw error;
    }
  }

  left(): void {
    this.#inUse -= 1;
    if (this.#ready.length <= this.#target() || this.#isClosed) return;
    clearTimeout(this.#shrink);
    this.#shrink = setTimeout(() => void this.#drop(), this.#options.idleAfterMs).unref();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#shrink);
    await kill(this.#ready.splice(0));
  }

  #target(): number {
    return Math.min(this.#options.max, this.#options.idle + this.#inUse);
  }

  #fill(): void {
    while (!this.#isClosed && this.#ready.length < this.#target()) {
      // A failed start shows when somebody needs a child and starts one himself.
      this.#keep(this.#start().catch(() => null));
    }
  }

  #keep(child: Promise<SandboxChild | null>): void {
    this.#ready.push(child);
    child.then(
      (started) => started?.ended.then(() => this.#forget(child)),
      () => undefined,
    );
  }

  #forget(child: Promise<SandboxChild | null>): void {
    const at = this.#ready.indexOf(child);
    if (at >= 0) this.#ready.splice(at, 1);
  }

  async #drop(): Promise<void> {
    await kill(this.#ready.splice(this.#target()));
  }
}

async function kill(children: readonly Promise<SandboxChild | null>[]): Promise<void> {
  await Promise.all(children.map(async (child) => (await child)?.kill()));
}
