import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadCurve, nobleCurve } from "./curve.ts";
import { createKeystore, openKeystore } from "./keystore.ts";
import { failureFrom } from "./signer.testing.ts";

let directory: string;
let path: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deed-keystore-"));
  path = join(directory, "keystore.json");
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a keystore opens with its passphrase and shows the same public keys", async () => {
  const publicKeys = await createKeystore({ path, passphrase: "höhe", cost: 2 ** 14 });
  const opened = await openKeystore(path, "höhe");
  expect(opened.publicKeys).toEqual(publicKeys);
  expect(opened.isCheap).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("the default is the strong setting", { timeout: 30_000 }, async () => {
  await createKeystore({ path, passphrase: "p" });
  const opened = await openKeystore(path, "p");
  expect(opened.isCheap).toBe(false);
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    version: 3,
    crypto: { kdf: "scrypt", kdfparams: { n: 131_072, r: 8, p: 1 } },
  });
});

test("a wrong passphrase, a changed file and a missing one are told apart", async () => {
  await createKeystore({ path, passphrase: "p", cost: 1024 });
  const wrong = { code: "E_KEYSTORE", reason: "wrong passphrase" };
  expect(await failureFrom(openKeystore(path, "q"))).toEqual(wrong);
  const file = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...file, publicKeys: { ...file.publicKeys, duty: "0x" } }));
  const malformed = { code: "E_KEYSTORE", reason: "malformed" };
  expect(await failureFrom(openKeystore(path, "p"))).toEqual(malformed);
  writeFileSync(path, "{");
  expect(await failureFrom(openKeystore(path, "p"))).toEqual(malformed);
  const absent = { code: "E_KEYSTORE", reason: "unreadable" };
  expect(await failureFrom(openKeystore(`${path}.not`, "p"))).toEqual(absent);
});

test("a keystore of before there was a sealing key says so", async () => {
  await createKeystore({ path, passphrase: "p", cost: 1024 });
  const file = JSON.parse(readFileSync(path, "utf8"));
  writeFileSync(path, JSON.stringify({ ...file, deedKeystore: 1 }));
  const older = { code: "E_KEYSTORE", reason: "of an older version" };
  expect(await failureFrom(openKeystore(path, "p"))).toEqual(older);
});

test("a keystore is never overwritten", async () => {
  await createKeystore({ path, passphrase: "p", cost: 1024 });
  const exists = { code: "E_KEYSTORE", reason: "exists" };
  expect(await failureFrom(createKeystore({ path, passphrase: "p", cost: 1024 }))).toEqual(exists);
});

test("native and JavaScript curves sign alike", () => {
  const native = loadCurve();
  expect(native.name).toBe("native");
  for (let number = 1; number < 20; number += 1) {
    const key = new Uint8Array(32).fill(number);
    const digest = new Uint8Array(32).fill(255 - number);
    expect(native.publicKey(key)).toEqual(nobleCurve.publicKey(key));
    expect(native.sign(digest, key)).toEqual(nobleCurve.sign(digest, key));
  }
});
