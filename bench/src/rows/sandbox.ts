import { DEFAULT_SANDBOX } from "@deed/node";
import { chooseSandbox, type Sandbox } from "@deed/node/parts";
import { canSeeProcesses } from "../measure/processes.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { BenchError, type Figure, type Goal, isMet, type RowContext } from "../row.ts";
import { honestJob, runOnce } from "../sandbox/bench-jobs.ts";
import { besideAttackers } from "../sandbox/beside-attackers.ts";
import { profileOf, readTimes } from "../sandbox/profile.ts";

const IN_FLIGHT = [1, 2, 4, 16];
/** Of the seconds for one figure, before anything is measured. */
const WARM_UP = 0.05;
/** How many figures' time the one beside attackers has: it is a ratio of short measurements. */
const BESIDE = 2;

interface Subject {
  readonly adapter: Sandbox["adapter"];
  readonly network: "own" | "shared";
  /** Starts per second. */
  readonly goal: Goal | null;
}

/** A process for each run is shown beside the containers. */
const SUBJECTS: readonly Subject[] = [
  { adapter: "zygote", network: "own", goal: { atLeast: 350 } },
  { adapter: "zygote", network: "shared", goal: { atLeast: 500 } },
  { adapter: "bubblewrap", network: "own", goal: null },
  { adapter: "process", network: "own", goal: null },
];

/** Fresh places for runs, each used once by the two-step workflow, whose request is answered at once. */
export async function sandbox(context: RowContext): Promise<readonly Figure[]> {
  const parts = SUBJECTS.length * (IN_FLIGHT.length + WARM_UP + BESIDE);
  const each = { ...context, seconds: context.seconds / parts };
  const figures: Figure[] = [];
  for (const subject of SUBJECTS) {
    const opened = await openSandbox(subject);
    if (typeof opened === "string") {
      figures.push(notMeasured(subject, opened));
      continue;
    }
    try {
      figures.push(...(await figuresOf(opened, subject, each)));
    } finally {
      await opened.close();
    }
  }
  if (figures.every(({ value }) => value === null)) {
    throw new BenchError({ code: "CANNOT_RUN", reason: "no sandbox works here" });
  }
  return figures;
}

async function figuresOf(
  opened: Sandbox,
  subject: Subject,
  each: RowContext,
): Promise<readonly Figure[]> {
  await measured(opened, subject, IN_FLIGHT[0]!, { ...each, seconds: each.seconds * WARM_UP });
  const figures: Figure[] = [];
  for (const inFlight of IN_FLIGHT) {
    figures.push(await measured(opened, subject, inFlight, each));
  }
  figures.push(await besideAttackers(opened, { ...each, seconds: each.seconds * BESIDE }));
  return figures;
}

/** It, or why not. */
async function openSandbox({ adapter, network }: Subject): Promise<Sandbox | string> {
  const path = "/usr/local/bin:/usr/bin:/bin";
  const wishes = { ...DEFAULT_SANDBOX, adapter, network, path };
  const { sandbox: opened, notTaken } = await chooseSandbox(wishes);
  return opened ?? notTaken.map(({ why }) => why).join("; ");
}

async function measured(
  opened: Sandbox,
  subject: Subject,
  inFlight: number,
  { seconds, signal, say }: RowContext,
): Promise<Figure> {
  const job = honestJob();
  const before = canSeeProcesses() ? readTimes(process.pid) : null;
  const loop = await closedLoop({ inFlight, seconds, signal }, () => runOnce(opened, job, signal));
  const { ms, ...rate } = rateOf(loop);
  const profile =
    before === null ? null : profileOf(before, readTimes(process.pid), ms.samples, loop.elapsedMs);
  const figure: Figure = {
    what: `${subject.adapter}, ${opened.level}, ${inFlight} in flight`,
    ...{ value: rate.perSecond, unit: "1/s", batchSize: null },
    ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples },
    // One at a time leaves a core idle; the goal is for two and more.
    goal: inFlight > 1 ? subject.goal : null,
    detail: { reason: opened.reason, cpuMs: profile?.cpuMs ?? null, profile },
  };
  if (isMet(figure) === false && profile !== null) say(`${figure.what}: ${profile.words}`);
  return figure;
}

function notMeasured({ adapter, network, goal }: Subject, reason: string): Figure {
  return {
    what: `${adapter}, network ${network}`,
    ...{ value: null, unit: "1/s", batchSize: null, p50: null, p99: null, samples: 0 },
    ...{ goal, detail: { reason } },
  };
}
