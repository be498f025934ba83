import { expect, test } from "vitest";
import { playCase } from "./key-case.testing.ts";
import { LOG_CASES } from "./log-cases.testing.ts";

// What `npm run keys` plays with signers; its attempts on a token are pkcs11/extraction.test.ts.

test.each(LOG_CASES)("$group: $name", { timeout: 60_000 }, async (one) => {
  expect(await playCase(one)).toMatchObject({ passed: true });
});

test("no case stands twice, each group is there, and controls are among them", () => {
  const names = LOG_CASES.map(({ group, name }) => `${group}: ${name}`);
  expect(new Set(names).size).toBe(names.length);
  const groups = new Set(LOG_CASES.map(({ group }) => group));
  for (const group of ["equivocation", "tail-cut", "restore", "double-start"] as const) {
    expect(groups.has(group)).toBe(true);
  }
  expect(names.filter((name) => name.includes(": control, ")).length).toBeGreaterThan(2);
});
