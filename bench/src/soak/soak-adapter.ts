import type { Sandbox } from "@deed/node/parts";
import { type Change, changesOf, isWithin, TOLERANCE } from "./compare.ts";
import { type Inventory, takeInventory } from "./inventory.ts";
import { KINDS, type Kind } from "./kinds.ts";
import { pickKinds } from "./pick-kinds.ts";
import type { SoakTools } from "./soak-run.ts";
import { ProcessWatch } from "./watch-processes.ts";

export interface SoakOptions {
  readonly runs: number;
  /** Before the first that counts, so that what happens once has happened. */
  readonly warmUp: number;
  readonly concurrency: number;
  readonly seed: number;
  /** Counts after the first and the last tenth only. */
  readonly isShort: boolean;
  /** Where temporary files are. */
  readonly folder: string;
}

export interface SoakCollaborators {
  readonly sandbox: Sandbox;
  readonly tools: SoakTools;
  readonly signal: AbortSignal;
  say(message: string): void;
}

/** A run that did not end as it must. */
export interface Failure {
  readonly n: number;
  readonly kind: string;
  readonly got: string;
}

/** One adapter's line. */
export interface AdapterResult {
  readonly adapter: Sandbox["adapter"];
  readonly level: Sandbox["level"];
  readonly runs: number;
  readonly failures: number;
  readonly seconds: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly first: Inventory;
  readonly last: Inventory;
  /** What is more after the last tenth than after the first, by more than is allowed. */
  readonly grown: readonly Change[];
  /** Fork servers that were there for long enough to be looked at, and of the one that grew most, by how much: 0.01 is one in a hundred. */
  readonly servers: number;
  readonly serverGrowth: number;
  readonly mostProcesses: number;
  /** Processes that had left the node's tree and lived on. */
  readonly strays: number;
  readonly examples: readonly Failure[];
  readonly ok: boolean;
}

const TENTHS = 10;
const SAMPLES_PER_TENTH = 100;
const EXAMPLES = 10;
/** No run takes so long. */
const HUNG_MS = 90_000;
const LONGEST_EXAMPLE = 300;

/** Puts one adapter through its runs. Closes nothing. */
export async function soakAdapter(
  options: SoakOptions,
  collaborators: SoakCollaborators,
): Promise<AdapterResult> {
  const { sandbox, tools, signal, say } = collaborators;
  const { adapter, level } = sandbox;
  const watch = new ProcessWatch();
  const failures: Failure[] = [];
  const startedMs = performance.now();
  const kinds = pickKinds(options.seed, options.warmUp + options.runs, KINDS);
  const lap = async (from: number, to: number): Promise<void> => {
    const every = Math.max(1, Math.floor((to - from) / SAMPLES_PER_TENTH));
    await inLanes({ from, to, lanes: options.concurrency, signal }, async (n) => {
      if (n % every === 0) watch.sample();
      const failure = await runOne(kinds[n]!, n, sandbox, tools);
      if (failure === null) return;
      failures.push(failure);
      if (failures.length <= EXAMPLES) say(`${adapter}: ${JSON.stringify(failure)}`);
    });
  };
  await lap(0, options.warmUp);
  const inventories: Inventory[] = [];
  let strays = 0;
  for (let tenth = 1; tenth <= TENTHS; tenth += 1) {
    const at = (share: number): number =>
      options.warmUp + Math.round((options.runs * share) / TENTHS);
    await lap(at(tenth - 1), at(tenth));
    if (options.isShort && tenth > 1 && tenth < TENTHS) continue;
    const inventory = await takeInventory(options.folder);
    inventories.push(inventory);
    strays = Math.max(strays, watch.strays());
    say(
      `${adapter}: ${at(tenth) - options.warmUp} of ${options.runs} runs, ${words(inventory)}, ${failures.length} failures`,
    );
  }
  const [first, last] = [inventories[0]!, inventories.at(-1)!];
  const growths = watch.serverGrowths();
  const serverGrowth = Number(Math.max(0, ...growths).toFixed(4));
  const grown = changesOf(first, last).filter((change) => !isWithin(change));
  return {
    ...{ adapter, level, runs: options.runs, failures: failures.length },
    seconds: Math.round((performance.now() - startedMs) / 100) / 10,
    kinds: countBy(kinds.slice(options.warmUp)),
    ...{ first, last, grown, servers: growths.length, serverGrowth },
    ...{ mostProcesses: watch.most, strays, examples: failures.slice(0, EXAMPLES) },
    ok: failures.length === 0 && grown.length === 0 && strays === 0 && serverGrowth <= TOLERANCE,
  };
}

interface Lanes {
  readonly from: number;
  readonly to: number;
  readonly lanes: number;
  readonly signal: AbortSignal;
}

/** The numbers from one up to before another, so many at once. */
async function inLanes(
  { from, to, lanes, signal }: Lanes,
  work: (n: number) => Promise<void>,
): Promise<void> {
  let next = from;
  const lane = async (): Promise<void> => {
    while (next < to) {
      signal.throwIfAborted();
      const n = next;
      next += 1;
      await work(n);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function runOne(
  kind: Kind,
  n: number,
  sandbox: Sandbox,
  tools: SoakTools,
): Promise<Failure | null> {
  const made = kind.make(n, tools);
  const hung = new AbortController();
  const timer = setTimeout(() => hung.abort(), HUNG_MS);
  // Not AbortSignal.any: of a signal that lives on, each would be remembered.
  made.signal.addEventListener("abort", () => hung.abort(), { once: true });
  try {
    const result = await sandbox.execute(made.job, made.broker, hung.signal);
    if (made.isRight(result)) return null;
    return { n, kind: kind.name, got: JSON.stringify(result).slice(0, LONGEST_EXAMPLE) };
  } catch (error) {
    return { n, kind: kind.name, got: `threw ${String(error)}`.slice(0, LONGEST_EXAMPLE) };
  } finally {
    clearTimeout(timer);
    made.close();
  }
}

function countBy(kinds: readonly Kind[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { name } of kinds) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function words(inventory: Inventory): string {
  const mib = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);
  const { rssBytes, heapBytes, belowRssBytes, descriptors, processes, belowMounts } = inventory;
  return (
    `node ${mib(rssBytes)} MiB (heap ${mib(heapBytes)}), below ${mib(belowRssBytes)} MiB, ` +
    `${descriptors} descriptors, ${processes} processes, ${belowMounts} mounts`
  );
}
