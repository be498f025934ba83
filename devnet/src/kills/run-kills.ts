import { DEVNET_PARAMETERS, type LedgerParameters } from "@deed/sdk";
import type { EchoedRequest } from "../echo/echo-server.ts";
import { startSampleNetwork } from "../samples/sample-network.ts";
import { followLedger } from "../story/follow-ledger.ts";
import type { Absence } from "./absence.ts";
import { awayPastLease } from "./away-past-lease.ts";
import { checkRun, crashChargesOf, isTerminal, promised } from "./check-run.ts";
import { HeldRequests } from "./held-requests.ts";
import { killedInPost } from "./killed-in-post.ts";
import { Killer } from "./killer.ts";
import { type KillsResult, summary } from "./kills-result.ts";
import { Observer } from "./observer.ts";
import { seededRandom } from "./random.ts";
import { type KillsOptions, type KillsParts, LIAR_NO, type Run } from "./run.ts";
import { underLoad } from "./under-load.ts";

const NODES = 7;
const POLL_MS = 100;
/** Kept for what is tried when the load is over. */
const LAST_TRIALS_MS = 85_000;

/**
 * Windows must outlast an honest restart, also on a machine that is busy with other things. No wait of a run
 * depends on them but that for a lease to end.
 */
const PARAMETERS: LedgerParameters = {
  ...DEVNET_PARAMETERS,
  leaseMarginSec: 30,
  beaconWindowSec: 60,
  verdictWindowSec: 60,
  voteCommitSec: 30,
  voteRevealSec: 30,
};

/** Kills parts of a network under load, then decides whether it kept its promises. */
export async function runKills(options: KillsOptions, parts: KillsParts): Promise<KillsResult> {
  const startedMs = parts.nowMs();
  const observer = new Observer(parts.nowMs);
  const held = new HeldRequests(seededRandom(options.seed, "server"));
  const tamper = Object.fromEntries(
    options.sabotage === null ? [] : numbers(NODES).map((nodeNo) => [nodeNo, options.sabotage]),
  ) as Record<number, string>;
  const samples = await startSampleNetwork(
    {
      directory: options.directory,
      fresh: true,
      tamper,
      parameters: PARAMETERS,
      ...(options.nodeCode === undefined ? {} : { nodeCode: options.nodeCode }),
    },
    {
      nowMs: parts.nowMs,
      onProgress: parts.onProgress,
      onRequest: (request: EchoedRequest) => {
        observer.onRequest(request);
        held.onRequest(request);
      },
      onAcknowledged: observer.onAcknowledged,
      delay: held.delay,
    },
  );
  const { ledger } = samples;
  const follow = followLedger(
    { ledger, pollMs: POLL_MS, keep: "all" },
    { onEvent: observer.onEvent },
  );
  const killer = new Killer({
    network: samples.network,
    nowMs: parts.nowMs,
    onKill: ({ target, nodeNo, moments, downMs }) => {
      const what = nodeNo === null ? target : `${target} ${nodeNo}`;
      const within = moments.length === 0 ? "" : ` (${moments.join(", ")})`;
      parts.onProgress(`kill ${killer.kills.length}: ${what}${within}, back after ${downMs} ms`);
    },
  });
  const run = { options, parts, samples, follow, observer, held, killer, tamper, startedMs };
  try {
    await underLoad(run);
    const loadEndSec = Math.floor(parts.nowMs() / 1000);
    await allTerminal(run, { loadEndSec, limitMs: options.limitMs - LAST_TRIALS_MS });
    await killedInPost(run);
    const stopped = await awayPastLease(run);
    await allTerminal(run, { loadEndSec, limitMs: options.limitMs });
    return await conclude(run, { stopped, loadEndSec });
  } finally {
    held.letAllGo();
    killer.close();
    await follow.close();
    await samples.close();
  }
}

/** Waits until nothing is open any more, or until the end of the run's time. */
async function allTerminal(
  { options, parts, follow, observer, startedMs }: Run,
  { loadEndSec, limitMs }: { readonly loadEndSec: number; readonly limitMs: number },
): Promise<void> {
  const leftMs = startedMs + limitMs - parts.nowMs();
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(Math.max(0, leftMs))]);
  await follow
    .until((story) => {
      const known = {
        disputes: [...story.disputes.values()],
        liarNo: options.lie ? LIAR_NO : null,
      };
      const due = observer.firesDue;
      const isClaimed = due.every(({ executionId }) => story.executions.has(executionId));
      const begun = promised({ loadEndSec, due }, story.executions);
      return isClaimed && begun.every((execution) => isTerminal(known, execution)) ? true : null;
    }, signal)
    .catch(() => parts.signal.throwIfAborted());
}

async function conclude(
  run: Run,
  { stopped, loadEndSec }: { readonly stopped: Absence | null; readonly loadEndSec: number },
): Promise<KillsResult> {
  const { options, parts, samples, follow, observer, killer, startedMs } = run;
  const absences = [...killer.absences(), ...(stopped === null ? [] : [stopped])];
  const known = { loadEndSec, liarNo: options.lie ? LIAR_NO : null, absences };
  const seen = await observer.conclude(samples, follow.story, known, PARAMETERS);
  const charges = crashChargesOf(seen);
  for (const { slash, causes } of charges) {
    const { operatorNo, fault, missed } = slash;
    parts.onProgress(
      `Operator ${operatorNo} pays for ${fault} (${missed?.what}): ${causes.join(", ")}`,
    );
  }
  const seconds = (parts.nowMs() - startedMs) / 1000;
  const { seed, sabotage } = options;
  const outcome = { violations: checkRun(seen), charges, kills: killer.kills };
  return summary({ seed, sabotage, seconds, ...outcome }, seen);
}

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
