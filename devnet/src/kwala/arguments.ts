import { parseArgs } from "node:util";
import { UsageError } from "../start/usage-error.ts";

export interface KwalaArguments {
  readonly folder: string;
  /** Runs templates, too, with what they leave to be filled in filled in. */
  readonly filling: boolean;
  /** No repeated run that another date would bring. */
  readonly firstOnly: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

export const KWALA_USAGE = `npm run kwala -- [--files FOLDER] [--fill] [--first] [--json]

Runs each Kwala workflow of a folder that compiles, as it is written: signed, registered, started by its trigger, and
watched until its run is final. The chains and targets that it names are stubs, and the network's date is one at which
it is alive. Exit code 0: all ran; 4: some did not.

  --files FOLDER  YAML files; left out, DEED_KWALA_FILES, else docs/examples/kwala
  --fill          templates, too: what they leave to be filled in is filled in
  --first         no later runs that would need another date, each of which costs a start of the network
  --json          the result as one JSON line, alone on standard output
`;

export interface KwalaPlace {
  /** Of DEED_KWALA_FILES. */
  readonly folder: string | undefined;
  readonly examples: string;
}

/** Reads the command line of `npm run kwala`. Errors: UsageError. */
export function parseKwalaArguments(argv: readonly string[], place: KwalaPlace): KwalaArguments {
  const { files, fill, first, json, help } = parse(argv);
  return {
    folder: files ?? place.folder ?? place.examples,
    filling: fill ?? false,
    firstOnly: first ?? false,
    json: json ?? false,
    help: help ?? false,
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        files: { type: "string" },
        fill: { type: "boolean" },
        first: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({ code: "USAGE", reason, usage: KWALA_USAGE }, { cause });
  }
}
