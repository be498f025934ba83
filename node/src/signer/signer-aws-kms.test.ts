import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEntry } from "./audit-entry.ts";
import { DOUBLE_CREDENTIALS, KmsDouble } from "./aws-kms/kms-double.testing.ts";
import type { KeysConfig } from "./key-config.ts";
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
  bench = await createSignerBench();
  const at = (keyId: string) => ({ kind: "aws-kms", keyId }) as const;
  const awsKms = { region: double.region, endpoint: double.endpoint };
  const [tlsCa, beacon] = [at("ca"), at("beacon")];
  keys = { duty: at("duty"), action: at("action"), tlsCa, beacon, awsKms };
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
  const ofDuty = new Set([
    "RecordBatch",
    "Commitment",
    "Verdict",
    "Vote",
    "TlsCaBinding",
    "Receipt",
  ]);
  return entries().filter(({ kind, body }) => {
    if (kind === "SelfTest") return body["key"] === "duty";
    return ofDuty.has(kind === "Again" ? String(body["kind"]) : kind);
  }).length;
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
  await signer.close();
  expect(bench.logged()).not.toContain(DOUBLE_CREDENTIALS.secretAccessKey);
});

test("without credentials the signer says that it is denied", { timeout: 30_000 }, async () => {
  process.env["AWS_ACCESS_KEY_ID"] = "AKIDOTHER";
  const failure = await failureFrom(bench.spawn({ keys }));
  expect(failure).toMatchObject({ code: "E_KEY_DENIED", key: "duty" });
  process.env["AWS_ACCESS_KEY_ID"] = DOUBLE_CREDENTIALS.accessKeyId;
});
