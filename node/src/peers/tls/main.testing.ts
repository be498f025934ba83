// `npm run tls`: every way in that a node's peers must refuse, and what both ends saw.
import { parseArgs } from "node:util";
import { TLS_CASES } from "./all-cases.testing.ts";
import { hasProgram, SCANNER_CASES, type ScannerCase } from "./scanner-cases.testing.ts";
import { type Played, playCase, type TlsCase } from "./tls-case.testing.ts";

const HELP = `Usage: npm run tls -- [--json] [--case TEXT]

Plays every case in which a connection of a node must be refused, on real sockets, and says what
either end saw: between nodes, to a signer on another machine, to servers of RPC, to metrics. Cases named "control" must succeed: they show that the others could fail.

  --json       one line of JSON for each case, and a last line {"cases":…,"passed":…}
  --case TEXT  only cases whose name has this text
  --help       this text

Exit code: 0 when all passed, 2 for a usage error, 4 when one did not pass.
`;

const FAILED = 4;
const USAGE = 2;

interface Options {
  readonly isJson: boolean;
  readonly text: string;
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === null) return USAGE;
  if (options === "help") {
    process.stdout.write(HELP);
    return 0;
  }
  const played: Played[] = [];
  const wanted = [...TLS_CASES, ...SCANNER_CASES].filter(({ name }) => name.includes(options.text));
  if (wanted.length === 0) {
    process.stderr.write(`No case has '${options.text}' in its name.\n`);
    return USAGE;
  }
  for (const one of wanted) {
    const done = await playedOr(one);
    played.push(done);
    process.stdout.write(`${options.isJson ? JSON.stringify(done) : lineOf(done)}\n`);
  }
  const passed = played.filter((one) => one.passed).length;
  const last = { cases: played.length, passed };
  process.stdout.write(
    options.isJson ? `${JSON.stringify(last)}\n` : `${passed} of ${last.cases} cases passed\n`,
  );
  return passed === played.length ? 0 : FAILED;
}

function optionsOf(args: readonly string[]): Options | "help" | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        json: { type: "boolean", default: false },
        case: { type: "string", default: "" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    return values.help ? "help" : { isJson: values.json, text: values.case };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`);
    return null;
  }
}

/** A scanner that is not installed has not passed; its line says how to get it. */
async function playedOr(one: TlsCase | ScannerCase): Promise<Played> {
  if ("needs" in one && !(await hasProgram(one.needs.program))) {
    const { program, debianPackage } = one.needs;
    const client = `${program} is not installed: sudo apt-get install ${debianPackage}`;
    return { name: one.name, client, server: "NOTHING", passed: false, ms: 0 };
  }
  return playCase(one, () => performance.now());
}

function lineOf({ name, client, server, passed, ms }: Played): string {
  return `${passed ? "ok  " : "FAIL"} ${name}: client ${client}, server ${server} (${ms} ms)`;
}

process.exitCode = await main();
