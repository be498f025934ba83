import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { reconcileUses, surplus } from "../audit/audit-signer.ts";
import type { AuditEntry } from "./audit-entry.ts";
import { DOUBLE_CREDENTIALS, KmsDouble } from "./aws-kms/kms-double.testing.ts";
import type { KeysConfig } from "./key-config.ts";
import { KeyUses } from "./key-uses.ts";
import { createSignerBench, failureFrom, hash, type SignerBench } from "./signer.testing.ts";

const saved = { ...process.env };

let double: KmsDouble;
let bench: SignerBench;
let keys: KeysConfig;

beforeAll(async () => {
  process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
  process.env["AWS_SECRET_ACCESS_KEY"] = DOUBLE_CREDENTIALS.secretAccessKey;
  double = await KmsDouble.start();
  double.addKey("duty", { spec: "ECC_SECG_P256K1" });
  double.addKey("action", { spec: "ECC_SECG_P256K1" });
  double.addKey("ca", { spec: "ECC_NIST_P256" });
  double.addKey("beacon", { spec: "HMAC_256" });
  double.addKey("sealing", { spec: "ECC_NIST_P256", usage: "KEY_AGREEMENT" });
  bench = await createSignerBench();
  const at = (keyId: string) => ({ kind: "aws-kms", keyId }) as const;
  const awsKms = { region: double.region, endpoint: double.endpoint };
  const [tlsCa, beacon, sealing] = [at("ca"), at("beacon"), at("sealing")];
  keys = { duty: at("duty"), action: at("action"), tlsCa, beacon, sealing, awsKms };
}, 30_000);
afterAll(async () => {
  await bench.close();
  await double.close();
  process.env = saved;
});

function entries(): AuditEntry[] {
  const lines = readFileSync(bench.config.auditLogPath, "utf8").trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line.slice(line.indexOf("{"))) as AuditEntry);
}

/** How often the log says that the duty key was about to sign. */
function dutyUses(): number {
  const uses = new KeyUses();
  for (const entry of entries()) uses.apply(entry);
  return uses.counts.duty;
}

test("KMS counts as many signatures of the duty key as the log explains", {
  timeout: 60_000,
}, async () => {
  const signer = await bench.spawn({ keys });
  const client = bench.client();
  expect((await client.status()).keyTier).toBe("softwareToken");
  const commitment = (batchNo: number) => ({ batchNo, draw: 0, commitment: hash(batchNo) });
  for (let batchNo = 1; batchNo <= 10; batchNo += 1) await client.commitment(commitment(batchNo));
  expect(await client.chainTip()).toMatch(/^0x/);
  expect(await client.caCertificate()).toMatch(/^0x30/);

  // Signed and not heard of: it was asked for again, and the log says so.
  double.fail("Sign", { kind: "lost" });
  const lost = await failureFrom(client.commitment(commitment(11)));
  expect(lost).toMatchObject({ code: "E_KEY_UNAVAILABLE", key: "duty" });
  const again = await client.commitment(commitment(11));
  expect(again.auditSeq).toBe(11);
  expect(dutyUses()).toBe(double.count("Sign", "duty"));

  // Who holds the credentials can sign around the signer: the counter has more than the log.
  double.signAround("duty", new Uint8Array(32).fill(5));
  expect(double.count("Sign", "duty") - dutyUses()).toBe(1);
  const used = reconcileUses(
    { duty: dutyUses(), action: 0, tlsCa: 0, sealing: 0 },
    { duty: double.count("Sign", "duty") },
  );
  expect(surplus(used).map(({ code }) => code)).toEqual(["AUDIT_KMS_SURPLUS"]);
  await signer.close();
  expect(bench.logged()).not.toContain(DOUBLE_CREDENTIALS.secretAccessKey);
});

test("one key under two names is not taken for two purposes", { timeout: 30_000 }, async () => {
  const signs = double.count("Sign", "duty");

  const both = { ...keys, action: { kind: "aws-kms", keyId: "arn:double:duty" } } as const;
  expect(await failureFrom(bench.spawn({ keys: both }))).toEqual({
    code: "E_KEY_WRONG",
    key: "action",
    reason: "the same key as duty",
  });
  expect(double.count("Sign", "duty")).toBe(signs);
});

test("a later set in the cloud finds the credentials, too", { timeout: 30_000 }, async () => {
  const auditLogPath = join(bench.directory, "later.log");
  const signer = await bench.spawn({ auditLogPath, moreKeys: [keys] });
  expect((await bench.client().status()).sets).toHaveLength(2);
  await signer.close();
});

test("without credentials the signer says that it is denied", { timeout: 30_000 }, async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "AKIDOTHER";
  const failure = await failureFrom(bench.spawn({ keys }));
  expect(failure).toMatchObject({ code: "E_KEY_DENIED", key: "duty" });
  process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
});
