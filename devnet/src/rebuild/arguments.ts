import { parseArgs } from "node:util";
import { UsageError } from "../start/usage-error.ts";

export interface RebuildArguments {
  /** A network's folder; null to run a short one first. */
  readonly directory: string | null;
  /** Null for every node of the network. */
  readonly nodeNo: number | null;
  readonly json: boolean;
  readonly help: boolean;
}

export const REBUILD_USAGE = `npm run rebuild -- [--dir FOLDER] [--node NUMBER] [--json]

Feeds an empty store from the ledger's events alone and compares it with a node's own, row for row.
Exit code 0: no difference; 4: differences.

  --dir FOLDER   a network that runs or was stopped; left out, a short one is run first
  --node NUMBER  that node's store; left out, every node's
  --json         the result as one JSON line, alone on standard output
`;

/** Reads the command line of `npm run rebuild`. Errors: UsageError. */
export function parseRebuildArguments(argv: readonly string[]): RebuildArguments {
  const { dir, node, json, help } = parse(argv);
  const nodeNo = node === undefined ? null : Number(node);
  if (nodeNo !== null && !(Number.isSafeInteger(nodeNo) && nodeNo > 0)) {
    const reason = `--node takes a node's number, not ${node}`;
    throw new UsageError({ code: "USAGE", reason, usage: REBUILD_USAGE });
  }
  return { directory: dir ?? null, nodeNo, json: json ?? false, help: help ?? false };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        dir: { type: "string" },
        node: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError({ code: "USAGE", reason, usage: REBUILD_USAGE }, { cause });
  }
}
