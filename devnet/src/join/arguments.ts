import { parseArgs } from "node:util";
import { UsageError } from "../start/usage-error.ts";

export interface JoinArguments {
  readonly json: boolean;
  /** Keeps the folder for a look. */
  readonly keep: boolean;
  readonly help: boolean;
}

export const JOIN_USAGE = `npm run join -- [--json] [--keep]

An operator goes from nothing to an admitted node that works, by votes, and out again with its bond; all by \`deed\`.

  --json   each step as one JSON line; the last line counts them
  --keep   keep the folder of network and operator
`;

/** Reads the command line of `npm run join`. Errors: UsageError. */
export function parseJoinArguments(argv: readonly string[]): JoinArguments {
  try {
    const { json, keep, help } = parseArgs({
      args: [...argv],
      options: {
        json: { type: "boolean" },
        keep: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
    return { json: json ?? false, keep: keep ?? false, help: help ?? false };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({ code: "USAGE", reason, usage: JOIN_USAGE }, { cause });
  }
}
