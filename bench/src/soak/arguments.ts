import { parseArgs } from "node:util";
import { BenchError } from "../row.ts";
import { ADAPTERS, type Adapter } from "./open-subject.ts";

export interface SoakArguments {
  readonly adapters: readonly Adapter[];
  /** Of each adapter; null for as many as each is given by itself. */
  readonly runs: number | null;
  readonly isShort: boolean;
  readonly concurrency: number;
  readonly seed: number;
  /** The fork server's native part; null for the one of `@deed/zygote`. */
  readonly addonPath: string | null;
  readonly json: boolean;
  readonly help: boolean;
}

export const SOAK_USAGE = `npm run soak -- [--adapter zygote|bubblewrap|process|all] [--runs N] [--short] [--concurrency N] [--seed N] [--json]

  --adapter NAME    which adapter; all when left out
  --runs N          runs of each adapter, at least 20; when left out 50,000 of zygote and 5,000 of each other
  --short           200 runs of zygote and 40 of each other
  --concurrency N   runs at once; 4 when left out
  --seed N          which run is of which kind; 1 when left out
  --addon FILE      the fork server's native part; left out, the one of @deed/zygote
  --json            JSON lines on standard output: one for each adapter, the last one for all

Honest, failing, hanging and hostile runs, mixed. Each must end as it has to. After the first and the last tenth
nothing may run, and then memory, descriptors, mounts, processes, control groups and temporary files are counted:
the last may not be more than 5 % above the first. Exit code: 0 if so, 4 if not, 5 if an adapter could not be tried
here, 1 if the soak itself failed, 2 for a wrong command line.
`;

const CONCURRENCY = 4;
const FEWEST_RUNS = 20;

/** Reads the command line of `npm run soak`. Errors: BenchError USAGE. */
export function parseSoakArguments(argv: readonly string[]): SoakArguments {
  const given = parse(argv);
  return {
    adapters: adaptersOf(given.adapter ?? "all"),
    runs: given.runs === undefined ? null : whole("runs", given.runs, FEWEST_RUNS),
    isShort: given.short ?? false,
    concurrency: whole("concurrency", given.concurrency ?? `${CONCURRENCY}`, 1),
    seed: whole("seed", given.seed ?? "1", 0),
    addonPath: given.addon ?? null,
    json: given.json ?? false,
    help: given.help ?? false,
  };
}

function adaptersOf(name: string): readonly Adapter[] {
  if (name === "all") return ADAPTERS;
  const found = ADAPTERS.find((adapter) => adapter === name);
  if (found === undefined) throw usage(`there is no --adapter ${name}`);
  return [found];
}

function whole(name: string, text: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
  throw usage(`--${name} is a whole number from ${least} on, not ${text}`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        adapter: { type: "string" },
        runs: { type: "string" },
        short: { type: "boolean" },
        concurrency: { type: "string" },
        seed: { type: "string" },
        addon: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause));
  }
}

function usage(reason: string): BenchError {
  return new BenchError({ code: "USAGE", reason });
}
