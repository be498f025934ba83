import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deed, temporaryFolder } from "../deed.testing.ts";
import {
  createEmptyToken,
  type EmptyToken,
  isWithoutSoftHsm,
  SOFTHSM_NEEDED,
} from "../softhsm.testing.ts";

const SLOW = 120_000;
const folder = temporaryFolder();
afterAll(() => folder.remove());

describe.skipIf(isWithoutSoftHsm)(`deed node keys${SOFTHSM_NEEDED}`, () => {
  let token: EmptyToken;
  beforeAll(() => {
    token = createEmptyToken(folder.path);
  });

  function created(...changes: string[]): string[] {
    const { module, label, pinFile, variable } = token;
    const place = ["--module", module, "--token", label, "--library", variable];
    return ["--json", "node", "keys", "create", ...place, "--pin-file", pinFile, ...changes];
  }

  test("makes a node's keys on a token, shows them, tries them, and never says the PIN", {
    timeout: SLOW,
  }, async () => {
    const made = await deed(created(), folder.path);
    expect(made.stderr).toContain("sealing: deed-sealing");
    expect(made.exitCode).toBe(0);
    const file = join(folder.path, "keys.json");
    const { publicKeys } = JSON.parse(made.stdout) as { publicKeys: Record<string, string> };
    expect(JSON.parse(made.stdout)).toMatchObject({ file, keyTier: "softwareToken", found: [] });

    const evidenceFile = join(folder.path, "evidence.json");
    const showing = ["--json", "node", "keys", "show", "--keys", file];
    const shown = await deed([...showing, "--evidence", evidenceFile], folder.path);
    const hash = createHash("sha256").update(readFileSync(evidenceFile)).digest("hex");
    expect(JSON.parse(shown.stdout)).toMatchObject({ publicKeys, evidenceHash: `0x${hash}` });

    const checked = await deed(["node", "keys", "check", "--keys", file], folder.path);
    expect(checked.stdout).toContain("Every key answers.");
    expect(checked.stdout).toContain("duty 1, action 1, tlsCa 1, beacon 2, sealing 1");

    const twice = await deed(created(), folder.path);
    expect(JSON.parse(twice.stdout)).toMatchObject({ error: { code: "CLI_FILE_EXISTS" } });
    // Another node on the same token, with the same names.
    const second = await deed(created("--out", "second.json"), folder.path);
    expect(JSON.parse(second.stdout)).toMatchObject({
      error: { code: "E_KEY_EXISTS", remedy: expect.stringContaining("--prefix") },
    });
    const resumed = await deed(created("--out", "again.json", "--resume"), folder.path);
    expect(JSON.parse(resumed.stdout)).toMatchObject({ publicKeys, made: [] });
    const all = [made, shown, checked, twice, second, resumed].map(
      ({ stdout, stderr }) => stdout + stderr,
    );
    expect(all.join("") + readFileSync(evidenceFile, "utf8")).not.toContain(token.pin);
  });

  test("a failure of the token comes with what mends it", { timeout: SLOW }, async () => {
    const absent = await deed(created("--token", "nowhere", "--out", "other.json"), folder.path);
    expect(absent.exitCode).toBe(6);
    const { error } = JSON.parse(absent.stdout) as { error: { code: string; remedy: string } };
    expect(error.code).toBe("E_KEY_DEVICE");
    expect(error.remedy).toContain("tokenLabel");
    const wrongPin = join(folder.path, "wrong");
    writeFileSync(wrongPin, "no such PIN", { mode: 0o600 });
    const wrong = await deed(created("--pin-file", wrongPin, "--out", "x.json"), folder.path);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: "E_KEY_PIN", remedy: expect.stringContaining("pinPath") },
    });
  });
});

test("a PIN's file in the place of the keys' file is refused without showing it", async () => {
  writeFileSync(join(folder.path, "pin"), "hunter2\n", { mode: 0o600 });
  const { stdout, stderr, exitCode } = await deed(
    ["--json", "node", "keys", "show", "--keys", "pin"],
    folder.path,
  );
  expect(exitCode).not.toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: "CLI_FILE_MALFORMED" } });
  expect(stdout + stderr).not.toContain("hunter");
});

test("for AWS it says what to do, where somebody else makes the keys", async () => {
  const args = ["node", "keys", "create", "--aws", "eu-central-1", "--prefix", "n7", "--print"];
  const { stdout, exitCode } = await deed(args, folder.path);
  expect(exitCode).toBe(0);
  expect(stdout.trim().split("\n")).toHaveLength(5);
  expect(stdout).toContain("alias/n7-sealing");
  const nothing = await deed(["node", "keys", "create"], folder.path);
  expect(nothing.exitCode).toBe(2);
});
