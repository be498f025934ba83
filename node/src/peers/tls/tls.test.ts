import { describe, expect, test } from "vitest";
import { mustRun } from "../../must-run.testing.ts";
import { TLS_CASES } from "./all-cases.testing.ts";
import { hasProgram, SCANNER_CASES } from "./scanner-cases.testing.ts";
import { type Played, playCase, type TlsCase } from "./tls-case.testing.ts";

const SCAN_MS = 200_000;

async function expectAsSaid(one: TlsCase): Promise<void> {
  const played: Played = await playCase(one, () => performance.now());
  expect(played.client).toMatch(one.expected.client);
  expect(played.server).toMatch(one.expected.server);
}

describe("peers", () => {
  test.each(TLS_CASES)("$name", { timeout: 30_000 }, expectAsSaid);
});

describe("to scanners", async () => {
  for (const one of SCANNER_CASES) {
    const { program, debianPackage } = one.needs;
    const isHere = mustRun(await hasProgram(program));
    const name = isHere ? one.name : `${one.name} (needs ${debianPackage})`;
    test.skipIf(!isHere)(`${name}: TLS 1.3 alone`, { timeout: SCAN_MS }, () => expectAsSaid(one));
  }
});

test("no name stands twice, and controls are among them", () => {
  const names = [...TLS_CASES, ...SCANNER_CASES].map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => /(^|: )control: /.test(name))).toHaveLength(11);
});
