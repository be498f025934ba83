import type { Logger } from "../telemetry/logger.ts";
import type { Metrics } from "../telemetry/metrics.ts";
import { ADAPTERS, type SandboxChoice } from "./choose-sandbox.ts";
import { stopped } from "./drive-run.ts";
import type {
  EffectHandler,
  PlacedResult,
  RunJob,
  RunResult,
  Sandbox,
  SandboxAdapter,
  SandboxPlace,
} from "./sandbox.ts";
import type { ServerTrouble } from "./zygote/server-keeper.ts";

export interface LiveSandboxOptions {
  /** How long after a fall the better ones are tried again; twice as long each time. */
  readonly againMs: number;
  readonly longestAgainMs: number;
}

export interface LiveSandboxParts {
  /** Opens the best that works of those that are to be tried. */
  choose(isTried: (adapter: SandboxAdapter) => boolean): Promise<SandboxChoice>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told when there is another sandbox, or none. */
  onChange(): void;
}

/** Whether runs have containers: `lost` while a sandbox that had them has failed. */
export type Containers = "has" | "lost" | "none";

/** What a node says about its sandbox. */
export interface SandboxState {
  /** Null while none works: then nothing is claimed. */
  readonly now: (SandboxPlace & { readonly reason: string }) | null;
  /** What it started with, while that does not work, and why; else null. */
  readonly fallenFrom: { readonly adapter: SandboxAdapter; readonly why: string } | null;
}

/** So many starts in a row fail before the adapter counts as failed: one may lack a process for a moment. */
const NO_STARTS = 2;
const RANK = { process: 0, "container-shared": 1, container: 2 } as const;
const NONE = -1;

/**
 * The best sandbox that works now. When one fails while the node runs, the next one that passes its self-test takes
 * over; the first comes back when it works again. Each run tells where it took place.
 */
export class LiveSandbox {
  readonly #options: LiveSandboxOptions;
  readonly #parts: LiveSandboxParts;
  readonly #home: SandboxPlace;
  /** Runs in each sandbox that is open. */
  readonly #runs = new Map<Sandbox, number>();
  #current: Sandbox | null = null;
  #why = "";
  #changing: Promise<void> | null = null;
  #noStarts = 0;
  #againMs: number;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param first What the node starts with; it is this one's to close. */
  constructor(options: LiveSandboxOptions, parts: LiveSandboxParts, first: Sandbox) {
    this.#options = options;
    this.#parts = parts;
    this.#home = { adapter: first.adapter, level: first.level };
    this.#againMs = options.againMs;
    this.#adopt(first);
  }

