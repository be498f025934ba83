// Writes the golden transcripts that have no file yet: `npm run golden --workspace @deed/protocol`.
// A file that exists is never written again: old transcripts replay for ever.
import { existsSync, writeFileSync } from "node:fs";
import { testScripts } from "../src/runtime/script/script.testing.ts";
import { goldenScenarios } from "../src/vectors/golden.testing.ts";

const folder = new URL("../vectors/transcripts/", import.meta.url);
for (const [name, golden] of Object.entries(goldenScenarios(testScripts()))) {
  const file = new URL(`${name}.json`, folder);
  if (existsSync(file)) continue;
  writeFileSync(file, `${JSON.stringify(golden, null, 2)}\n`);
  console.log(`${name}.json ${golden.status} ${golden.leafHashes.length}`);
}
