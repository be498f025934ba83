// Writes protocol/vectors/*.json: `npm run vectors --workspace @deed/protocol`. From version 1 of the
// specification on, a difference in an existing file is a breaking change.
import { writeFileSync } from "node:fs";
import { allVectors, vectorText } from "../src/vectors/vectors.testing.ts";

const folder = new URL("../vectors/", import.meta.url);
for (const [name, cases] of Object.entries(allVectors())) {
  writeFileSync(new URL(`${name}.json`, folder), vectorText(cases));
  console.log(`${name}.json ${cases.length}`);
}
