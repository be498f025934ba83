import { createECDH, createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadCurve } from "../curve.ts";
import { accountKey, certificateKey } from "../finish-signature.ts";
import type { KeyStore } from "../key-store.ts";
import { failureFrom } from "../signer.testing.ts";
import { createAwsKmsClient } from "./aws-kms-client.ts";
import { openAwsKmsStore } from "./aws-kms-store.ts";
import { DOUBLE_CREDENTIALS, KmsDouble } from "./kms-double.testing.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());
const waitedMs: number[] = [];
const saved = { ...process.env };

let double: KmsDouble;
let store: KeyStore;

beforeAll(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = DOUBLE_CREDENTIALS.secretAccessKey;
  double = await KmsDouble.start();
  double.addKey("duty", { spec: "ECC_SECG_P256K1" });
  double.addKey("ca", { spec: "ECC_NIST_P256" });
  double.addKey("beacon", { spec: "HMAC_256" });
  double.addKey("sealing", { spec: "ECC_NIST_P256", usage: "KEY_AGREEMENT" });
  double.addKey("imported", { spec: "ECC_SECG_P256K1", origin: "EXTERNAL" });
  double.addKey("disabled", { spec: "ECC_SECG_P256K1", state: "Disabled" });
  store = open();
}, 30_000);
afterAll(async () => {
  await store.close();
  await double.close();
  process.env = saved;
});

function open(timeoutMs = 10_000): KeyStore {
  const { region, endpoint } = double;
  const sleepMs = async (ms: number): Promise<void> => void waitedMs.push(ms);
  return openAwsKmsStore({ region, endpoint, timeoutMs }, { sleepMs });
}

async function dutyAccount(of = store) {
  return accountKey("duty", (await of.digestSigner("duty", "duty", "secp256k1")).key, loadCurve());
}

test("the real SDK signs digests: DER with high s becomes an account's signature", async () => {
  const account = await dutyAccount();
  for (let index = 0; index < 24; index += 1) {
    const signature = await account.sign(new Uint8Array(randomBytes(32)));
    expect(signature).toHaveLength(65);
  }
  expect(double.count("Sign", "duty")).toBe(24);
  expect(double.highS).toBeGreaterThan(0);
});

test("the CA key signs certificates, and the HMAC key derives the same every time", async () => {
  const { key } = await store.digestSigner("tlsCa", "ca", "P-256");
  const content = randomBytes(100);
  expect((await certificateKey("tlsCa", key, sha256).sign(content))[0]).toBe(0x30);
  const beacon = (await store.macKey("beacon", "beacon")).key;
  expect(await beacon.mac(content)).toEqual(await beacon.mac(content));
});

test("the sealing key agrees on what the other side computes, and no key does both", async () => {
  const { key } = await store.agreementKey("sealing", "sealing");
  for (let index = 0; index < 8; index += 1) {
    const other = createECDH("prime256v1");
    const shared = await key.sharedSecret(new Uint8Array(other.generateKeys()));
    expect(Buffer.from(shared)).toEqual(other.computeSecret(key.publicKey));
  }
  expect(double.count("DeriveSharedSecret", "sealing")).toBe(8);
  const off = new Uint8Array(65).fill(1);
  off[0] = 4;
  const refused = { code: "E_KEY_WRONG", key: "sealing", reason: "ValidationException" };
  expect(await failureFrom(key.sharedSecret(off))).toEqual(refused);
  const signs = await failureFrom(store.agreementKey("sealing", "ca"));
  const reason = "not for the use KEY_AGREEMENT";
  expect(signs).toEqual({ code: "E_KEY_WRONG", key: "sealing", reason });
  const agrees = await failureFrom(store.digestSigner("tlsCa", "sealing", "P-256"));
  expect(agrees).toMatchObject({ code: "E_KEY_WRONG", reason: "not for the use SIGN_VERIFY" });
});

