import { parseArgs } from "node:util";
import { UsageError } from "../start/usage-error.ts";
import type { Sabotage } from "./run.ts";

export interface KillsArguments {
  readonly seed: number;
  readonly kills: number;
  readonly seconds: number;
  readonly sabotage: Sabotage | null;
  /** One executor lies once. */
  readonly lie: boolean;
  readonly json: boolean;
  /** Keeps the network's folder for a look. */
  readonly keep: boolean;
  readonly help: boolean;
}

export const KILLS_USAGE = `npm run kills -- [--seed N] [--json] [--kills N] [--seconds N] [--sabotage resume|lease] [--no-lie] [--keep]

  --seed N             which parts are killed, and when; 1 when left out
  --json               the result as one JSON line, alone on standard output
  --kills N            kill -9s that there must be; 50 when left out
  --seconds N          longest time of all; 350 when left out
  --sabotage resume    every node sends at-most-once requests again after a restart: must be found
  --sabotage lease     no node looks at its lease: must be found
  --no-lie             no executor lies, so that there is no vote to interrupt; so with --sabotage, too
  --keep               keep the network's folder
`;

const SABOTAGES: readonly string[] = ["resume", "lease"];

/** Reads the command line of `npm run kills`. Errors: UsageError. */
export function parseKillsArguments(argv: readonly string[]): KillsArguments {
  const given = parse(argv);
  const { sabotage } = given;
  if (sabotage !== undefined && !SABOTAGES.includes(sabotage)) {
    throw usage(`there is no --sabotage ${sabotage}`);
  }
  return {
    seed: whole("seed", given.seed ?? "1", 0),
    kills: whole("kills", given.kills ?? "50", 1),
    seconds: whole("seconds", given.seconds ?? "350", 60),
    sabotage: (sabotage as Sabotage | undefined) ?? null,
    lie: given["no-lie"] !== true && sabotage === undefined,
    json: given.json ?? false,
    keep: given.keep ?? false,
    help: given.help ?? false,
  };
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
        seed: { type: "string" },
        kills: { type: "string" },
        seconds: { type: "string" },
        sabotage: { type: "string" },
        "no-lie": { type: "boolean" },
        json: { type: "boolean" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw usage(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function usage(reason: string, cause?: unknown): UsageError {
  return new UsageError({ code: "USAGE", reason, usage: KILLS_USAGE }, { cause });
}
