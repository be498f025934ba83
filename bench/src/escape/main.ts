// `npm run escape`: attacks from inside each sandbox, each with what must contain it.

import { ESCAPE_USAGE, EscapeUsageError, parseEscapeArguments } from "./arguments.ts";
import { attackAll } from "./attack-all.ts";
import { ATTACKS } from "./attacks.ts";
import { lineOf } from "./result.ts";

const EXIT_BROKEN = 1;
const EXIT_USAGE = 2;

const stop = new AbortController();
// The second time at once: an attack may keep the program from its end.
for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
try {
  const given = parseEscapeArguments(process.argv.slice(2), ATTACKS);
  if (given.help === "usage") process.stdout.write(ESCAPE_USAGE);
  else if (given.help === "list") for (const { name } of ATTACKS) console.log(name);
  else {
    const { result, exitCode } = await attackAll(given, {
      signal: stop.signal,
      onFinding: (finding) => console.log(given.isJson ? JSON.stringify(finding) : lineOf(finding)),
      say: (message) => console.error(message),
    });
    const { attacks, contained, notPromised, seconds } = result;
    if (given.isJson) console.log(JSON.stringify(result));
    else {
      console.log(
        `${attacks} attacks, ${contained} contained, ${notPromised} more not promised; ${seconds} s`,
      );
    }
    process.exitCode = exitCode;
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof EscapeUsageError ? EXIT_USAGE : EXIT_BROKEN;
}
