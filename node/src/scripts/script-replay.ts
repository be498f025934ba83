import { Worker } from "node:worker_threads";
import type { Replayed } from "@deed/protocol/verify";
import { bundledEntry, selfEntry } from "../self-entry.ts";
import type { ReplayAnswer, ReplayJob } from "./replay-messages.ts";
import { readScriptModule } from "./script-module.ts";

export interface ScriptReplayOptions {
  /** A recorded run may take this many times what its intent allows; then this node cannot say. */
  readonly patience: number;
  /** How long the thread is kept when nothing comes. */
  readonly idleAfterMs: number;
  /** Code of the thread as one file. Left out, the build's own: threads do not run sources. */
  readonly bundlePath?: string;
}

export const SCRIPT_REPLAY_DEFAULTS: ScriptReplayOptions = { patience: 4, idleAfterMs: 10_000 };

/** The end of a replay that has no result. */
export class ScriptReplayError extends Error {
  override readonly name = "ScriptReplayError";
  readonly code: "SCRIPT_TIMEOUT" | "SCRIPT_REPLAY_FAILED";

  constructor(code: ScriptReplayError["code"], detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
  }
}

// Deep recursions of a script end inside its module; the thread's own stack must not end before.
const STACK_MB = 8;

/** Recomputes runs with scripts on a thread of its own, one after the other; a script that does not end ends it. */
export class ScriptReplay {
  readonly #options: ScriptReplayOptions;
  #worker: Worker | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ScriptReplayOptions = SCRIPT_REPLAY_DEFAULTS) {
    this.#options = options;
  }

  /** @throws ScriptReplayError */
  verify(job: ReplayJob): Promise<Replayed> {
    const turn = this.#last.then(() => this.#verify(job));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    await this.#end();
  }

  async #verify(job: ReplayJob): Promise<Replayed> {
    clearTimeout(this.#idle);
    this.#worker ??= openWorker(this.#options.bundlePath);
    const limitMs = job.plan.limits.durationSec * 1000 * this.#options.patience;
    try {
      const answer = await answerOf(this.#worker, job, limitMs);
      if (answer.kind === "failed") {
        throw new ScriptReplayError("SCRIPT_REPLAY_FAILED", answer.detail);
      }
      return answer.replayed;
    } catch (error) {
      await this.#end();
      throw error;
    } finally {
      this.#idle = setTimeout(() => void this.#end(), this.#options.idleAfterMs).unref();
    }
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }
}

function openWorker(bundlePath: string | undefined): Worker {
  const path = bundlePath ?? bundledEntry("script-worker.js");
  const worker = new Worker(path ?? selfEntry("./worker/main", import.meta.url).path, {
    workerData: readScriptModule(),
    env: {},
    resourceLimits: { stackSizeMb: STACK_MB },
  });
  worker.unref();
  return worker;
}

function answerOf(worker: Worker, job: ReplayJob, limitMs: number): Promise<ReplayAnswer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => settle(() => reject(new ScriptReplayError("SCRIPT_TIMEOUT", `${limitMs} ms`))),
      limitMs,
    );
    const answered = (answer: ReplayAnswer): void => settle(() => resolve(answer));
    const broke = (cause: unknown): void => {
      const detail = cause instanceof Error ? cause.message : `exit ${String(cause)}`;
      settle(() => reject(new ScriptReplayError("SCRIPT_REPLAY_FAILED", detail, { cause })));
    };
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      worker.off("message", answered).off("error", broke).off("exit", broke);
      finish();
    };
    worker.on("message", answered).on("error", broke).on("exit", broke);
    worker.postMessage(job);
  });
}
