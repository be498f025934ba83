import { percentile } from "../measure/statistics.ts";
import { descendants, type Process, readProcess, SERVER_DEPTH } from "./process-table.ts";

interface Watched {
  readonly process: Process & { readonly depth: number };
  readonly rssBytes: number[];
}

/** What of a process's life is its beginning and its end. */
const SHARE = 0.1;
const FEWEST_SAMPLES = 20;

/** Looks at the processes below the node while runs come and go. */
export class ProcessWatch {
  readonly #seen = new Map<string, Watched>();
  readonly #growths: number[] = [];
  #most = 0;

  sample(): void {
    const below = descendants();
    this.#most = Math.max(this.#most, below.length);
    for (const process of below) {
      const key = `${process.pid} ${process.bornTicks}`;
      const watched = this.#seen.get(key) ?? { process, rssBytes: [] };
      watched.rssBytes.push(process.rssBytes);
      this.#seen.set(key, watched);
    }
  }

  /** Most processes at once. */
  get most(): number {
    return this.#most;
  }

  /** How much each fork server has grown from the beginning of its life to the end of it: 0.01 is one in a hundred. */
  serverGrowths(): readonly number[] {
    return [...this.#growths, ...[...this.#seen.values()].flatMap(growthOf)];
  }

  /** Processes seen since that still live, and are not below the node any more. Forgets those that have gone. */
  strays(): number {
    const below = new Set(descendants().map(({ pid }) => pid));
    let strays = 0;
    for (const [key, watched] of this.#seen) {
      const { pid, bornTicks } = watched.process;
      const now = readProcess(pid);
      if (now !== null && now.bornTicks === bornTicks && !now.isZombie) {
        if (!below.has(pid)) strays += 1;
        continue;
      }
      this.#growths.push(...growthOf(watched));
      this.#seen.delete(key);
    }
    return strays;
  }
}

/** Of a fork server that was seen often enough: it is Node's child's child's child, and its runs lie below it. */
function growthOf({ process, rssBytes }: Watched): readonly number[] {
  if (process.depth !== SERVER_DEPTH || rssBytes.length < FEWEST_SAMPLES) return [];
  const share = Math.ceil(rssBytes.length * SHARE);
  const first = percentile(rssBytes.slice(0, share), 50) ?? 0;
  const last = percentile(rssBytes.slice(-share), 50) ?? 0;
  return first === 0 ? [] : [last / first - 1];
}
