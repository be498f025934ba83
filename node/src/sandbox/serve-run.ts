import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import {
  idempotencyKey,
  type KeyOfStep,
  openScriptEngine,
  run,
  type ScriptEngine,
} from "@deed/protocol/runtime";
import type { Channel } from "./channel.ts";
import type { FromChild, ToChild } from "./messages.ts";

type JobMessage = Extract<ToChild, { type: "job" }>;

/** Runs one job that comes over the channel and gives back its outcome over it. Inside the container. */
export function serveRun(channel: Channel): void {
  channel.write({ type: "ready" } satisfies FromChild);
  serveJob(channel, channel.read() as ToChild | undefined);
}

/** Runs a job that has come. @param scripts What runs scripts, where this process has it already. */
export function serveJob(
  channel: Channel,
  job: ToChild | undefined,
  scripts: ScriptEngine | null = null,
): void {
  const say = (message: FromChild): void => channel.write(message);
  if (job?.type !== "job") return;
  const ask = (request: EffectRequest): EffectResult | undefined => {
    say({ type: "effect", request });
    const answer = channel.read() as ToChild | undefined;
    return answer?.type === "result" ? answer.result : undefined;
  };
  try {
    const steps = run(job.plan, job.occurrence, job.start, keysOf(job), scripts ?? scriptsOf(job));
    let next = steps.next();
    while (next.done !== true) {
      const result = ask(next.value);
      if (result === undefined) return;
      next = steps.next(result);
    }
    say({ type: "done", outcome: next.value });
  } catch (cause) {
    say({
      type: "failed",
      detail: cause instanceof Error ? `${cause.name}: ${cause.message}` : "",
    });
  }
}

/** As the node told them; it looks at the requests again. */
function keysOf({ idempotencyKeys, occurrence }: JobMessage): KeyOfStep {
  return (index) => idempotencyKeys[index] ?? idempotencyKey(occurrence.executionId, index);
}

function scriptsOf({ scriptModule }: JobMessage): ScriptEngine | null {
  return scriptModule === undefined ? null : openScriptEngine(Buffer.from(scriptModule, "base64"));
}