test("a throttled request is asked again, and is one signature all the same", async () => {
  const account = await dutyAccount();
  const before = double.count("Sign", "duty");
  for (let index = 0; index < 3; index += 1) {
    double.fail("Sign", { kind: "error", name: "ThrottlingException", status: 400 });
  }
  await account.sign(new Uint8Array(32));
  expect(double.count("Sign", "duty")).toBe(before + 1);
  expect(waitedMs).toEqual([100, 200, 400]);
  for (let index = 0; index < 5; index += 1) {
    double.fail("Sign", { kind: "error", name: "ThrottlingException", status: 400 });
  }
  const failure = await failureFrom(account.sign(new Uint8Array(32)));
  expect(failure).toEqual({
    code: "E_KEY_UNAVAILABLE",
    key: "duty",
    reason: "ThrottlingException",
  });
});

test("what may have been signed is never asked again by itself", async () => {
  const impatient = open(2_000);
  const account = await dutyAccount(impatient);
  for (const fault of [
    { kind: "lost" },
    { kind: "silent" },
    { kind: "error", name: "KMSInternalException", status: 500 },
  ] as const) {
    const before = double.count("Sign", "duty");
    double.fail("Sign", fault);
    const failure = await failureFrom(account.sign(new Uint8Array(32)));
    expect(failure).toMatchObject({ code: "E_KEY_UNAVAILABLE", key: "duty" });
    expect(double.count("Sign", "duty")).toBe(before + (fault.kind === "lost" ? 1 : 0));
  }
  await impatient.close();
});

test("refusals are told apart by their names, and their texts are not repeated", async () => {
  const account = await dutyAccount();
  double.fail("Sign", { kind: "error", name: "AccessDeniedException", status: 400 });
  const denied = await failureFrom(account.sign(new Uint8Array(32)));
  expect(denied).toEqual({ code: "E_KEY_DENIED", key: "duty", reason: "AccessDeniedException" });
  double.fail("Sign", { kind: "foreign signature" });
  const foreign = await failureFrom(account.sign(new Uint8Array(32).fill(1)));
  expect(foreign).toEqual({ code: "E_KEY_SIGNATURE", key: "duty" });
  const missing = await failureFrom(store.digestSigner("duty", "nobody", "secp256k1"));
  expect(missing).toEqual({ code: "E_KEY_MISSING", key: "duty", place: "nobody" });
  for (const [place, reason] of [
    ["ca", "not of the spec ECC_SECG_P256K1"],
    ["beacon", "not of the spec ECC_SECG_P256K1"],
    ["disabled", "state Disabled"],
  ] as const) {
    const failure = await failureFrom(store.digestSigner("duty", place, "secp256k1"));
    expect(failure).toEqual({ code: "E_KEY_WRONG", key: "duty", reason });
  }
  expect(JSON.stringify([denied, foreign, missing])).not.toContain("arn:secret");
});

test("foreign credentials are denied", async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "AKIDOTHER";
  const other = open();
  try {
    const failure = await failureFrom(other.digestSigner("duty", "duty", "secp256k1"));
    const code = "E_KEY_DENIED";
    expect(failure).toEqual({ code, key: "duty", reason: "UnrecognizedClientException" });
  } finally {
    process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
    await other.close();
  }
});

test("a key behind another endpoint than AWS's is software, and an imported one a file", async () => {
  const { standing } = await store.digestSigner("duty", "duty", "secp256k1");
  expect(standing).toEqual({
    store: "aws-kms",
    tier: "softwareToken",
    because: ["the endpoint is not AWS's own"],
  });
  const imported = await store.digestSigner("duty", "imported", "secp256k1");
  expect(imported.standing.tier).toBe("softwareFile");
});

test("an endpoint that a variable names is seen where the request goes, and plaintext leaves no loopback", async () => {
  const options = { region: double.region, timeoutMs: 300 };
  process.env["AWS_ENDPOINT_URL_KMS"] = double.endpoint;
  const moved = createAwsKmsClient(options);
  const { sdk } = moved;
  await moved.client.send(new sdk.DescribeKeyCommand({ KeyId: "duty" }));
  expect(moved.isAws()).toBe(false);
  process.env["AWS_ENDPOINT_URL_KMS"] = "http://kms.example";
  const plain = createAwsKmsClient(options);
  const sending = plain.client.send(new sdk.DescribeKeyCommand({ KeyId: "duty" }));
  const field = "keys.awsKms.endpoint: plaintext";
  expect(await failureFrom(sending)).toEqual({ code: "E_CONFIG", field });
  delete process.env["AWS_ENDPOINT_URL_KMS"];
});