  get state(): SandboxState {
    const sandbox = this.#current;
    const { adapter } = this.#home;
    const now =
      sandbox === null
        ? null
        : { adapter: sandbox.adapter, level: sandbox.level, reason: sandbox.reason };
    return { now, fallenFrom: this.#isHome ? null : { adapter, why: this.#why } };
  }

  /** Null while nothing can run. */
  get containers(): Containers | null {
    if (this.#current === null) return null;
    if (this.#current.level !== "process") return "has";
    return this.#home.level === "process" ? "none" : "lost";
  }

  get #isHome(): boolean {
    return placeOf(this.#current?.adapter) <= placeOf(this.#home.adapter);
  }

  async execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<PlacedResult> {
    for (;;) {
      await this.#changing;
      const sandbox = this.#current;
      if (sandbox === null) return stopped({ code: "NO_PLACE", detail: "no sandbox works" });
      const { adapter, level } = sandbox;
      if (job.plan.sandbox === "container" && level === "process") {
        return stopped({ code: "NO_PLACE", detail: `only ${level} by ${adapter} works now` });
      }
      const result = await this.#runIn(sandbox, job, broker, signal);
      if (result.kind === "done") {
        this.#noStarts = 0;
        return { ...result, place: { adapter, level } };
      }
      if (result.failure.code !== "NO_START" || signal.aborted) return result;
      this.#countNoStart(sandbox, result.failure.detail);
      // Nothing of it has begun: where another sandbox comes, it begins there.
      if (this.#current === sandbox) return result;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#again);
    await this.#changing;
    await Promise.all([...this.#runs.keys()].map((sandbox) => sandbox.close()));
  }

  /** What the server of the fork server's sandbox meets. */
  onTrouble(trouble: ServerTrouble): void {
    const { logger, metrics } = this.#parts;
    const { kind, detail } = trouble;
    metrics
      .counter("deed_sandbox_server_troubles_total", "Fork servers that died or did not start", [
        "kind",
      ])
      .inc({ kind });
    if (kind === "died") logger.warn("Fork server died: starting another", { detail });
    else logger.warn("Fork server not started", { detail, hasServer: trouble.hasServer });
  }

  async #runIn(
    sandbox: Sandbox,
    job: RunJob,
    broker: EffectHandler,
    signal: AbortSignal,
  ): Promise<RunResult> {
    this.#runs.set(sandbox, (this.#runs.get(sandbox) ?? 0) + 1);
    try {
      return await sandbox.execute(job, broker, signal);
    } finally {
      this.#runs.set(sandbox, (this.#runs.get(sandbox) ?? 1) - 1);
      if (sandbox !== this.#current) void this.#retire(sandbox);
    }
  }

  #countNoStart(sandbox: Sandbox, detail: string): void {
    if (sandbox !== this.#current) return;
    this.#noStarts += 1;
    if (this.#noStarts >= NO_STARTS) this.#fail(sandbox, detail);
  }

  #fail(sandbox: Sandbox, why: string): void {
    if (this.#isClosed || this.#current !== sandbox) return;
    const { adapter } = sandbox;
    const { logger, metrics } = this.#parts;
    logger.warn("Sandbox failed: looking for another", { adapter, why });
    metrics
      .counter("deed_sandbox_falls_total", "Sandboxes that failed while the node ran", ["adapter"])
      .inc({ adapter });
    if (adapter === this.#home.adapter) this.#why = why;
    this.#current = null;
    this.#againMs = this.#options.againMs;
    this.#changing = this.#choose((other) => other !== adapter, true).finally(() => {
      this.#changing = null;
    });
    void this.#retire(sandbox);
  }

  /** Takes over with the best of those that are to be tried, if one is better than what there is. */
  async #choose(isTried: (adapter: SandboxAdapter) => boolean, isFall: boolean): Promise<void> {
    const { sandbox, notTaken } = await this.#parts.choose(isTried);
    for (const { adapter, why, remedy } of notTaken) {
      this.#parts.logger.info("Sandbox adapter not taken", { adapter, why, remedy });
      if (adapter === this.#home.adapter) this.#why = why;
    }
    const isBetter = sandbox !== null && placeOf(sandbox.adapter) < placeOf(this.#current?.adapter);
    if (this.#isClosed || !isBetter) await sandbox?.close();
    if (this.#isClosed) return;
    if (isBetter) this.#adopt(sandbox);
    else if (this.#current === null && (isFall || this.#changing === null)) {
      this.#parts.logger.error("No sandbox works: no claims", { code: "NO_PLACE" });
      this.#tell();
    }
    if (!this.#isHome) this.#lookAgain();
  }

  #adopt(sandbox: Sandbox): void {
    const old = this.#current;
    this.#current = sandbox;
    this.#noStarts = 0;
    if (!this.#runs.has(sandbox)) this.#runs.set(sandbox, 0);
    const { adapter, level, reason } = sandbox;
    this.#parts.logger.info("Sandbox opened", { adapter, level, reason });
    void sandbox.failed?.then((why) => this.#fail(sandbox, why));
    if (old !== null) void this.#retire(old);
    this.#tell();
  }

  #lookAgain(): void {
    clearTimeout(this.#again);
    const look = (): void => {
      this.#againMs = Math.min(2 * this.#againMs, this.#options.longestAgainMs);
      const worst = this.#current?.adapter;
      void this.#choose((adapter) => placeOf(adapter) < placeOf(worst), false);
    };
    this.#again = setTimeout(look, this.#againMs).unref();
  }

  /** Closed when its last run has ended. */
  async #retire(sandbox: Sandbox): Promise<void> {
    if (this.#runs.get(sandbox) !== 0) return;
    this.#runs.delete(sandbox);
    await sandbox.close();
  }

  #tell(): void {
    const level = this.#current?.level;
    this.#parts.metrics
      .gauge(
        "deed_sandbox_level",
        "Of the sandbox that works now: 2 container, 1 with a shared network, 0 process, -1 none",
      )
      .set(level === undefined ? NONE : RANK[level]);
    this.#parts.onChange();
  }
}

/** Best first. */
function placeOf(adapter: SandboxAdapter | undefined): number {
  const at = ADAPTERS.findIndex(([name]) => name === adapter);
  return at < 0 ? ADAPTERS.length : at;
}
