import { createECDH, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  bytesToHex,
  domainSeparator,
  hexToBytes,
  parseSealedBox,
  sealedInfo,
  sealingKeyBindingDigest,
} from "@deed/protocol/encoding";
import { sealBox } from "@deed/sdk";
import fc from "fast-check";
import { recoverAddress } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditEntry } from "./audit-entry.ts";
import type { KeysConfig } from "./key-config.ts";
import { testKeys } from "./key-signer.testing.ts";
import { KeyUses } from "./key-uses.ts";
import { openBox, parseBox } from "./open-box.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  KEY_LABELS,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./pkcs11/softhsm.testing.ts";
import {
  CHAIN_ID,
  CONTRACTS,
  createSignerBench,
  failureFrom,
  hash,
  type SignerBench,
} from "./signer.testing.ts";

const purpose = { chainId: CHAIN_ID, nodeNo: 7, intentHash: hash(9), name: "api key" };
const { sealing } = testKeys(1);
const point = bytesToHex(sealing.publicKey.subarray(1));

test("what is sealed by the library is opened with nothing but the key's ECDH", async () => {
  const contents = fc.uint8Array({ maxLength: 300 });
  await fc.assert(
    fc.asyncProperty(contents, fc.string({ minLength: 1, maxLength: 40 }), async (given, name) => {
      const bound = { ...purpose, name };
      const box = await sealBox({ ...bound, sealing: point }, given);
      expect(await openBox(parseBox(box), bound, sealing)).toEqual(given);
    }),
    { numRuns: 25 },
  );
});

test("a box of RFC 9180's own values opens (A.3.1, its key agreement alone)", async () => {
  // Appendix A.3.1: DHKEM(P-256, HKDF-SHA256), base mode. The shared secret shows in what the KEM hands out.
  const skR = hexToBytes("0xf3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2");
  const enc = hexToBytes(
    "0x04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4",
  );
  const exchange = createECDH("prime256v1");
  exchange.setPrivateKey(skR);
  expect(exchange.getPublicKey("hex")).toBe(
    "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0",
  );
  const { sharedSecretOf } = await import("./open-box.ts");
  const key = {
    publicKey: new Uint8Array(exchange.getPublicKey()),
    sharedSecret: async (bytes: Uint8Array) => new Uint8Array(exchange.computeSecret(bytes)),
  };
  expect(bytesToHex(await sharedSecretOf(enc, key))).toBe(
    "0xc0d26aeab536609a572b07695d933b589dcf363ff9d93c93adea537aeabb8cb8",
  );
});

test("any changed byte, another purpose and another key are refused", async () => {
  const content = randomBytes(40);
  const box = await sealBox({ ...purpose, sealing: point }, content);
  const refused = async (bytes: Uint8Array, changes: Partial<typeof purpose> = {}) =>
    failureFrom(
      Promise.resolve().then(() => openBox(parseBox(bytes), { ...purpose, ...changes }, sealing)),
    );
  // All but the name of the key, by which it is only found.
  for (const at of [0, 9, 10, 40, 73, 74, 100, box.length - 1]) {
    const changed = Uint8Array.from(box);
    changed[at]! ^= 1;
    expect((await refused(changed)).code).toBe("E_SEALED");
  }
  for (const changes of [
    { chainId: 1 },
    { nodeNo: 8 },
    { intentHash: hash(10) },
    { name: "API key" },
  ]) {
    expect((await refused(box, changes)).code).toBe("E_SEALED");
  }
  const other = openBox(parseBox(box), purpose, testKeys(2).sealing);
  expect((await failureFrom(other)).code).toBe("E_SEALED");
  for (const short of [new Uint8Array(), box.subarray(0, 89), new Uint8Array(9000).fill(1)]) {
    expect((await refused(short)).code).toBe("E_SEALED");
  }
  await expect(sealBox({ ...purpose, sealing: point }, new Uint8Array(8193))).rejects.toThrow();
});

