import { parseArgs } from "node:util";
import type { Hex } from "@deed/protocol/encoding";
import { UsageError } from "../start/usage-error.ts";

export interface MutateArguments {
  readonly seed: number;
  readonly count: number;
  readonly json: boolean;
  /** A run that is there already; null starts a network for several. */
  readonly given: { readonly file: string; readonly anchorHash: Hex } | null;
  readonly help: boolean;
}

export const MUTATE_USAGE = `npm run mutate -- [--seed N] [--count N] [--run FILE --anchor HASH] [--json]

  --seed N       which mutations; 1 when left out, and the same ones again for the same runs
  --count N      how many; 5000 when left out
  --run FILE     an exported run to mutate; left out, a network starts and exports several
  --anchor HASH  the block that FILE's headers lead to
  --json         JSON lines on standard output, the last one the result

Every mutation that changes what a run says must be caught by a check of the audit, and every check must fail
for some (two that cannot are named, with the reason); mutations that provably say the same are counted apart. Exit code: 0 if so, 1 if not, 2 for a wrong
command line.
`;

const SEED = 1;
const COUNT = 5_000;

/** Reads the command line of `npm run mutate`. Errors: UsageError. */
export function parseMutateArguments(argv: readonly string[]): MutateArguments {
  const { seed, count, json, run, anchor, help } = parse(argv);
  if ((run === undefined) !== (anchor === undefined)) throw usage("--run and --anchor go together");
  if (anchor !== undefined && !/^0x[0-9a-f]{64}$/.test(anchor)) {
    throw usage(`--anchor: '${anchor}' is no block hash`);
  }
  return {
    seed: numberOf(seed, "--seed", SEED),
    count: numberOf(count, "--count", COUNT),
    json: json ?? false,
    given: run === undefined ? null : { file: run, anchorHash: anchor as Hex },
    help: help ?? false,
  };
}

function numberOf(text: string | undefined, option: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw usage(`${option}: '${text}' is no number from 1 on`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        seed: { type: "string" },
        count: { type: "string" },
        json: { type: "boolean" },
        run: { type: "string" },
        anchor: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function usage(reason: string, cause?: unknown): UsageError {
  return new UsageError({ code: "USAGE", reason, usage: MUTATE_USAGE }, { cause });
}
