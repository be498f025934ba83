import { needsWebAssembly } from "@deed/protocol/plan";
import { readScriptModule } from "../scripts/script-module.ts";
import type { ChildEvent } from "./child-process.ts";
import type { FromChild, ToChild } from "./messages.ts";
import type { EffectHandler, RunFailure, RunJob, RunResult } from "./sandbox.ts";

type EffectMessage = Extract<FromChild, { type: "effect" }>;

/** A place that is ready for one job, as the node talks with it. */
export interface RunPeer {
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
  child.send(jobMessage(job));
  for (let effects = 0; ; effects += 1) {
    const event = await child.next();
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
        const failure = await answer(child, message, broker, signal);
        if (failure !== null) return stopped(failure);
      }
    }
  }
}

function jobMessage({ plan, occurrence, start }: RunJob): ToChild {
  const job = { type: "job", plan, occurrence, start } as const;
  if (!needsWebAssembly(plan)) return job;
  // Inside there are no files: what runs scripts comes with the job.
  return { ...job, scriptModule: Buffer.from(readScriptModule()).toString("base64") };
}

async function answer(
  child: RunPeer,
  message: EffectMessage,
  broker: EffectHandler,
  signal: AbortSignal,
): Promise<RunFailure | null> {
  try {
    child.send({ type: "result", result: await broker(message.request, signal) });
    return null;
  } catch (error) {
    if (signal.aborted) return { code: "ABORTED" };
    return { code: "BROKER", detail: error instanceof Error ? error.message : "" };
  }
}

function bytesOf(request: EffectMessage["request"]): number {
  return Buffer.byteLength(JSON.stringify(request));
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
      return event.end.kind === "no-start"
        ? { code: "NO_START", detail: event.end.detail }
        : { code: "DIED", exitCode: event.end.exitCode, signal: event.end.signal };
  }
}

export function stopped(failure: RunFailure): RunResult {
  return { kind: "stopped", failure };
}
