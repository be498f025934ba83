// `npm run keys`: what nobody may get out of a node's keys or its signer, tried for real.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { EXTRACTION_CASES } from "./extraction-cases.testing.ts";
import { type PlayedCase, playCase } from "./key-case.testing.ts";
import { LOG_CASES } from "./log-cases.testing.ts";

const HELP = `Usage: npm run keys -- [--json] [--case TEXT]

Plays every case in which a key or its signer must refuse: extraction from a token (SoftHSM2),
equivocation, a log whose tail was cut, a restored backup, a second signer. Then, on a live embedded
network ("live: …"): a copy on the same machine and on another one, a forked log and a cut tail seen by
witnesses and by the audit, a backup behind the ledger, a stolen action key. Cases named "control" must
succeed: they show that the others could fail.

  --json       one line of JSON for each case, and a last line {"cases":…,"passed":…}
  --local      without the network
  --case TEXT  only cases whose name has this text; "live" plays the network's
  --help       this text

Exit code: 0 when all passed, 2 for a usage error, 4 when one did not pass.
`;

const LIVE = new URL("../../../../devnet/src/e2e/signer-evidence/main.testing.ts", import.meta.url);
const FAILED = 4;
const USAGE = 2;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === null) return USAGE;
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const cases = [...EXTRACTION_CASES, ...LOG_CASES].filter(({ group, name }) =>
    `${group}: ${name}`.includes(options.case),
  );
  const isLive = !options.local && "live: ".includes(options.case);
  if (cases.length === 0 && !isLive) {
    process.stderr.write(`No case has '${options.case}' in its name.\n`);
    return USAGE;
  }
  const all: PlayedCase[] = [];
  const tell = (played: PlayedCase): void => {
    all.push(played);
    process.stdout.write(`${options.json ? JSON.stringify(played) : lineOf(played)}\n`);
  };
  for (const one of cases) tell(await playCase(one));
  if (isLive) await playLive(tell);
  const passed = all.filter((played) => played.passed).length;
  const last = { cases: all.length, passed };
  const words = `${passed} of ${all.length} cases passed`;
  process.stdout.write(`${options.json ? JSON.stringify(last) : words}\n`);
  return passed === all.length ? 0 : FAILED;
}

/** A network is no part of a node: another program, above it, plays these and says each as a line. */
async function playLive(tell: (played: PlayedCase) => void): Promise<void> {
  const args = ["--conditions=source", "--import", import.meta.resolve("tsx"), LIVE.pathname];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const closed = once(child, "close");
  for await (const line of createInterface({ input: child.stdout })) {
    tell(JSON.parse(line) as PlayedCase);
  }
  const [exitCode] = await closed;
  const expected = "played to the end";
  const got = exitCode === 0 ? expected : `ended with ${exitCode}`;
  tell({ case: "live: all cases", passed: exitCode === 0, expected, got });
}

function lineOf({ case: name, passed, expected, got }: PlayedCase): string {
  return `${passed ? "ok  " : "FAIL"} ${name}: ${got}${passed ? "" : ` instead of ${expected}`}`;
}

interface Options {
  readonly json: boolean;
  readonly local: boolean;
  readonly case: string;
  readonly help: boolean;
}

function optionsOf(args: string[]): Options | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
        local: { type: "boolean", default: false },
        case: { type: "string", default: "" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
    return null;
  }
}
