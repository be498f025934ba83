import { parseArgs } from "node:util";
import { UsageError } from "./usage-error.ts";

export interface StartArguments {
  readonly directory: string;
  readonly fresh: boolean;
  readonly json: boolean;
  /** Only say which chain engine there is, having started it once. */
  readonly engine: boolean;
  readonly help: boolean;
}

export const START_USAGE = `npm start -- [--dir FOLDER] [--fresh] [--json] [--engine]

  --dir FOLDER      where the network lives; .deed when left out
  --fresh           begin anew: whatever the folder held is removed
  --json            one JSON object a line on standard output
  --engine          say which chain engine would run, and end
`;

/** Reads the command line of `npm start`. Errors: UsageError. */
export function parseStartArguments(argv: readonly string[]): StartArguments {
  const values = parse(argv);
  return {
    directory: values.dir ?? ".deed",
    fresh: values.fresh ?? false,
    json: values.json ?? false,
    engine: values.engine ?? false,
    help: values.help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        dir: { type: "string" },
        fresh: { type: "boolean" },
        json: { type: "boolean" },
        engine: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({ code: "USAGE", reason, usage: START_USAGE }, { cause });
  }
}
