import type { RunFailure, RunLimits, RunResult } from "@deed/node/parts";
import type { RunOutcome } from "@deed/protocol/runtime";
import { isReplayed, jobOf, leafOf, type SoakRun, type SoakTools } from "./soak-run.ts";
import type { Workflow } from "./workflows.ts";

/** One sort of run: how many of a thousand there are, and how one must end. */
export interface Kind {
  readonly name: string;
  readonly perThousand: number;
  make(n: number, tools: SoakTools): SoakRun;
}

/** The wall clock of runs that never end by themselves. */
const HANG_MS = 60;
const SPIN_MS = 100;
/** Sixteen megabytes of heap and as much beside it are full soon. */
const SMALL_MB = 16;
const LONG_MS = 30_000;

/** All that come to a node: most runs are honest. */
export const KINDS: readonly Kind[] = [
  honest("pure", 390, "conditionFalse"),
  honest("http", 250, "ok"),
  honest("unreachable", 50, "failed"),
  script("script", 100, "script", 0, (n) => String(5_050 * n)),
  script("script that throws", 10, "thrower", 1, (n) => `n is ${n}`),
  script("script that fills its memory", 3, "glutton", 1, () => "out of memory"),
  {
    name: "no answer in time",
    perThousand: 50,
    make: (n, tools) =>
      tools.honest("hanging", n, { wallMs: HANG_MS }, (result) =>
        isStopped(result, ["WALL_CLOCK"]),
      ),
  },
  {
    name: "broker that fails",
    perThousand: 30,
    make: (n, tools) => ({
      ...tools.honest("http", n, {}, (result) => isStopped(result, ["BROKER"])),
      broker: () => Promise.reject(new TypeError("no effects")),
    }),
  },
  { name: "aborted", perThousand: 20, make: aborted },
  hostile("exit", 20, ["DIED"]),
  hostile("shape", 20, ["PROTOCOL"]),
  hostile("leave", 10, ["RUNTIME", "DIED"]),
  hostile("flood", 8, ["PROTOCOL", "OUTPUT_CAP"]),
  hostile("chatter", 10, ["OUTPUT_CAP"], { outputBytes: 50_000 }),
  hostile("effects", 10, ["EFFECT_CAP"], { effects: 5 }),
  hostile("spin", 8, ["WALL_CLOCK"], { wallMs: SPIN_MS }),
  hostile("regexp", 2, ["WALL_CLOCK"], { wallMs: SPIN_MS }),
  hostile("heap", 4, ["DIED"], { memoryMb: SMALL_MB, wallMs: LONG_MS }),
  hostile("buffers", 4, ["DIED"], { memoryMb: SMALL_MB, wallMs: LONG_MS }),
  // A second of a core each.
  { ...hostile("spin", 1, ["DIED"], { cpuSec: 1, wallMs: LONG_MS }), name: "hostile: CPU time" },
];

/** Ends with the outcome that the interpreter gives here for the answers that it got. */
function honest(name: Workflow, perThousand: number, status: RunOutcome["status"]): Kind {
  return {
    ...{ name, perThousand },
    make: (n, tools) =>
      tools.honest(
        name,
        n,
        {},
        (result, seen) => isReplayed(result, seen) && result.outcome.status === status,
      ),
  };
}

/** Ends with a leaf of the script's own, which says what it must. */
function script(
  name: string,
  perThousand: number,
  workflow: Workflow,
  status: 0 | 1,
  said: (n: number) => string,
): Kind {
  return {
    ...{ name, perThousand },
    make: (n, tools) =>
      tools.honest(workflow, n, {}, (result) => {
        const leaf = leafOf(result, "SCRIPT");
        return leaf?.status === status && JSON.stringify(leaf.output).includes(said(n));
      }),
  };
}

/** Whatever it is, it is no outcome. */
function hostile(
  attack: string,
  perThousand: number,
  codes: readonly RunFailure["code"][],
  limits: Partial<RunLimits> = {},
): Kind {
  const answer = { status: 0, output: {} };
  return {
    name: `hostile: ${attack}`,
    perThousand,
    make: (n, tools) => ({
      job: jobOf({ ...tools.plans.pure, name: attack, summary: "hostile" }, n, limits),
      broker: async () => answer as never,
      signal: new AbortController().signal,
      isRight: (result) => isStopped(result, codes),
      close: () => undefined,
    }),
  };
}

/** By who asked for it, in the middle of its request. */
function aborted(n: number, tools: SoakTools): SoakRun {
  const abort = new AbortController();
  return {
    ...tools.honest("hanging", n, {}, (result) => isStopped(result, ["ABORTED"])),
    signal: abort.signal,
    broker: (_request, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason), { once: true });
        abort.abort();
      }),
  };
}

function isStopped(result: RunResult, codes: readonly RunFailure["code"][]): boolean {
  return result.kind === "stopped" && codes.includes(result.failure.code);
}
