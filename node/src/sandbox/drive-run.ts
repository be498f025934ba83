import { needsWebAssembly } from "@deed/protocol/plan";
import { idempotencyKey } from "@deed/protocol/runtime";
import { readScriptModule } from "../scripts/script-module.ts";
import type { ChildEnd, ChildEvent } from "./child-process.ts";
import type { FromChild, ToChild } from "./messages.ts";
import type { EffectHandler, RunFailure, RunJob, RunResult } from "./sandbox.ts";

type EffectMessage = Extract<FromChild, { type: "effect" }>;

/** A place that is ready for one job, as the node talks with it. */
export interface RunPeer {
  /** Whether it has what runs scripts; left out, it comes with the job. */
  readonly hasScripts?: boolean;
  /** Lowers what it may say in all. */
  limitOutput(totalBytes: number): void;
  send(message: unknown): void;
  /** The next thing that it does; one reader at a time. */
  next(): Promise<ChildEvent>;
}

/** Gives a ready child its job, answers its effects, and says how it ended. Does not kill it. */
export async function driveRun(
  child: RunPeer,
  job: RunJob,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunResult> {
  child.limitOutput(job.limits.outputBytes);
  child.send(jobMessage(job, child.hasScripts ?? false));
  let coming = child.next();
  for (let effects = 0; ; effects += 1) {
    const event = await coming;
    if (event.kind !== "message") return stopped(failureOf(event, job));
    const { message } = event;
    switch (message.type) {
      case "done":
        return { kind: "done", outcome: message.outcome };
      case "failed":
        return stopped({ code: "RUNTIME", detail: message.detail });
      case "ready":
        return stopped({ code: "PROTOCOL", detail: "ready twice" });
      case "effect": {
        if (effects >= job.limits.effects) {
          return stopped({ code: "EFFECT_CAP", limit: job.limits.effects });
        }
        const { effectBytes } = job.limits;
        if (effectBytes !== undefined && bytesOf(message.request) > effectBytes) {
          return stopped({ code: "EFFECT_SIZE", limitBytes: effectBytes });
        }
        // Heard while the effect goes on, so that a child's end is known at once.
        coming = child.next();
        const failure = await answer({ child, coming, job }, message, broker, signal);
        if (failure !== null) return stopped(failure);
      }
    }
  }
}

function jobMessage({ plan, occurrence, start }: RunJob, hasScripts: boolean): ToChild {
  const idempotencyKeys = plan.steps.map(({ kind }, index) =>
    kind === "http" ? idempotencyKey(occurrence.executionId, index) : null,
  );
  const job = { type: "job", plan, occurrence, start, idempotencyKeys } as const;
  if (hasScripts || !needsWebAssembly(plan)) return job;
  // Inside there are no files: what runs scripts comes with the job.
  return { ...job, scriptModule: Buffer.from(readScriptModule()).toString("base64") };
}

/** A run that has asked for something: the next that it does is to be later than the answer. */
interface AskingRun {
  readonly child: RunPeer;
  readonly coming: Promise<ChildEvent>;
  readonly job: RunJob;
}

async function answer(
  { child, coming, job }: AskingRun,
  { request }: EffectMessage,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunFailure | null> {
  const answered = broker(request, signal).then(
    (result) => {
      child.send({ type: "result", result });
      return null;
    },
    (error: unknown): RunFailure => {
      if (signal.aborted) return { code: "ABORTED" };
      return { code: "BROKER", detail: error instanceof Error ? error.message : "" };
    },
  );
  const first = await Promise.race([answered, coming]);
  if (first === null || "code" in first) return first;
  // It has ended, or does not wait. What cannot be sent twice is heard out: its answer is kept for the next start.
  if (!mayBeSentAgain(request)) await answered;
  if (first.kind === "message") return { code: "PROTOCOL", detail: "out of turn" };
  return failureOf(first, job);
}

function mayBeSentAgain(request: EffectMessage["request"]): boolean {
  return request.kind === "pause" || (request.kind === "http" && request.delivery !== "once");
}

/** What is nested too deeply to be written is larger than any limit: a hostile run may say it, and only it must end. */
function bytesOf(request: EffectMessage["request"]): number {
  try {
    return Buffer.byteLength(JSON.stringify(request));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function failureOf(event: Exclude<ChildEvent, { kind: "message" }>, job: RunJob): RunFailure {
  switch (event.kind) {
    case "garbage":
      return { code: "PROTOCOL", detail: event.detail };
    case "too-much":
      return { code: "OUTPUT_CAP", limitBytes: job.limits.outputBytes };
    case "too-late":
      return { code: "WALL_CLOCK", limitMs: job.limits.wallMs };
    case "end":
      return failureOfEnd(event.end);
  }
}

function failureOfEnd(end: ChildEnd): RunFailure {
  switch (end.kind) {
    case "no-start":
      return { code: "NO_START", detail: end.detail };
    case "server-lost":
      return { code: "SERVER_LOST", detail: end.detail };
    case "exit":
      return { code: "DIED", exitCode: end.exitCode, signal: end.signal };
  }
}

export function stopped(failure: RunFailure): Extract<RunResult, { kind: "stopped" }> {
  return { kind: "stopped", failure };
}
