import type { RunJob, Sandbox } from "@deed/node/parts";
import { perSecond, rounded } from "../measure/statistics.ts";
import { closedLoop } from "../measure/timing.ts";
import type { Figure, RowContext } from "../row.ts";
import { answer, attackingJob, honestJob, runOnce } from "./bench-jobs.ts";

const ATTACKERS = 3;
const HONEST_IN_FLIGHT = 2;
/** Alone, beside, beside, alone: what changes on the machine meanwhile weighs on both alike. */
const ORDER = [false, true, true, false];

interface Sum {
  runs: number;
  ms: number;
}

/** What honest runs keep of their throughput beside three that compute for ever. */
export async function besideAttackers(
  opened: Sandbox,
  { seconds, signal }: RowContext,
): Promise<Figure> {
  const job = honestJob();
  const alone: Sum = { runs: 0, ms: 0 };
  const beside: Sum = { runs: 0, ms: 0 };
  for (const isBeside of ORDER) {
    const attack = isBeside ? await startAttack(opened, signal) : null;
    try {
      const wishes = { inFlight: HONEST_IN_FLIGHT, seconds: seconds / ORDER.length, signal };
      const loop = await closedLoop(wishes, () => runOnce(opened, job, signal));
      const sum = isBeside ? beside : alone;
      sum.runs += loop.durationsMs.length;
      sum.ms += loop.elapsedMs;
    } finally {
      await attack?.end();
    }
  }
  const rates = [perSecond(alone.runs, alone.ms), perSecond(beside.runs, beside.ms)] as const;
  const [aloneRate, besideRate] = rates;
  return {
    what: `${opened.adapter}, ${opened.level}, honest runs beside ${ATTACKERS} attackers`,
    value: aloneRate && besideRate !== null ? rounded(besideRate / aloneRate) : null,
    ...{ unit: "of alone", batchSize: null, p50: null, p99: null, samples: beside.runs },
    goal: { atLeast: 0.5 },
    detail: { alonePerSecond: rounded(aloneRate), besidePerSecond: rounded(besideRate) },
  };
}

interface Attack {
  end(): Promise<void>;
}

/** Resolves when all of them compute. */
async function startAttack(opened: Sandbox, signal: AbortSignal): Promise<Attack> {
  const over = new AbortController();
  const both = AbortSignal.any([over.signal, signal]);
  const lanes = Array.from({ length: ATTACKERS }, () => startLane(opened, attackingJob(), both));
  const ended = Promise.all(lanes.map((lane) => lane.ended));
  await Promise.race([Promise.all(lanes.map((lane) => lane.isUp)), ended]);
  return {
    async end() {
      over.abort();
      await ended;
    },
  };
}

function startLane(
  opened: Sandbox,
  job: RunJob,
  signal: AbortSignal,
): { readonly isUp: Promise<void>; readonly ended: Promise<void> } {
  let up: () => void = () => undefined;
  const isUp = new Promise<void>((resolve) => {
    up = resolve;
  });
  const attack = async (): Promise<void> => {
    while (!signal.aborted) {
      await opened.execute(
        job,
        (request) => {
          up();
          return answer(request);
        },
        signal,
      );
    }
  };
  return { isUp, ended: attack() };
}
