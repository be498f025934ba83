import type { Duplex } from "node:stream";
import { SandboxChild } from "../child-process.ts";
import type { FrameLimits } from "../frames.ts";
import type { CommandLine } from "../launcher.ts";
import { BOX_PIPES, type Box } from "./box.ts";

/** A container that has been made and is let go on. */
export interface BoxedChild {
  readonly child: SandboxChild;
  /** Number on the host of the process inside; null when it did not come so far. */
  readonly innerPid: number | null;
}

const MOST_INFO_BYTES = 4_096;

/**
 * Starts a container, gives it its filter and, when it has been made, does what must be done before Node
 * starts in it.
 * @param beforeStart May note with `whenGone` what it did.
 */
export async function startBoxed(
  command: CommandLine,
  box: Box,
  limits: FrameLimits,
  beforeStart: (child: SandboxChild, innerPid: number) => Promise<void>,
): Promise<BoxedChild> {
  const child = new SandboxChild(command, limits);
  child.extraPipe(BOX_PIPES.filter).end(box.filter);
  const innerPid = innerPidOf(await readAll(child.extraPipe(BOX_PIPES.info)));
  try {
    if (innerPid !== null) await beforeStart(child, innerPid);
  } catch (error) {
    await child.kill();
    throw error;
  }
  child.extraPipe(BOX_PIPES.gate).end("\n");
  return { child, innerPid };
}

/** What bubblewrap says of the container that it made: `{"child-pid": 123, …}`. */
function innerPidOf(text: string): number | null {
  const pid = Number(/"child-pid":\s*(\d+)/.exec(text)?.[1]);
  return Number.isSafeInteger(pid) && pid > 1 ? pid : null;
}

/** Until the other side closes it, which it does also when it fails. */
function readAll(pipe: Duplex): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    pipe.on("data", (chunk: Buffer) => {
      if (text.length < MOST_INFO_BYTES) text += chunk.toString("latin1");
    });
    pipe.once("close", () => resolve(text));
    pipe.once("end", () => resolve(text));
  });
}
