import { parseArgs } from "node:util";
import type { SandboxAdapter } from "@deed/node/parts";
import type { Attack } from "./attack.ts";

export interface EscapeArguments {
  /** Null: every one that this machine can open. */
  readonly adapter: SandboxAdapter | null;
  readonly attacks: readonly Attack[];
  /** No sandbox: the attacks must succeed. */
  readonly isControl: boolean;
  readonly isJson: boolean;
  readonly help: "none" | "usage" | "list";
}

export const ESCAPE_USAGE = `npm run escape -- [--adapter NAME] [--attack NAME]… [--short] [--control] [--list] [--json]

  --adapter NAME  zygote, bubblewrap or process; left out, each that this machine can open
  --attack NAME   this one alone; again for more
  --short         the part that CI runs, on each adapter in turn
  --control       the attacks without a sandbox, where that harms nothing: none may be contained, or it proved nothing
  --list          the attacks by name
  --json          JSON lines on standard output, the last one the result

Exit code: 0 if everything that the adapters promise to contain was contained (with --control: if nothing was),
4 if not, 1 if no adapter could be opened or it was interrupted, 2 for a wrong command line.
`;

/** A command line that says nothing sensible. */
export class EscapeUsageError extends Error {
  override readonly name = "EscapeUsageError";

  constructor(reason: string, options?: ErrorOptions) {
    super(`${reason}\n\n${ESCAPE_USAGE}`, options);
  }
}

export const ADAPTERS: readonly SandboxAdapter[] = ["zygote", "bubblewrap", "process"];

/** Reads the command line of `npm run escape`. @throws EscapeUsageError */
export function parseEscapeArguments(
  argv: readonly string[],
  known: readonly Attack[],
): EscapeArguments {
  const { adapter, attack = [], short, control, list, json, help } = parse(argv);
  if (adapter !== undefined && !isAdapter(adapter)) {
    throw new EscapeUsageError(`no adapter ${adapter}; there are ${ADAPTERS.join(", ")}`);
  }
  const unknown = attack.find((name) => !known.some((each) => each.name === name));
  if (unknown !== undefined) {
    throw new EscapeUsageError(`no attack ${unknown}; --list names them`);
  }
  if (control === true && adapter !== undefined) {
    throw new EscapeUsageError("--control has no adapter");
  }
  const attacks = known.filter(
    ({ name, isShort, uncontained }) =>
      (short !== true || isShort === true) &&
      (control !== true || uncontained !== undefined) &&
      (attack.length === 0 || attack.includes(name)),
  );
  // An honest request at the end would be counted, and nothing would have been attacked.
  if (attacks.length === 0) {
    throw new EscapeUsageError("none of these attacks is in that form (--short, --control)");
  }
  return {
    adapter: adapter ?? null,
    attacks,
    isControl: control ?? false,
    isJson: json ?? false,
    help: help === true ? "usage" : list === true ? "list" : "none",
  };
}

function isAdapter(name: string): name is SandboxAdapter {
  return (ADAPTERS as readonly string[]).includes(name);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        adapter: { type: "string" },
        attack: { type: "string", multiple: true },
        short: { type: "boolean" },
        control: { type: "boolean" },
        list: { type: "boolean" },
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    throw new EscapeUsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
