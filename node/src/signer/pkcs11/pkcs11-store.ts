import type { Handle } from "pkcs11js";
import type { DigestSigner } from "../digest-signer.ts";
import type { KeyEvidence } from "../key-evidence.ts";
import type { CurveName, KeyStore, StoredKey } from "../key-store.ts";
import type { KeyName } from "../key-tier.ts";
import type { AgreementKey, MacKey } from "../node-keys.ts";
import { SignerError } from "../signer-error.ts";
import * as ck from "./constants.ts";
import { KEY_KINDS } from "./create-keys.ts";
import { type Cryptoki, openCryptoki, reasonOf, returnValueOf } from "./cryptoki.ts";
import { tokenEvidence } from "./token-evidence.ts";
import { attributeOf, findObjects, flagOf, numberOf, pointOf } from "./token-object.ts";
import { TokenSession } from "./token-session.ts";
import { standingOf } from "./token-tier.ts";

const SIGNATURE_BYTES = 64;
const MAC_BYTES = 32;
const SECRET_BYTES = 32;

/** What a key must be able to do, by the device and by its own attributes. */
const ECDSA = {
  ...{ mechanism: ck.CKM_ECDSA, label: "CKM_ECDSA", flag: ck.CKF_SIGN },
  ...{ attribute: ck.CKA_SIGN, attributeName: "CKA_SIGN" },
} as const;
const HMAC = { ...ECDSA, mechanism: ck.CKM_SHA256_HMAC, label: "CKM_SHA256_HMAC" } as const;
const ECDH = {
  ...{ mechanism: ck.CKM_ECDH1_DERIVE, label: "CKM_ECDH1_DERIVE", flag: ck.CKF_DERIVE },
  ...{ attribute: ck.CKA_DERIVE, attributeName: "CKA_DERIVE" },
} as const;

const MECHANISMS = {
  ...{ sign: ck.CKM_ECDSA, mac: ck.CKM_SHA256_HMAC },
  agree: ck.CKM_ECDH1_DERIVE,
} as const;

type Use = typeof ECDSA | typeof HMAC | typeof ECDH;

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
      this.#requireUse(name, key, ECDSA);
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
      this.#requireUse(name, key, HMAC);
      const found = { name, place, objectClass: ck.CKO_SECRET_KEY };
      const mac: MacKey["mac"] = async (bytes) => {
        const made = await this.#sign(found, ck.CKM_SHA256_HMAC, bytes);
        if (made.length !== MAC_BYTES) throw wrong(name, `MAC of ${made.length} bytes`);
        return made;
      };
      return { key: { mac }, standing: standingOf(this.#token, key, ck.CKM_SHA256_HMAC) };
    });
  }

  agreementKey(name: KeyName, place: string): Promise<StoredKey<AgreementKey>> {
    return this.#token.exclusive(async () => {
      const key = this.#one(name, place, ck.CKO_PRIVATE_KEY);
      this.#requireUse(name, key, ECDH);
      const publicKey = this.#publicKey(name, place, key, "P-256");
      const found = { name, place, objectClass: ck.CKO_PRIVATE_KEY };
      const sharedSecret: AgreementKey["sharedSecret"] = (point) =>
        this.#use(found, () => this.#agreeOnce(found, point));
      const standing = standingOf(this.#token, key, ck.CKM_ECDH1_DERIVE);
      return { key: { publicKey, sharedSecret }, standing };
    });
  }

  evidence(name: KeyName, place: string): Promise<KeyEvidence> {
    return this.#token.exclusive(async () => {
      const isMac = KEY_KINDS[name].kind === "mac";
      const key = this.#one(name, place, isMac ? ck.CKO_SECRET_KEY : ck.CKO_PRIVATE_KEY);
      return tokenEvidence(this.#token, key, MECHANISMS[KEY_KINDS[name].kind]);
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

  #requireUse(name: KeyName, key: Handle, use: Use): void {
    const { library, slot } = this.#token;
    const refused = new SignerError({ code: "E_KEY_MECHANISM", key: name, mechanism: use.label });
    if (!library.C_GetMechanismList(slot).includes(use.mechanism)) throw refused;
    const { flags } = library.C_GetMechanismInfo(slot, use.mechanism);
    if ((flags & use.flag) === 0) throw refused;
    if (flagOf(this.#token, key, use.attribute) === false) {
      throw wrong(name, `${use.attributeName} is false`);
    }
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
    return this.#use(found, () => this.#signOnce(found, mechanism, data));
  }

  #use(found: Found, once: () => Promise<Uint8Array>): Promise<Uint8Array> {
    return this.#token.exclusive(async () => {
      try {
        return await once();
      } catch (error) {
        const code = returnValueOf(error);
        if (code === null || !ck.SESSION_LOST.has(code)) throw unavailable(found.name, error);
      }
      // Devices close sessions when they restart or fail over: the key is still there.
      try {
        this.#handles.clear();
        this.#token.reopen();
        return await once();
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

  // What is agreed on is an object of this session for as long as it takes to read it; the key itself stays.
  async #agreeOnce(found: Found, point: Uint8Array): Promise<Uint8Array> {
    const { library, handle } = this.#token;
    const publicData = Buffer.from(point);
    const parameter = { type: ck.CK_PARAMS_EC_DH, kdf: ck.CKD_NULL, publicData };
    const mechanism = { mechanism: ck.CKM_ECDH1_DERIVE, parameter };
    const shared = library.C_DeriveKey(handle, mechanism, this.#known(found), SHARED_SECRET);
    try {
      const value = attributeOf(this.#token, shared, ck.CKA_VALUE);
      // Some devices drop leading zeros.
      if (value === null || value.length === 0 || value.length > SECRET_BYTES) {
        throw wrong(found.name, "the device keeps what was agreed on to itself");
      }
      const secret = new Uint8Array(SECRET_BYTES);
      secret.set(value, SECRET_BYTES - value.length);
      return secret;
    } finally {
      library.C_DestroyObject(handle, shared);
    }
  }
}

const SHARED_SECRET = [
  { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
  { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
  { type: ck.CKA_VALUE_LEN, value: SECRET_BYTES },
  { type: ck.CKA_TOKEN, value: false },
  { type: ck.CKA_PRIVATE, value: true },
  { type: ck.CKA_SENSITIVE, value: false },
  { type: ck.CKA_EXTRACTABLE, value: true },
];

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
