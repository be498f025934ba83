import type { ScriptEngine } from "@deed/protocol/runtime";
import type { Channel } from "./channel.ts";
import { actHostile } from "./hostile.testing.ts";
import type { ToChild } from "./messages.ts";
import { serveJob } from "./serve-run.ts";

/** Plans with this summary are named after an attack of `hostile.testing.ts`. */
const HOSTILE = "hostile";

interface Means {
  /** Writes past the channel; null where nothing but messages gets out. */
  readonly writeRaw: ((bytes: Buffer) => void) | null;
  /** Of a server that has it; null where it comes with the job. */
  readonly scripts: ScriptEngine | null;
}

/** Runs the job that came, or does what it is named when it says that it is hostile. */
export function serveOrAttack(
  channel: Channel,
  first: ToChild | undefined,
  { writeRaw, scripts }: Means,
): void {
  if (first?.type !== "job" || first.plan.summary !== HOSTILE) serveJob(channel, first, scripts);
  else actHostile({ ...channel, read: oneBefore(first, channel.read) }, writeRaw);
}

/** Reads again what has been read, then what comes. */
export function oneBefore(first: unknown, read: () => unknown): () => unknown {
  let isNew = true;
  return () => {
    if (!isNew) return read();
    isNew = false;
    return first;
  };
}
