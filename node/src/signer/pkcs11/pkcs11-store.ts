import type { Handle } from "pkcs11js";
import type { DigestSigner } from "../digest-signer.ts";
import type { CurveName, KeyStore, StoredKey } from "../key-store.ts";
import type { KeyName } from "../key-tier.ts";
import type { MacKey } from "../node-keys.ts";
import { SignerError } from "../signer-error.ts";
import * as ck from "./constants.ts";
import { type Cryptoki, openCryptoki, reasonOf, returnValueOf } from "./cryptoki.ts";
import { attributeOf, findObjects, flagOf, numberOf, pointOf } from "./token-object.ts";
import { TokenSession } from "./token-session.ts";
import { standingOf } from "./token-tier.ts";

const SIGNATURE_BYTES = 64;
const MAC_BYTES = 32;

export interface Pkcs11StoreOptions {
  readonly module: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly label: string;
  readonly serial?: string;
  readonly user: "user" | "crypto-user";
}

/** Keys of a PKCS#11 token, found by their labels. Errors: E_KEY_MODULE, E_KEY_DEVICE, E_KEY_PIN. */
export function openPkcs11Store(options: Pkcs11StoreOptions, pin: string): KeyStore {
  const cryptoki = openCryptoki(options);
  try {
    return new Pkcs11Store(
      TokenSession.open(options, { library: cryptoki.library, pin }),
      cryptoki,
    );
  } catch (error) {
    cryptoki.close();
    throw error;
  }
}

class Pkcs11Store implements KeyStore {
  readonly #token: TokenSession;
  readonly #cryptoki: Cryptoki;
  /** By class and label; they do not outlive a session. */
  readonly #handles = new Map<string, Handle>();

  constructor(token: TokenSession, cryptoki: Cryptoki) {
    this.#token = token;
    this.#cryptoki = cryptoki;
  }

  digestSigner(name: KeyName, place: string, curve: CurveName): Promise<StoredKey<DigestSigner>> {
    return this.#token.exclusive(async () => {
      const key = this.#one(name, place, ck.CKO_PRIVATE_KEY);
      this.#requireUse(name, key, { mechanism: ck.CKM_ECDSA, label: "CKM_ECDSA" });
      const publicKey = this.#publicKey(name, place, key, curve);
      const signDigest: DigestSigner["signDigest"] = async (digest) => {
        const found = { name, place, objectClass: ck.CKO_PRIVATE_KEY };
        const bytes = await this.#sign(found, ck.CKM_ECDSA, digest);
        return { format: "raw", bytes };
      };
      const standing = standingOf(this.#token, key, ck.CKM_ECDSA);
      return { key: { publicKey, signDigest }, standing };
    });
  }

  macKey(name: KeyName, place: string): Promise<StoredKey<MacKey>> {
    return this.#token.exclusive(async () => {
      const key = this.#one(name, place, ck.CKO_SECRET_KEY);
      const type = numberOf(this.#token, key, ck.CKA_KEY_TYPE);
      if (type !== ck.CKK_GENERIC_SECRET && type !== ck.CKK_SHA256_HMAC) {
        throw wrong(name, "no generic secret or HMAC key");
      }
      this.#requireUse(name, key, { mechanism: ck.CKM_SHA256_HMAC, label: "CKM_SHA256_HMAC" });
      const found = { name, place, objectClass: ck.CKO_SECRET_KEY };
      const mac: MacKey["mac"] = async (bytes) => {
        const made = await this.#sign(found, ck.CKM_SHA256_HMAC, bytes);
        if (made.length !== MAC_BYTES) throw wrong(name, `MAC of ${made.length} bytes`);
        return made;
      };
      return { key: { mac }, standing: standingOf(this.#token, key, ck.CKM_SHA256_HMAC) };
    });
  }

  async close(): Promise<void> {
    await this.#token.exclusive(() => Promise.resolve(this.#token.close()));
    this.#cryptoki.close();
  }

  #one(key: KeyName, place: string, objectClass: number): Handle {
    const found = findObjects(this.#token, objectClass, place);
    const [first] = found;
    if (first === undefined) throw new SignerError({ code: "E_KEY_MISSING", key, place });
    if (found.length > 1) throw wrong(key, `${found.length} keys of this label`);
    return first;
  }

  #known({ name, place, objectClass }: Found): Handle {
    const id = `${objectClass} ${place}`;
    const known = this.#handles.get(id) ?? this.#one(name, place, objectClass);
    this.#handles.set(id, known);
    return known;
  }

  #requireUse(name: KeyName, key: Handle, use: { mechanism: number; label: string }): void {
    const { library, slot } = this.#token;
    const refused = new SignerError({ code: "E_KEY_MECHANISM", key: name, mechanism: use.label });
    if (!library.C_GetMechanismList(slot).includes(use.mechanism)) throw refused;
    const { flags } = library.C_GetMechanismInfo(slot, use.mechanism);
    if ((flags & ck.CKF_SIGN) === 0) throw refused;
    if (flagOf(this.#token, key, ck.CKA_SIGN) === false) throw wrong(name, "CKA_SIGN is false");
  }

  // Of the public object beside the private one; some devices show the point on the private key itself.
  #publicKey(name: KeyName, place: string, key: Handle, curve: CurveName): Uint8Array {
    const holders = [...findObjects(this.#token, ck.CKO_PUBLIC_KEY, place), key];
    const first = (type: number): Buffer | null => {
      for (const holder of holders) {
        const value = attributeOf(this.#token, holder, type);
        if (value !== null && value.length > 0) return value;
      }
      return null;
    };
    const parameters = first(ck.CKA_EC_PARAMS);
    const expected = ck.CURVE_PARAMETERS[curve];
    if (parameters === null || !parameters.equals(expected)) throw wrong(name, `not on ${curve}`);
    const point = pointOf(first(ck.CKA_EC_POINT) ?? Buffer.alloc(0));
    if (point === null) throw wrong(name, "no public key beside it");
    return point;
  }

  #sign(found: Found, mechanism: number, data: Uint8Array): Promise<Uint8Array> {
    return this.#token.exclusive(async () => {
      try {
        return await this.#signOnce(found, mechanism, data);
      } catch (error) {
        const code = returnValueOf(error);
        if (code === null || !ck.SESSION_LOST.has(code)) throw unavailable(found.name, error);
      }
      // Devices close sessions when they restart or fail over: the key is still there.
      try {
        this.#handles.clear();
        this.#token.reopen();
        return await this.#signOnce(found, mechanism, data);
      } catch (error) {
        throw unavailable(found.name, error);
      }
    });
  }

  async #signOnce(found: Found, mechanism: number, data: Uint8Array): Promise<Uint8Array> {
    const { library, handle } = this.#token;
    const key = this.#known(found);
    library.C_SignInit(handle, { mechanism }, key);
    const room = Buffer.alloc(SIGNATURE_BYTES);
    return Uint8Array.from(await library.C_SignAsync(handle, Buffer.from(data), room));
  }
}

interface Found {
  readonly name: KeyName;
  readonly place: string;
  readonly objectClass: number;
}

function wrong(key: KeyName, reason: string): SignerError {
  return new SignerError({ code: "E_KEY_WRONG", key, reason });
}

function unavailable(key: KeyName, error: unknown): SignerError {
  if (error instanceof SignerError) return error;
  return new SignerError({ code: "E_KEY_UNAVAILABLE", key, reason: reasonOf(error) });
}
