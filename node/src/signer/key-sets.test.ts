import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { domainSeparator, nobleRecovery, tlsCaBindingDigest } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodeUri } from "./certificate.ts";
import {
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  type SignerBench,
} from "./signer.testing.ts";

let bench: SignerBench;

beforeEach(async () => {
  bench = await createSignerBench();
});
afterEach(() => bench.close());

test("a signer makes a second set of keys, and has it again after a restart", async () => {
  let signer = await bench.spawn();
  let client = bench.client();
  const [first] = (await client.status()).sets;
  const second = await client.addKeySet();
  const keys = [
    first?.duty,
    first?.action,
    first?.caHash,
    second.duty,
    second.action,
    second.caHash,
  ];
  expect(new Set(keys).size).toBe(6);
  const path = join(bench.directory, "keystore-2.json");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(bench.config.auditLogPath, "utf8")).toContain('"kind":"KeySet"');
  client.close();
  await signer.close();
  signer = await bench.spawn();
  client = bench.client();
  expect((await client.status()).sets).toEqual([first, second]);
  // What serves did not change: the ledger decides that.
  expect(await client.status()).toMatchObject({ duty: first?.duty, caHash: first?.caHash });
});

test("the duty key binds the CA key of any set, and leaves come from the set that is asked for", async () => {
  await bench.spawn();
  const client = bench.client();
  const { duty } = await client.status();
  const { caHash } = await client.addKeySet();
  const place = { operatorNo: 5, endpoint: "https://a.example:1" };
  const { signature } = await client.tlsCaBinding({ ...place, caHash });
  const separator = domainSeparator({ chainId: CHAIN_ID, verifyingContract: CONTRACTS.registry });
  const digest = tlsCaBindingDigest({ ...place, caHash }, separator);
  expect(nobleRecovery.recover(digest, signature)).toBe(duty);

  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" }).toString("hex");
  const nowSec = Math.floor(Date.now() / 1000);
  const leaf = {
    publicKeySpki: `0x${spki}`,
    nodeUri: nodeUri({ nodeNo: 7, chainId: CHAIN_ID }),
    validFromSec: nowSec,
    validToSec: nowSec + 3_600,
  } as const;
  const certificate = async (hex: Promise<string>) =>
    new X509Certificate(Buffer.from((await hex).slice(2), "hex"));
  const ca = await certificate(client.caCertificate({ caHash }));
  const old = await certificate(client.caCertificate());
  const issued = await certificate(client.issueLeaf({ ...leaf, caHash }));
  expect(issued.verify(ca.publicKey)).toBe(true);
  expect(issued.verify(old.publicKey)).toBe(false);
  expect((await client.status()).leafCaHash).toBe(caHash);
  const unknown = client.issueLeaf({ ...leaf, caHash: `0x${"11".repeat(32)}` });
  expect(await failureFrom(unknown)).toMatchObject({ code: "E_POLICY", rule: "caHash" });
});

test("a new secret gives another chain, and the signer gives preimages of whichever is in force", async () => {
  await bench.spawn();
  const client = bench.client();
  const { number: set } = await client.addKeySet();
  const tips = [await client.chainTip(), await client.chainTip({ set, chainNo: 1 })];
  expect(new Set(tips).size).toBe(2);
  for (const [index, anchor] of tips.entries()) {
    const position = { anchor, usedPreimages: 0, behind: 0 };
    expect(await client.chainInForce(position)).toEqual({ set: index + 1, chainNo: 1 });
    await client.preimage(position);
  }
});

test("there are at most as many new sets as somebody needs, not as many as somebody asks for", async () => {
  await bench.spawn({ rates: { KeySet: { perSec: 0, burst: 1 } } });
  const client = bench.client();
  await client.addKeySet();
  expect((await failureFrom(client.addKeySet())).code).toBe("E_RATE");
  expect(existsSync(join(bench.directory, "keystore-3.json"))).toBe(false);
});
