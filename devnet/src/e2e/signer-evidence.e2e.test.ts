import { afterAll, beforeAll, expect, test } from "vitest";
import { EvidenceBed } from "./signer-evidence/evidence-bed.testing.ts";
import { LIVE_CASES } from "./signer-evidence/live-cases.testing.ts";

// `npm run keys` plays the same cases. Each goes on where the one before ended.

let bed: EvidenceBed;

beforeAll(async () => {
  bed = await EvidenceBed.open();
});
afterAll(() => bed?.close());

test.each(LIVE_CASES)("$name", async ({ expected, play }) => {
  expect(await play(bed)).toBe(expected);
});
