import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadCurve, nobleCurve } from "./curve.ts";
import type { DigestSignature, DigestSigner } from "./digest-signer.ts";
import { accountKey, certificateKey, pointOfSpki } from "./finish-signature.ts";
import { failureFrom } from "./signer.testing.ts";

const SECRET = new Uint8Array(32).fill(7);
const OTHER = new Uint8Array(32).fill(9);
const publicKey = secp256k1.getPublicKey(SECRET, false);
const sha256 = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

/** What a store would answer: either of the two valid forms of s, raw or in DER. */
function answer(digest: Uint8Array, form: { high: boolean; der: boolean }): DigestSignature {
  const low = secp256k1.sign(digest, SECRET, { prehash: false, lowS: true, format: "compact" });
  const { r, s } = secp256k1.Signature.fromBytes(low, "compact");
  const given = new secp256k1.Signature(r, form.high ? secp256k1.Point.Fn.neg(s) : s);
  const format = form.der ? "der" : "raw";
  return { format, bytes: given.toBytes(form.der ? "der" : "compact") };
}

function answering(signDigest: (digest: Uint8Array) => DigestSignature): DigestSigner {
  return { publicKey, signDigest: (digest) => Promise.resolve(signDigest(digest)) };
}

test("whatever form a store answers in, an account's signature is the same: low s and its v", async () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), fc.boolean(), async (digest, high, der) => {
      const expected = nobleCurve.sign(digest, SECRET);
      for (const curve of [loadCurve(), nobleCurve]) {
        const signer = answering((given) => answer(given, { high, der }));
        expect(await accountKey("duty", signer, curve).sign(digest)).toEqual(expected);
      }
    }),
    { numRuns: 40 },
  );
});

test("what is no signature, or another key's, or of another digest, is refused", async () => {
  const digest = sha256(Uint8Array.of(1));
  const foreign = secp256k1.sign(digest, OTHER, { prehash: false, format: "compact" });
  const answers: DigestSignature[] = [
    { format: "raw", bytes: foreign },
    answer(sha256(Uint8Array.of(2)), { high: false, der: true }),
    { format: "raw", bytes: new Uint8Array(64) },
    { format: "raw", bytes: new Uint8Array(64).fill(0xff) },
    { format: "raw", bytes: foreign.subarray(0, 63) },
    { format: "der", bytes: foreign },
    { format: "der", bytes: new Uint8Array() },
  ];
  for (const given of answers) {
    for (const curve of [loadCurve(), nobleCurve]) {
      const signing = accountKey(
        "action",
        answering(() => given),
        curve,
      ).sign(digest);
      expect(await failureFrom(signing)).toEqual({ code: "E_KEY_SIGNATURE", key: "action" });
    }
  }
});

test("a CA key's signatures are DER for certificates, from a store of either form", async () => {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = new Uint8Array(pair.publicKey.export({ type: "spki", format: "der" }));
  const content = Uint8Array.of(1, 2, 3);
  const given = new Uint8Array(sign("sha256", content, pair.privateKey));
  const raw = p256.Signature.fromBytes(given, "der").toBytes("compact");
  for (const one of [
    { format: "der", bytes: given },
    { format: "raw", bytes: raw },
  ] as const) {
    const signer = { publicKey: pointOfSpki(spki), signDigest: () => Promise.resolve(one) };
    const key = certificateKey("tlsCa", signer, sha256);
    expect(key.publicKeySpki).toEqual(spki);
    const ca = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    expect(verify("sha256", content, ca, await key.sign(content))).toBe(true);
    const other = key.sign(Uint8Array.of(4));
    expect(await failureFrom(other)).toEqual({ code: "E_KEY_SIGNATURE", key: "tlsCa" });
  }
});
