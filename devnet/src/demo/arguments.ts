import { parseArgs } from "node:util";
import { UsageError } from "../start/usage-error.ts";

export interface DemoArguments {
  readonly json: boolean;
  readonly tamper: "branch" | "withhold" | null;
  /** Keeps the network's folder for a look. */
  readonly keep: boolean;
  /** Where the exported run is written; null when nobody wants it. */
  readonly out: string | null;
  readonly help: boolean;
}

export const DEMO_USAGE = `npm run demo -- [--json] [--tamper branch|withhold] [--out FILE] [--keep]

  --json             the result as one JSON line, alone on standard output
  --tamper branch    one executor lies about a condition; the lie must be found and punished
  --tamper withhold  one executor records and gives out no bundle; that must be found and punished
  --out FILE         write the exported run there, for deed verify
  --keep             keep the network's folder
`;

/** Reads the command line of `npm run demo`. Errors: UsageError. */
export function parseDemoArguments(argv: readonly string[]): DemoArguments {
  const { json, tamper, keep, out, help } = parse(argv);
  if (tamper !== undefined && tamper !== "branch" && tamper !== "withhold") {
    const reason = `there is no --tamper ${tamper}`;
    throw new UsageError({ code: "USAGE", reason, usage: DEMO_USAGE });
  }
  return {
    json: json ?? false,
    tamper: tamper ?? null,
    keep: keep ?? false,
    out: out ?? null,
    help: help ?? false,
  };
}

function parse(argv: readonly string[]): {
  readonly json?: boolean | undefined;
  readonly tamper?: string | undefined;
  readonly keep?: boolean | undefined;
  readonly out?: string | undefined;
  readonly help?: boolean | undefined;
} {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        json: { type: "boolean" },
        tamper: { type: "string" },
        keep: { type: "boolean" },
        out: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({ code: "USAGE", reason, usage: DEMO_USAGE }, { cause });
  }
}
