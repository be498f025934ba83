import type { webcrypto } from "node:crypto";
import {
  parseSealedBox,
  type SealedBox,
  type SealedPurpose,
  sealedInfo,
} from "@deed/protocol/encoding";
import { Dhkem, type DhkemPrimitives, Ec, HkdfSha256Native, KemId } from "@hpke/common";
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import type { AgreementKey } from "./node-keys.ts";
import { SignerError } from "./signer-error.ts";

const SECRET_BYTES = 32;
const POINT_BYTES = 65;

/** A box by its parts. Errors: E_SEALED. */
export function parseBox(bytes: Uint8Array): SealedBox {
  const box = parseSealedBox(bytes);
  if (box === null) throw new SignerError({ code: "E_SEALED", reason: "no box of this version" });
  return box;
}

/** Opens what was sealed to a key that only agrees on secrets (spec 15). Errors: E_SEALED, E_KEY_…. */
export async function openBox(
  { enc, ciphertext }: SealedBox,
  purpose: SealedPurpose,
  key: AgreementKey,
): Promise<Uint8Array> {
  const primitives = new Agreement(key);
  const suite = new CipherSuite({
    kem: new KmsDhkem(primitives),
    kdf: new HkdfSha256(),
    aead: new Aes256Gcm(),
  });
  const point = await primitives.deserializePublicKey(key.publicKey);
  // The private key is the store's: this is only where the library wants one.
  const recipientKey = { publicKey: point, privateKey: point };
  try {
    const info = sealedInfo(purpose);
    return new Uint8Array(await suite.open({ recipientKey, enc, info }, ciphertext));
  } catch (error) {
    if (primitives.failure !== null) throw primitives.failure;
    throw new SignerError(
      { code: "E_SEALED", reason: "sealed to another key or for another purpose, or changed" },
      { cause: error },
    );
  }
}

/** What DHKEM makes of an encapsulated key: `Decap` of RFC 9180. Errors: the library's, E_KEY_…. */
export async function sharedSecretOf(enc: Uint8Array, key: AgreementKey): Promise<Uint8Array> {
  const primitives = new Agreement(key);
  const point = await primitives.deserializePublicKey(key.publicKey);
  const recipientKey = { publicKey: point, privateKey: point };
  return new Uint8Array(await new KmsDhkem(primitives).decap({ recipientKey, enc }));
}

/** DHKEM of RFC 9180, whole from the library; a key store multiplies. */
class KmsDhkem extends Dhkem {
  override readonly secretSize: number = SECRET_BYTES;
  override readonly encSize: number = POINT_BYTES;
  override readonly publicKeySize: number = POINT_BYTES;
  override readonly privateKeySize: number = SECRET_BYTES;

  constructor(primitives: DhkemPrimitives) {
    super(KemId.DhkemP256HkdfSha256, primitives, new HkdfSha256Native());
  }
}

/** The library's P-256, which refuses points off the curve, with the one operation on the private key replaced. */
class Agreement extends Ec {
  readonly #key: AgreementKey;
  /** The library hides what went wrong behind an error of its own. */
  failure: SignerError | null = null;

  constructor(key: AgreementKey) {
    super(KemId.DhkemP256HkdfSha256, new HkdfSha256Native());
    this.#key = key;
  }

  override async dh(
    _private: webcrypto.CryptoKey,
    point: webcrypto.CryptoKey,
  ): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(await this.serializePublicKey(point));
    try {
      const secret = await this.#key.sharedSecret(bytes);
      return Uint8Array.from(secret).buffer;
    } catch (error) {
      if (error instanceof SignerError) this.failure = error;
      throw error;
    }
  }
}
