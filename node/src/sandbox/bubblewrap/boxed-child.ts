import type { Duplex } from "node:stream";
import { SandboxChild } from "../child-process.ts";
import type { FrameLimits } from "../frames.ts";
import type { CommandLine } from "../launcher.ts";
import { BOX_PIPES, type Box } from "./box.ts";

const MOST_INFO_BYTES = 4_096;

/**
 * Starts a container, gives it its filter and, when it has been made, does what must be done before Node
 * starts in it.
 *
 * @param beforeStart Gets the number that the process inside has on the host; may note with `whenGone` what it did.
 */
export async function startBoxed(
  command: CommandLine,
  box: Box,
  limits: FrameLimits,
  beforeStart: (child: SandboxChild, innerPid: number) => Promise<void>,
): Promise<SandboxChild> {
  const child = new SandboxChild(command, limits);
  child.extraPipe(BOX_PIPES.filter).end(box.filter);
  const innerPid = innerPidOf(await readAll(child.extraPipe(BOX_PIPES.info)));
  try {
    if (innerPid !== null) {
      child.worksIn(innerPid);
      await beforeStart(child, innerPid);
    }
  } catch (error) {
    await child.kill();
    throw error;
  }
  child.extraPipe(BOX_PIPES.gate).end("\n");
  return child;
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
