import type { RunFailure } from "../../sandbox/sandbox.ts";

export interface RestartOptions {
  /** Starts of one attempt whose sandbox dies or does not come up. */
  readonly starts: number;
  /** Before the second start; twice as long before each further one. */
  readonly firstRestMs: number;
  readonly longestRestMs: number;
}

/** The sandbox failed, not the workflow: the journal lets another start go on. */
const SANDBOX_FAILED: ReadonlySet<RunFailure["code"]> = new Set([
  "NO_START",
  "DIED",
  "SERVER_LOST",
]);

/**
 * When an attempt that ended without an outcome is begun again. A sandbox that fails is given a few starts. What fails
 * behind the broker is this node's surroundings, as an endpoint that is away for some seconds; so is a sandbox of the
 * level asked for that is to come back. To give up costs a part of the bond, so both are tried for as long as the lease allows.
 */
export class Restarts {
  readonly #options: RestartOptions;
  #restMs: number;
  #sandboxFailures = 0;

  constructor(options: RestartOptions) {
    this.#options = options;
    this.#restMs = options.firstRestMs;
  }

  /** @returns how long to rest before the next start; null when there is to be none. */
  after({ code }: RunFailure): number | null {
    const isSandbox = SANDBOX_FAILED.has(code);
    if (!isSandbox && code !== "BROKER" && code !== "NO_PLACE") return null;
    if (isSandbox) this.#sandboxFailures += 1;
    if (this.#sandboxFailures >= this.#options.starts) return null;
    const restMs = this.#restMs;
    this.#restMs = Math.min(2 * restMs, this.#options.longestRestMs);
    return restMs;
  }
}
