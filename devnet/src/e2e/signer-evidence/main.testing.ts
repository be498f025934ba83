// The live cases of `npm run keys`: a line of JSON for each, on one embedded network.
import { EvidenceBed } from "./evidence-bed.testing.ts";
import { LIVE_CASES } from "./live-cases.testing.ts";

const bed = await EvidenceBed.open();
try {
  for (const { name, expected, play } of LIVE_CASES) {
    const got = await play(bed).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    const played = { case: `live: ${name}`, passed: got === expected, expected, got };
    process.stdout.write(`${JSON.stringify(played)}\n`);
  }
} finally {
  await bed.close();
}
