import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DOUBLE_CREDENTIALS, KmsDouble } from "./aws-kms/kms-double.testing.ts";
import { createNodeKeys, type KeysToCreate } from "./create-node-keys.ts";
import { inspectKeys } from "./inspect-keys.ts";
import { KEY_NAMES } from "./key-tier.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./pkcs11/softhsm.testing.ts";
import { createSignerBench, failureFrom, type SignerBench } from "./signer.testing.ts";

const saved = { ...process.env };
const passphrase = (): string => {
  throw new Error("no key lies in a keystore");
};

let bench: SignerBench;
let double: KmsDouble;

beforeAll(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = DOUBLE_CREDENTIALS.secretAccessKey;
  bench = await createSignerBench();
  double = await KmsDouble.start();
}, 30_000);
afterAll(async () => {
  await bench.close();
  await double.close();
  process.env = saved;
});

describe.skipIf(isWithoutSoftHsm)(`a node's keys made on a token${SOFTHSM_NEEDED}`, () => {
  let hsm: SoftHsm;
  let wanted: KeysToCreate & { kind: "pkcs11" };

  beforeAll(() => {
    hsm = createSoftHsm();
    const pinPath = join(bench.directory, "pin");
    writeFileSync(pinPath, hsm.pin, { mode: 0o600 });
    const { module, environment, label: tokenLabel } = hsm;
    const pkcs11 = { module, environment, tokenLabel, pinPath };
    wanted = { kind: "pkcs11", prefix: "node7", pkcs11 };
  }, 30_000);
  afterAll(() => hsm?.remove());

  test("all five are made once; asked again, nobody takes them for its own unless told", async () => {
    const { keys, made, found } = await createNodeKeys(wanted);
    expect(made).toEqual(KEY_NAMES);
    expect(found).toEqual([]);
    expect(keys.tlsCa).toEqual({ kind: "pkcs11", label: "node7-tls-ca" });
    const first = await inspectKeys({ keystorePath: "", keys, isTried: true }, { passphrase });
    expect(first.uses).toEqual({ duty: 1, action: 1, tlsCa: 1, beacon: 2, sealing: 1 });
    const refusal = await failureFrom(createNodeKeys(wanted));
    expect(refusal).toMatchObject({
      code: "E_KEY_EXISTS",
      places: expect.arrayContaining(["node7-duty"]),
    });
    const again = await createNodeKeys(wanted, { resumes: true });
    expect(again).toEqual({ keys, made: [], found: KEY_NAMES });
    const second = await inspectKeys({ keystorePath: "", keys, isTried: false }, { passphrase });
    expect(second.publicKeys).toEqual(first.publicKeys);
    // Of the same keys the same bytes: the council compares its hash.
    expect(JSON.stringify(second.evidence)).toBe(JSON.stringify(first.evidence));
    expect(JSON.stringify(second.evidence)).not.toContain(hsm.pin);
    const { duty, beacon } = second.evidence.keys;
    expect(duty).toMatchObject({
      ...{ store: "pkcs11", place: "node7-duty", tier: "softwareToken" },
      facts: {
        attributes: { CKA_SENSITIVE: true, CKA_EXTRACTABLE: false, CKA_LOCAL: true },
        token: { label: hsm.label, manufacturer: expect.stringMatching(/softhsm/i) },
      },
    });
    expect(beacon.facts).toMatchObject({ attributes: { CKA_NEVER_EXTRACTABLE: true } });
  });

  test("a signer starts with them", { timeout: 30_000 }, async () => {
    const { keys } = await createNodeKeys(wanted, { resumes: true });
    const signer = await bench.spawn({ keys });
    const report = await inspectKeys({ keystorePath: "", keys, isTried: false }, { passphrase });
    expect(signer.publicKeys).toEqual(report.publicKeys);
    await signer.close();
  });

  test("a wrong PIN makes nothing and is not repeated", async () => {
    hsm.initToken("empty");
    const pkcs11 = { ...wanted.pkcs11, tokenLabel: "empty" };
    const pin = () => "not the PIN";
    const failure = await failureFrom(createNodeKeys({ ...wanted, pkcs11 }, { pin }));
    expect(failure).toEqual({ code: "E_KEY_PIN", label: "empty", reason: "wrong" });
  });
});

test("AWS KMS makes them once, each under an alias, and the places are ARNs", async () => {
  const awsKms = { region: double.region, endpoint: double.endpoint };
  const wanted = { kind: "aws-kms", prefix: "node7", awsKms } as const;
  // Interrupted after two keys: the rest is made the next time.
  const told: string[] = [];
  const stop = (name: string) => {
    told.push(name);
    if (told.length === 2) throw new Error("interrupted");
  };
  await expect(createNodeKeys(wanted, { onKey: stop })).rejects.toThrow("interrupted");
  expect(await failureFrom(createNodeKeys(wanted))).toMatchObject({ code: "E_KEY_EXISTS" });
  const { keys, made, found } = await createNodeKeys(wanted, { resumes: true });
  expect(found).toEqual(["duty", "action"]);
  expect(made).toEqual(["tlsCa", "beacon", "sealing"]);
  expect(keys.duty).toMatchObject({ kind: "aws-kms", keyId: expect.stringMatching(/^arn:/) });
  const report = await inspectKeys({ keystorePath: "", keys, isTried: true }, { passphrase });
  expect(report.keyTier).toBe("softwareToken");
  expect(report.evidence.keys.sealing.facts).toMatchObject({
    describeKey: { KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT", Origin: "AWS_KMS" },
    getPublicKey: { publicKey: expect.stringContaining(report.publicKeys.sealing.slice(2)) },
    isAwsEndpoint: false,
  });
  expect(double.count("DeriveSharedSecret", "made-5")).toBe(1);
});

test("a keystore's keys are shown for what they are", async () => {
  const { keystorePath } = bench.config;
  const report = await inspectKeys(
    { keystorePath, isTried: true },
    { passphrase: () => "correct horse battery staple" },
  );
  expect(report).toMatchObject({ keyTier: "softwareFile", uses: {} });
  expect(report.evidence.keys.duty).toMatchObject({ place: null, facts: { scrypt: "cheap" } });
  expect(JSON.parse(readFileSync(keystorePath, "utf8")).publicKeys).toEqual(report.publicKeys);
});
