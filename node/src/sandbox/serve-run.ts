import { nobleHasher } from "@deed/protocol/encoding";
import type { EffectRequest, EffectResult } from "@deed/protocol/runtime";
import { openScriptEngine, run, type ScriptEngine } from "@deed/protocol/runtime";
import type { Channel } from "./channel.ts";
import type { FromChild, ToChild } from "./messages.ts";

/** Runs one job that comes over the channel and gives back its outcome over it. Inside the container. */
export function serveRun(channel: Channel): void {
  channel.write({ type: "ready" } satisfies FromChild);
  serveJob(channel, channel.read() as ToChild | undefined);
}

/** Runs a job that has come. */
export function serveJob(channel: Channel, job: ToChild | undefined): void {
  const say = (message: FromChild): void => channel.write(message);
  if (job?.type !== "job") return;
  const ask = (request: EffectRequest): EffectResult | undefined => {
    say({ type: "effect", request });
    const answer = channel.read() as ToChild | undefined;
    return answer?.type === "result" ? answer.result : undefined;
  };
  try {
    const steps = run(job.plan, job.occurrence, job.start, nobleHasher, scriptsOf(job));
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

function scriptsOf({ scriptModule }: ToChild & { type: "job" }): ScriptEngine | null {
  return scriptModule === undefined ? null : openScriptEngine(Buffer.from(scriptModule, "base64"));
}