test("what a store says while it agrees is not lost", async () => {
  const box = parseBox(await sealBox({ ...purpose, sealing: point }, randomBytes(4)));
  const { SignerError } = await import("./signer-error.ts");
  const failure = { code: "E_KEY_UNAVAILABLE", key: "sealing", reason: "gone" } as const;
  const absent = { ...sealing, sharedSecret: () => Promise.reject(new SignerError(failure)) };
  expect(await failureFrom(openBox(box, purpose, absent))).toEqual(failure);
});

describe.skipIf(isWithoutSoftHsm)(
  `a signer with its sealing key on a token${SOFTHSM_NEEDED}`,
  () => {
    let hsm: SoftHsm;
    let bench: SignerBench;
    let keys: KeysConfig;

    beforeAll(async () => {
      hsm = createSoftHsm();
      bench = await createSignerBench();
      const pinPath = join(bench.directory, "pin");
      const { writeFileSync } = await import("node:fs");
      writeFileSync(pinPath, hsm.pin, { mode: 0o600 });
      const { module, environment, label: tokenLabel } = hsm;
      const file = { kind: "keystore" } as const;
      keys = {
        ...{ duty: file, action: file, tlsCa: file, beacon: file },
        sealing: { kind: "pkcs11", label: KEY_LABELS.sealing },
        pkcs11: { module, environment, tokenLabel, pinPath },
      };
    }, 30_000);
    afterAll(async () => {
      await bench?.close();
      hsm?.remove();
    });

    test("opens boxes for one workflow, each logged before, and binds its key", {
      timeout: 30_000,
    }, async () => {
      const signer = await bench.spawn({ keys });
      const client = bench.client();
      const { sealing: registered, duty } = await client.status();
      const content = randomBytes(64);
      const box = bytesToHex(await sealBox({ ...purpose, sealing: registered }, content));
      const { intentHash, name } = purpose;
      expect(await client.open({ intentHash, name, box })).toBe(bytesToHex(content));
      const other = { intentHash: hash(10), name, box };
      expect((await failureFrom(client.open(other))).code).toBe("E_SEALED");
      const nothing = { intentHash: hash(0), name, box };
      const field = "intentHash";
      expect(await failureFrom(client.open(nothing))).toEqual({ code: "E_BAD_REQUEST", field });
      const foreign = bytesToHex(await sealBox({ ...purpose, sealing: point }, content));
      const toOther = { code: "E_SEALED", reason: "to another key" };
      expect(await failureFrom(client.open({ intentHash, name, box: foreign }))).toEqual(toOther);

      const text = readFileSync(bench.config.auditLogPath, "utf8").trimEnd();
      const entries = text
        .split("\n")
        .map((line) => JSON.parse(line.slice(line.indexOf("{"))) as AuditEntry);
      // Both that reached the token, and not the one that was sealed to nobody here.
      expect(entries.filter(({ kind }) => kind === "Open")).toMatchObject([
        { body: { intentHash, name } },
        { body: { intentHash: hash(10), name } },
      ]);
      expect(text).not.toContain(content.toString("hex"));
      // What the store counts is explained: its own test at the start, and each opening.
      expect((await client.status()).openings).toBe(2);
      const uses = new KeyUses();
      for (const entry of entries) uses.apply(entry);
      expect(uses).toMatchObject({ openings: 2, counts: { sealing: 3 } });

      const { signature, ...binding } = await client.sealingKeyBinding({ operatorNo: 5 });
      expect(`${binding.x}${binding.y.slice(2)}`).toBe(registered);
      const domain = { chainId: CHAIN_ID, verifyingContract: CONTRACTS.registry };
      const digest = sealingKeyBindingDigest(binding, domainSeparator(domain));
      const signedBy = await recoverAddress({ hash: digest, signature });
      expect(signedBy.toLowerCase()).toBe(duty);
      const foreignKey = client.sealingKeyBinding({ operatorNo: 5, sealing: point });
      expect(await failureFrom(foreignKey)).toMatchObject({ code: "E_POLICY", rule: "sealing" });
      await signer.close();
    });
  },
);

test("the information that a box is bound to is five words", () => {
  expect(sealedInfo(purpose)).toHaveLength(160);
  expect(parseSealedBox(new Uint8Array(90))).toBeNull();
});
