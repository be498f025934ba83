import { availableParallelism } from "node:os";
import { type CpuParts, cpuPartsOf, endedOf, machineTimes } from "../measure/processes.ts";
import { rounded } from "../measure/statistics.ts";

/** What had been used at one moment. */
interface Times {
  readonly parts: CpuParts;
  readonly ended: ReturnType<typeof endedOf>;
  readonly machine: ReturnType<typeof machineTimes>;
}

/** Where the time of a measurement went. */
export interface Profile {
  /** Milliseconds of CPU for a run by program; `ended` are the runs themselves. */
  readonly cpuMs: CpuParts;
  /** Of all processors' time, in hundredths: what the rate is made of. */
  readonly shares: Readonly<Record<string, number>>;
  readonly pageFaultsPerRun: number;
  /** Starts per second that this CPU for a run allows a machine which does nothing else. */
  readonly ceilingPerSecond: number;
  readonly words: string;
}

/** @param root The process below which all of it happens */
export function readTimes(root: number): Times {
  return { parts: cpuPartsOf([root]), ended: endedOf([root]), machine: machineTimes() };
}

export function profileOf(before: Times, after: Times, runs: number, elapsedMs: number): Profile {
  const used = usedBetween(before.parts, after.parts);
  const ownMs = Object.values(used).reduce((sum, ms) => sum + ms, 0);
  const runsSystemMs = after.ended.waitedSystemMs - before.ended.waitedSystemMs;
  const runsMs = used["ended"] ?? 0;
  const nodeMs = used["main"] ?? 0;
  const idleMs = (after.machine?.idleMs ?? 0) - (before.machine?.idleMs ?? 0);
  const busyMs = (after.machine?.busyMs ?? 0) - (before.machine?.busyMs ?? 0);
  // The machine's own count of what there was: programs are told their time in steps.
  const allMs = Math.max(busyMs + idleMs, elapsedMs * availableParallelism());
  const shares = sharesOf(allMs, {
    "runs, their own code": runsMs - runsSystemMs,
    "runs, the system for them": runsSystemMs,
    "who starts them": ownMs - runsMs - nodeMs,
    "this process": nodeMs,
    "others, and the kernel beside": busyMs - ownMs,
    idle: idleMs,
  });
  const cpuMs = Object.fromEntries(
    Object.entries(used).map(([name, ms]) => [name, rounded(ms / runs) ?? 0]),
  );
  const ceilingPerSecond = rounded((1000 * availableParallelism() * runs) / ownMs) ?? 0;
  const faults = (after.ended.waitedFaults - before.ended.waitedFaults) / runs;
  const pageFaultsPerRun = rounded(faults) ?? 0;
  const words = wordsOf(shares, { pageFaultsPerRun, ceilingPerSecond, cpuMs: ownMs / runs });
  return { cpuMs, shares, pageFaultsPerRun, ceilingPerSecond, words };
}

function usedBetween(before: CpuParts, after: CpuParts): CpuParts {
  const used = Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)] as const);
  return Object.fromEntries(used.filter(([, ms]) => ms > 0));
}

function sharesOf(
  allMs: number,
  parts: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(parts).map(([name, ms]) => [name, Math.max(0, Math.round((100 * ms) / allMs))]),
  );
}

function wordsOf(
  shares: Readonly<Record<string, number>>,
  per: { pageFaultsPerRun: number; ceilingPerSecond: number; cpuMs: number },
): string {
  const parts = Object.entries(shares).map(([name, share]) => `${name} ${share} %`);
  const { pageFaultsPerRun, ceilingPerSecond } = per;
  return [
    `${rounded(per.cpuMs)} ms of CPU for a run, so at most ${ceilingPerSecond}/s on this machine`,
    `of the processors' time ${parts.join(", ")}`,
    `${pageFaultsPerRun} page faults for a run`,
  ].join("; ");
}
