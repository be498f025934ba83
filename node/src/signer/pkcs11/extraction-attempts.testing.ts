import type { Handle, PKCS11 } from "pkcs11js";
import type { KeyName } from "../key-tier.ts";
import * as ck from "./constants.ts";
import { returnValueOf } from "./cryptoki.ts";

const CKA_COPYABLE = 0x171;
const CKA_ENCRYPT = 0x104;
const CKK_AES = 0x1f;
const CKM_AES_KEY_GEN = 0x1080;
const CKM_AES_KEY_WRAP = 0x2109;
const CKM_AES_KEY_WRAP_PAD = 0x210a;

const CKR_ACTION_PROHIBITED = 0x1b;
const CKR_ATTRIBUTE_READ_ONLY = 0x10;
const CKR_ATTRIBUTE_SENSITIVE = 0x11;
const CKR_KEY_FUNCTION_NOT_PERMITTED = 0x68;
const CKR_KEY_TYPE_INCONSISTENT = 0x63;
const CKR_KEY_UNEXTRACTABLE = 0x6a;

/** What an attempt works with: the signer's own logged-in session. */
export interface Loot {
  readonly library: PKCS11;
  readonly session: Handle;
  /** The key that is to stay where it is. */
  readonly key: Handle;
  /** A key that may wrap others. */
  readonly wrapping: Handle;
  /** An uncompressed point of the key's curve. */
  readonly point: Uint8Array;
}

/** A way to take a key out of its token, and what a device answers to it. */
export interface ExtractionAttempt {
  readonly name: string;
  readonly refusals: readonly number[];
  readonly run: (loot: Loot) => unknown;
}

const UNCHANGED = [CKR_ACTION_PROHIBITED, CKR_ATTRIBUTE_READ_ONLY];

const WEAKENED = [
  ["made extractable", ck.CKA_EXTRACTABLE, true],
  ["made readable", ck.CKA_SENSITIVE, false],
] as const;

const DERIVED = "a secret is derived from it";

/** For every key of a node that signs. */
export const EXTRACTION_ATTEMPTS: readonly ExtractionAttempt[] = [
  {
    name: "its value is read",
    refusals: [CKR_ATTRIBUTE_SENSITIVE],
    run: ({ library, session, key }) =>
      library.C_GetAttributeValue(session, key, [{ type: ck.CKA_VALUE }]),
  },
  ...[CKM_AES_KEY_WRAP, CKM_AES_KEY_WRAP_PAD].map((mechanism) => ({
    name: `it is wrapped under another key (mechanism 0x${mechanism.toString(16)})`,
    refusals: [CKR_KEY_UNEXTRACTABLE],
    run: ({ library, session, key, wrapping }: Loot) =>
      library.C_WrapKey(session, { mechanism }, wrapping, key, Buffer.alloc(256)),
  })),
  ...[
    ...WEAKENED,
    ["made modifiable", ck.CKA_MODIFIABLE, true] as const,
    ["made copyable", CKA_COPYABLE, true] as const,
  ].map(([name, type, value]) => ({
    name: `it is ${name}`,
    refusals: UNCHANGED,
    run: ({ library, session, key }: Loot) =>
      library.C_SetAttributeValue(session, key, [{ type, value }]),
  })),
  ...WEAKENED.map(([name, type, value]) => ({
    name: `a copy of it is ${name}`,
    refusals: UNCHANGED,
    run: ({ library, session, key }: Loot) => library.C_CopyObject(session, key, [{ type, value }]),
  })),
  {
    name: DERIVED,
    refusals: [CKR_KEY_FUNCTION_NOT_PERMITTED, CKR_KEY_TYPE_INCONSISTENT],
    run: ({ library, session, key, point }) => {
      const publicData = Buffer.from(point);
      const parameter = { type: ck.CK_PARAMS_EC_DH, kdf: ck.CKD_NULL, publicData };
      return library.C_DeriveKey(session, { mechanism: ck.CKM_ECDH1_DERIVE, parameter }, key, [
        { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
        { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
        { type: ck.CKA_VALUE_LEN, value: 32 },
        { type: ck.CKA_SENSITIVE, value: false },
        { type: ck.CKA_EXTRACTABLE, value: true },
      ]);
    },
  },
];

/** What is tried on a key: the sealing key agrees on secrets by its purpose, and in exchange signs nothing. */
export function attemptsOn(key: KeyName): readonly ExtractionAttempt[] {
  if (key !== "sealing") return EXTRACTION_ATTEMPTS;
  const others = EXTRACTION_ATTEMPTS.filter(({ name }) => name !== DERIVED);
  return [...others, ITS_SIGNATURE];
}

const ITS_SIGNATURE: ExtractionAttempt = {
  name: "it signs a digest",
  refusals: [CKR_KEY_FUNCTION_NOT_PERMITTED],
  run: ({ library, session, key }) => library.C_SignInit(session, { mechanism: ck.CKM_ECDSA }, key),
};

/** The device's answer; 0 when it did what it was asked. */
export function answerTo(attempt: () => unknown): number {
  try {
    attempt();
    return 0;
  } catch (error) {
    return returnValueOf(error) ?? -1;
  }
}

/** A key under which others could be wrapped, for this session. */
export function createWrappingKey(library: PKCS11, session: Handle): Handle {
  return library.C_GenerateKey(session, { mechanism: CKM_AES_KEY_GEN }, [
    { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
    { type: ck.CKA_KEY_TYPE, value: CKK_AES },
    { type: ck.CKA_VALUE_LEN, value: 32 },
    { type: ck.CKA_TOKEN, value: false },
    { type: ck.CKA_WRAP, value: true },
    { type: CKA_ENCRYPT, value: true },
  ]);
}

/** A secret that may leave, for the control: an attempt that cannot succeed shows nothing. */
export function createOpenSecret(library: PKCS11, session: Handle, value: Buffer): Handle {
  return library.C_CreateObject(session, [
    { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
    { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
    { type: ck.CKA_VALUE, value },
    { type: ck.CKA_TOKEN, value: false },
    { type: ck.CKA_SENSITIVE, value: false },
    { type: ck.CKA_EXTRACTABLE, value: true },
  ]);
}
