import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { domainSeparator, hexToBytes, verdictDigest } from "@deed/protocol/encoding";
import { recoverAddress } from "viem";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AuditEntry } from "./audit-entry.ts";
import type { KeysConfig } from "./key-config.ts";
import { keystorePathOf } from "./key-sets.ts";
import { createKeystore } from "./keystore.ts";
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
  PASSPHRASE,
  type SignerBench,
} from "./signer.testing.ts";

const NAMES = ["duty", "action", "tlsCa", "beacon", "sealing"] as const;

const title = `a signer with its keys on a token${SOFTHSM_NEEDED}`;

describe.skipIf(isWithoutSoftHsm)(title, { timeout: 60_000 }, () => {
  let hsm: SoftHsm;
  let bench: SignerBench;
  let pinPath: string;

  beforeAll(async () => {
    hsm = createSoftHsm();
    bench = await createSignerBench();
    pinPath = join(bench.directory, "pin");
    writeFileSync(pinPath, `${hsm.pin}\n`, { mode: 0o600 });
  }, 30_000);
  afterAll(async () => {
    await bench?.close();
    hsm?.remove();
  });

  function keys(changes: Partial<KeysConfig> = {}, token: object = {}): { keys: KeysConfig } {
    const at = (name: keyof typeof KEY_LABELS) =>
      ({ kind: "pkcs11", label: KEY_LABELS[name] }) as const;
    const { module, environment, label: tokenLabel } = hsm;
    return {
      keys: {
        duty: at("duty"),
        action: at("action"),
        tlsCa: at("tlsCa"),
        beacon: at("beacon"),
        sealing: at("sealing"),
        pkcs11: { module, environment, tokenLabel, pinPath, ...token },
        ...changes,
      },
    };
  }

  function entries(): AuditEntry[] {
    const lines = readFileSync(bench.config.auditLogPath, "utf8").trimEnd().split("\n");
    return lines.map((line) => JSON.parse(line.slice(line.indexOf("{"))) as AuditEntry);
  }

  test("a second set replaces one key and shares the rest with the first, on the same token", async () => {
    const { keystorePath } = bench.config;
    const path = keystorePathOf(keystorePath, 2);
    const { caHash } = await createKeystore({ path, passphrase: PASSPHRASE, cost: 1024 });
    const first = keys();
    const second = { ...first.keys, tlsCa: { kind: "keystore" } } as const;
    const auditLogPath = join(bench.directory, "two-sets.log");
    const signer = await bench.spawn({ ...first, moreKeys: [second], auditLogPath });
    const { sets } = await bench.client().status();
    expect(sets.map(({ number }) => number)).toEqual([1, 2]);
    expect(sets[1]).toMatchObject({ duty: sets[0]?.duty, action: sets[0]?.action, caHash });
    expect(sets[0]?.caHash).not.toBe(caHash);
    const binding = { operatorNo: 5, endpoint: "https://a.example:1", caHash };
    expect(await bench.client().tlsCaBinding(binding)).toMatchObject({ caHash });
    await signer.close();
    rmSync(path);
  });

  test("it signs, issues certificates and derives its chain; every use of a key is in the log first", async () => {
    const signer = await bench.spawn(keys(), "no keystore is asked for");
    const client = bench.client();
    const status = await client.status();
    expect(status.keyTier).toBe("softwareToken");
    expect(status.standings.duty.because).toContain("the token is a program");
    const selfTests = entries().filter(({ kind }) => kind === "SelfTest");
    expect(selfTests.map(({ body }) => body["key"])).toEqual([...NAMES]);

    const verdict = {
      batchNo: 1,
      draw: 0,
      recordBlockHash: hash(1),
      commitmentsHash: hash(2),
      fault: 0n,
      unable: 0n,
      reportHash: hash(3),
    };
    const signed = await client.verdict(verdict);
    const separator = domainSeparator({
      chainId: CHAIN_ID,
      verifyingContract: CONTRACTS.executions,
    });
    const digest = verdictDigest(signed, separator);
    const { signature } = signed;
    const signerAddress = await recoverAddress({ hash: digest, signature });
    expect(signerAddress.toLowerCase()).toBe(status.duty.toLowerCase());
    expect(hexToBytes(signature)).toHaveLength(65);

    // Once more is another signature of the same content, at the same position, and an entry of its own.
    const again = await client.verdict(verdict);
    expect({ ...again, signature }).toEqual(signed);
    expect(entries().at(-1)).toMatchObject({ kind: "Again", body: { kind: "Verdict" } });
    expect(await client.chainTip()).toMatch(/^0x[0-9a-f]{64}$/);
    expect(await client.caCertificate()).toMatch(/^0x30/);
    await signer.close();
    expect(await signer.ended).toBe(0);
  });

  test("it starts again with the same keys and the same chain", async () => {
    const first = await bench.spawn(keys());
    const tip = await bench.client().chainTip();
    await first.close();
    const second = await bench.spawn(keys());
    expect(second.publicKeys).toEqual(first.publicKeys);
    expect(await bench.client().chainTip()).toBe(tip);
    await second.close();
  });

  test("one with the same keys and another log is refused on this machine", async () => {
    const first = await bench.spawn(keys());
    const elsewhere = {
      auditLogPath: join(bench.directory, "copy.log"),
      socketPath: join(bench.directory, "run", "copy.sock"),
    };
    const failure = await failureFrom(bench.spawn({ ...keys(), ...elsewhere }));
    expect(failure).toEqual({ code: "E_LOCKED", path: `duty key ${first.publicKeys.duty}` });
    await first.close();
  });

  test("what is wrong with token, PIN, key or tier is said before anything is served, and never the PIN", async () => {
    const cases: [{ keys: KeysConfig }, object][] = [
      [keys({}, { tokenLabel: "nowhere" }), { code: "E_KEY_DEVICE", reason: "absent" }],
      [keys({}, { module: "/no/such.so" }), { code: "E_KEY_MODULE", module: "/no/such.so" }],
      [
        keys({ duty: { kind: "pkcs11", label: "nobody" } }),
        { code: "E_KEY_MISSING", key: "duty", place: "nobody" },
      ],
      [
        keys({ duty: { kind: "pkcs11", label: KEY_LABELS.tlsCa }, tlsCa: { kind: "keystore" } }),
        { code: "E_KEY_WRONG", key: "duty", reason: "not on secp256k1" },
      ],
      [
        keys({ minimumTier: "hsm" }),
        { code: "E_KEY_TIER", key: "duty", tier: "softwareToken", minimum: "hsm" },
      ],
    ];
    for (const [changes, expected] of cases) {
      expect(await failureFrom(bench.spawn(changes))).toMatchObject(expected);
    }
    writeFileSync(pinPath, "9".repeat(32));
    const wrong = { code: "E_KEY_PIN", label: hsm.label, reason: "wrong" };
    expect(await failureFrom(bench.spawn(keys()))).toEqual(wrong);
    writeFileSync(pinPath, hsm.pin);
    chmodSync(pinPath, 0o644);
    const open = { code: "E_CONFIG", field: "keys.pkcs11.pinPath: readable by others" };
    expect(await failureFrom(bench.spawn(keys()))).toEqual(open);
    chmodSync(pinPath, 0o600);
    expect(bench.logged()).not.toContain(hsm.pin);
    expect(bench.logged()).not.toContain("9".repeat(32));
  });

  test("keys of several stores make one node, of the tier of the weakest", async () => {
    const path = join(bench.directory, "mixed.log");
    const mixed = { ...keys({ tlsCa: { kind: "keystore" } }), auditLogPath: path };
    const signer = await bench.spawn(mixed);
    const status = await bench.client().status();
    expect(status.standings.tlsCa.tier).toBe("softwareFile");
    expect(status.standings.duty.tier).toBe("softwareToken");
    expect(status.keyTier).toBe("softwareFile");
    await signer.close();
  });
});
