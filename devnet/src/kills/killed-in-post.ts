import { Load } from "./load.ts";
import { seededRandom } from "./random.ts";
import { holderOf, type Run, registerIn } from "./run.ts";
import { heldOnce, PATHS } from "./workflows.ts";

const LIMIT_MS = 60_000;

/** Kills a holder in the middle of a request that may run at most once: nobody may send it again. */
export async function killedInPost(run: Run): Promise<void> {
  const { options, parts, samples, observer, held, killer } = run;
  const workflow = await registerIn(run, "kills-once", heldOnce);
  const load = new Load({ samples, observer, openCount: () => 0, nowMs: parts.nowMs });
  const random = seededRandom(options.seed, "post");
  const limit = AbortSignal.any([parts.signal, AbortSignal.timeout(LIMIT_MS)]);
  const executionId = await load.fire(workflow, random, limit);
  if (executionId === null) return;
  await held.firstCame(PATHS.once, limit);
  await killer.killNode(await holderOf(run, executionId, limit), random, limit);
  held.letGo(PATHS.once);
}
