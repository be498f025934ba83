import { createECDH, createHash, createPublicKey, randomBytes, verify } from "node:crypto";
import { addressOfPublicKey } from "@deed/protocol/encoding";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadCurve, nobleCurve } from "../curve.ts";
import { accountKey, certificateKey } from "../finish-signature.ts";
import type { KeyStore } from "../key-store.ts";
import { failureFrom } from "../signer.testing.ts";
import * as ck from "./constants.ts";
import { createTokenKey } from "./create-keys.ts";
import { openPkcs11Store, type Pkcs11StoreOptions } from "./pkcs11-store.ts";
import {
  createSoftHsm,
  isWithoutSoftHsm,
  KEY_LABELS,
  SOFTHSM_NEEDED,
  type SoftHsm,
} from "./softhsm.testing.ts";

const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

describe.skipIf(isWithoutSoftHsm)(`keys on a PKCS#11 token${SOFTHSM_NEEDED}`, () => {
  let hsm: SoftHsm;
  let store: KeyStore;

  function options(changes: Partial<Pkcs11StoreOptions> = {}): Pkcs11StoreOptions {
    const { module, environment, label } = hsm;
    return { module, environment, label, user: "user", ...changes };
  }

  const opening = (changes: Partial<Pkcs11StoreOptions>, pin = hsm.pin) =>
    failureFrom(Promise.resolve().then(() => openPkcs11Store(options(changes), pin)));

  beforeAll(() => {
    hsm = createSoftHsm();
    const session = hsm.openSession();
    createTokenKey(session, { name: "duty", label: "twice" });
    const template = [
      { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
      { type: ck.CKA_VALUE, value: Buffer.alloc(32, 7) },
      { type: ck.CKA_TOKEN, value: true },
      { type: ck.CKA_SIGN, value: true },
      { type: ck.CKA_SENSITIVE, value: true },
      { type: ck.CKA_EXTRACTABLE, value: false },
    ];
    for (const label of ["imported", "two", "two"]) {
      session.library.C_CreateObject(session.handle, [
        ...template,
        { type: ck.CKA_LABEL, value: label },
      ]);
    }
    session.end();
    for (const label of ["same", "same", "other"]) hsm.initToken(label);
    store = openPkcs11Store(options(), hsm.pin);
  }, 30_000);
  afterAll(async () => {
    await store?.close();
    hsm?.remove();
  });

  test("a key signs digests as an account does: low s, v found, whichever code looks for it", async () => {
    const { key } = await store.digestSigner("duty", KEY_LABELS.duty, "secp256k1");
    const accounts = [loadCurve(), nobleCurve].map((curve) => accountKey("duty", key, curve));
    let highs = 0;
    for (let index = 0; index < 40; index += 1) {
      const digest = new Uint8Array(randomBytes(32));
      const raw = await key.signDigest(digest);
      if (secp256k1.Signature.fromBytes(raw.bytes, "compact").hasHighS()) highs += 1;
      const signature = await accounts[index % 2]!.sign(digest);
      const parsed = secp256k1.Signature.fromBytes(signature.subarray(0, 64), "compact");
      expect(parsed.hasHighS()).toBe(false);
      const point = parsed.addRecoveryBit(signature[64]! - 27).recoverPublicKey(digest);
      expect(addressOfPublicKey(point.toBytes(false))).toBe(accounts[0]!.address);
    }
    // Half of them are high: forty that all are low would be a store that normalises, and show nothing here.
    expect(highs).toBeGreaterThan(0);
  });

  test("the CA key signs what X.509 wants, and the MAC key derives the same every time", async () => {
    const ca = await store.digestSigner("tlsCa", KEY_LABELS.tlsCa, "P-256");
    const signer = certificateKey("tlsCa", ca.key, sha256);
    const content = randomBytes(200);
    const key = createPublicKey({
      key: Buffer.from(signer.publicKeySpki),
      format: "der",
      type: "spki",
    });
    expect(verify("sha256", content, key, await signer.sign(content))).toBe(true);
    const beacon = await store.macKey("beacon", KEY_LABELS.beacon);
    const macs = [await beacon.key.mac(content), await beacon.key.mac(content)];
    expect(macs[0]).toEqual(macs[1]);
    expect(macs[0]).toHaveLength(32);
  });

  test("the sealing key agrees on what the other side computes, also across a session that was lost", async () => {
    const { key, standing } = await store.agreementKey("sealing", KEY_LABELS.sealing);
    expect(standing.tier).toBe("softwareToken");
    // One in 256 begins with a zero, which some devices drop.
    for (let index = 0; index < 300; index += 1) {
      const other = createECDH("prime256v1");
      const shared = await key.sharedSecret(new Uint8Array(other.generateKeys()));
      expect(Buffer.from(shared)).toEqual(other.computeSecret(key.publicKey));
    }
    const session = hsm.openSession();
    session.library.C_CloseAllSessions(session.slot);
    const other = createECDH("prime256v1");
    expect(await key.sharedSecret(new Uint8Array(other.generateKeys()))).toHaveLength(32);
    session.end();
  });

  test("a key that signs agrees on nothing, and the sealing key signs nothing", async () => {
    const code = "E_KEY_WRONG";
    const ca = store.agreementKey("sealing", KEY_LABELS.tlsCa);
    const noDerive = { code, key: "sealing", reason: "CKA_DERIVE is false" };
    expect(await failureFrom(ca)).toEqual(noDerive);
    const sealing = store.digestSigner("tlsCa", KEY_LABELS.sealing, "P-256");
    const noSign = { code, key: "tlsCa", reason: "CKA_SIGN is false" };
    expect(await failureFrom(sealing)).toEqual(noSign);
    const { key } = await store.agreementKey("sealing", KEY_LABELS.sealing);
    const offCurve = new Uint8Array(65).fill(1);
    offCurve[0] = 4;
    const failure = await failureFrom(key.sharedSecret(offCurve));
    expect(failure).toMatchObject({ code: "E_KEY_UNAVAILABLE", key: "sealing" });
  });

  test("a program's token is called software, and an imported key a file", async () => {
    const { standing } = await store.digestSigner("duty", KEY_LABELS.duty, "secp256k1");
    expect(standing).toMatchObject({ store: "pkcs11", tier: "softwareToken" });
    expect(standing.because).toContain("the token is a program");
    const imported = await store.macKey("beacon", "imported");
    expect(imported.standing.tier).toBe("softwareFile");
    expect(imported.standing.because).toContain("CKA_LOCAL is not true");
  });

  test("many at a time are signed one after the other, across a session that was lost", async () => {
    const { key } = await store.digestSigner("action", KEY_LABELS.action, "secp256k1");
    const account = accountKey("action", key, loadCurve());
    const digests = Array.from({ length: 32 }, () => new Uint8Array(randomBytes(32)));
    const half = digests.slice(0, 16).map((digest) => account.sign(digest));
    await Promise.all(half);
    // What a device does that restarts: every session of the process is gone.
    const other = hsm.openSession();
    other.library.C_CloseAllSessions(other.slot);
    const signatures = await Promise.all(digests.map((digest) => account.sign(digest)));
    expect(signatures).toHaveLength(32);
    other.end();
  });

  test("a wrong PIN, an absent token and two of one label are told apart, and no PIN is named", async () => {
    // Another token: a login counts for the whole process, whatever PIN comes later.
    const wrong = await opening({ label: "other" }, "not the PIN");
    expect(wrong).toEqual({ code: "E_KEY_PIN", label: "other", reason: "wrong" });
    expect(JSON.stringify(wrong)).not.toContain("not the PIN");
    const absent = { code: "E_KEY_DEVICE", label: "no such", reason: "absent" };
    expect(await opening({ label: "no such" })).toEqual(absent);
    const two = { code: "E_KEY_DEVICE", label: "same", reason: "several of this label" };
    expect(await opening({ label: "same" })).toEqual(two);
    expect((await opening({ module: "/no/such/module.so" })).code).toBe("E_KEY_MODULE");
  });

  test("a key that is missing, on another curve or there twice is refused", async () => {
    const missing = store.digestSigner("duty", "nobody", "secp256k1");
    const code = "E_KEY_MISSING";
    expect(await failureFrom(missing)).toEqual({ code, key: "duty", place: "nobody" });
    const p256 = store.digestSigner("duty", KEY_LABELS.tlsCa, "secp256k1");
    const notOn = { code: "E_KEY_WRONG", key: "duty", reason: "not on secp256k1" };
    expect(await failureFrom(p256)).toEqual(notOn);
    const twice = { code: "E_KEY_WRONG", key: "beacon", reason: "2 keys of this label" };
    expect(await failureFrom(store.macKey("beacon", "two"))).toEqual(twice);
    const session = hsm.openSession();
    const again = () => createTokenKey(session, { name: "duty", label: "twice" });
    expect(again).toThrow(/is there already/);
    session.end();
  });

  test("an HMAC key of YubiHSM's own type is taken, and a device without Luna's crypto user says so", async () => {
    const session = hsm.openSession();
    session.library.C_CreateObject(session.handle, [
      { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
      { type: ck.CKA_KEY_TYPE, value: ck.CKK_SHA256_HMAC },
      { type: ck.CKA_VALUE, value: Buffer.alloc(32, 9) },
      { type: ck.CKA_TOKEN, value: true },
      { type: ck.CKA_SIGN, value: true },
      { type: ck.CKA_LABEL, value: "hmac" },
    ]);
    session.end();
    const { key } = await store.macKey("beacon", "hmac");
    expect(await key.mac(Buffer.from("a"))).toHaveLength(32);
    // Another token: a login counts for the whole process.
    const refused = await opening({ label: "other", user: "crypto-user" });
    expect(refused).toMatchObject({ code: "E_KEY_DEVICE", label: "other", reason: "refused" });
  });

  test("a token that was taken away is said to be unavailable", async () => {
    const key = (await store.digestSigner("duty", KEY_LABELS.duty, "secp256k1")).key;
    const session = hsm.openSession();
    // The library forgets everything, as when a device is pulled out.
    session.library.C_Finalize();
    const failure = await failureFrom(key.signDigest(new Uint8Array(32)));
    expect(failure).toMatchObject({ code: "E_KEY_UNAVAILABLE", key: "duty" });
  });
});

describe.skipIf(isWithoutSoftHsm)(`a token that cannot do what is needed${SOFTHSM_NEEDED}`, () => {
  test("a mechanism that is missing is named", async () => {
    const hsm = createSoftHsm("-CKM_DSA,CKM_ECDSA,CKM_SHA256_HMAC,CKM_ECDH1_DERIVE");
    const { module, environment, label } = hsm;
    const store = openPkcs11Store({ module, environment, label, user: "user" }, hsm.pin);
    const code = "E_KEY_MECHANISM";
    const duty = store.digestSigner("duty", KEY_LABELS.duty, "secp256k1");
    expect(await failureFrom(duty)).toEqual({ code, key: "duty", mechanism: "CKM_ECDSA" });
    const beacon = store.macKey("beacon", KEY_LABELS.beacon);
    expect(await failureFrom(beacon)).toEqual({
      code,
      key: "beacon",
      mechanism: "CKM_SHA256_HMAC",
    });
    const sealing = store.agreementKey("sealing", KEY_LABELS.sealing);
    const mechanism = "CKM_ECDH1_DERIVE";
    expect(await failureFrom(sealing)).toEqual({ code, key: "sealing", mechanism });
    await store.close();
    hsm.remove();
  });
});
