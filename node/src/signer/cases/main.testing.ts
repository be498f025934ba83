// `npm run keys`: what nobody may get out of a node's keys or its signer, tried for real.
import { parseArgs } from "node:util";
import { EXTRACTION_CASES } from "./extraction-cases.testing.ts";
import { type PlayedCase, playCase } from "./key-case.testing.ts";
import { LOG_CASES } from "./log-cases.testing.ts";

const HELP = `Usage: npm run keys -- [--json] [--case TEXT]

Plays every case in which a key or its signer must refuse: extraction from a token (SoftHSM2),
equivocation, a log whose tail was cut, a restored backup, a second signer. Cases named "control"
must succeed: they show that the others could fail.

  --json       one line of JSON for each case, and a last line {"cases":…,"passed":…}
  --case TEXT  only cases whose name has this text
  --help       this text

Exit code: 0 when all passed, 2 for a usage error, 4 when one did not pass.
`;

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
  if (cases.length === 0) {
    process.stderr.write(`No case has '${options.case}' in its name.\n`);
    return USAGE;
  }
  let passed = 0;
  for (const one of cases) {
    const played = await playCase(one);
    if (played.passed) passed += 1;
    process.stdout.write(`${options.json ? JSON.stringify(played) : lineOf(played)}\n`);
  }
  const last = { cases: cases.length, passed };
  const words = `${passed} of ${cases.length} cases passed`;
  process.stdout.write(`${options.json ? JSON.stringify(last) : words}\n`);
  return passed === cases.length ? 0 : FAILED;
}

function lineOf({ case: name, passed, expected, got }: PlayedCase): string {
  return `${passed ? "ok  " : "FAIL"} ${name}: ${got}${passed ? "" : ` instead of ${expected}`}`;
}

function optionsOf(args: string[]): { json: boolean; case: string; help: boolean } | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        json: { type: "boolean", default: false },
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
