import { pause } from "../story/pause.ts";
import type { Absence } from "./absence.ts";
import { Load } from "./load.ts";
import { seededRandom } from "./random.ts";
import { holderOf, type Run, registerIn } from "./run.ts";
import { heldThenAfter, PATHS } from "./workflows.ts";

const TAKEN_OVER_LIMIT_MS = 75_000;
/** The next holder's lease is over then, too: nobody may act. */
const QUIET_MS = 3_000;
/** What the node would still do it does by then. */
const AFTERMATH_MS = 3_000;

/**
 * Stops a holder in the middle of its run until another node has done the whole of it, then lets it go on:
 * with its lease over it must do nothing more. @returns when it was away; null when nothing was acknowledged.
 */
export async function awayPastLease(run: Run): Promise<Absence | null> {
  const { options, parts, samples, follow, observer, held } = run;
  const workflow = await registerIn(run, "kills-held", heldThenAfter);
  const load = new Load({ samples, observer, openCount: () => 0, nowMs: parts.nowMs });
  const limit = AbortSignal.any([parts.signal, AbortSignal.timeout(TAKEN_OVER_LIMIT_MS)]);
  const executionId = await load.fire(workflow, seededRandom(options.seed, "away"), limit);
  if (executionId === null) return null;
  await held.firstCame(PATHS.held, limit);
  const holderNo = await holderOf(run, executionId, limit);
  const node = samples.network.nodes.find(({ nodeNo }) => nodeNo === holderNo);
  parts.onProgress(`Node ${holderNo} is stopped until its lease is over`);
  const fromMs = parts.nowMs();
  node?.kill("SIGSTOP");
  try {
    const isTakenOver = await follow
      .until(({ executions }) => {
        const story = executions.get(executionId);
        return story?.attempt === 2 && story.state !== "claimed" ? true : null;
      }, limit)
      // That nobody took it over the check will say.
      .catch(() => false);
    if (isTakenOver) await pause(QUIET_MS, parts.signal);
  } finally {
    node?.kill("SIGCONT");
  }
  const untilMs = parts.nowMs();
  held.letGo(PATHS.held);
  await pause(AFTERMATH_MS, parts.signal);
  parts.onProgress(`${observer.requestsTo(PATHS.after).length} second requests`);
  return { cause: "the stop", nodeNo: holderNo, fromMs, untilMs, restartMs: 0 };
}
