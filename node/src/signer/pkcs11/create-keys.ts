import { randomBytes } from "node:crypto";
import type { CurveName } from "../key-store.ts";
import type { KeyName } from "../key-tier.ts";
import { SignerError } from "../signer-error.ts";
import * as ck from "./constants.ts";
import { reasonOf } from "./cryptoki.ts";
import { findObjects } from "./token-object.ts";
import type { TokenSession } from "./token-session.ts";

const SECRET_BYTES = 32;
const ID_BYTES = 16;

/** A key to be made on a token, under a label that is free. */
export interface KeyToCreate {
  readonly name: KeyName;
  readonly label: string;
}

/** What each key of a node is. */
export const KEY_KINDS: Readonly<Record<KeyName, KeyKind>> = {
  duty: { kind: "sign", curve: "secp256k1" },
  action: { kind: "sign", curve: "secp256k1" },
  tlsCa: { kind: "sign", curve: "P-256" },
  beacon: { kind: "mac" },
  sealing: { kind: "agree", curve: "P-256" },
};

type KeyKind =
  | { readonly kind: "sign" | "agree"; readonly curve: CurveName }
  | { readonly kind: "mac" };

/** Makes a key inside the token, never to leave it. Errors: E_KEY_WRONG, E_KEY_MECHANISM. */
export function createTokenKey(token: TokenSession, wanted: KeyToCreate): void {
  const { name, label } = wanted;
  const made = KEY_KINDS[name];
  const classes = [ck.CKO_PRIVATE_KEY, ck.CKO_PUBLIC_KEY, ck.CKO_SECRET_KEY];
  if (classes.some((objectClass) => findObjects(token, objectClass, label).length > 0)) {
    throw new SignerError({ code: "E_KEY_WRONG", key: name, reason: `${label} is there already` });
  }
  const id = randomBytes(ID_BYTES);
  try {
    if (made.kind === "mac") createSecret(token, label, id);
    else createPair(token, { label, id, ...made });
  } catch (error) {
    const by =
      made.kind === "mac" ? "CKM_GENERIC_SECRET_KEY_GEN" : `CKM_EC_KEY_PAIR_GEN ${made.curve}`;
    const mechanism = `${by}: ${reasonOf(error)}`;
    throw new SignerError({ code: "E_KEY_MECHANISM", key: name, mechanism }, { cause: error });
  }
}

interface PairToCreate {
  readonly label: string;
  readonly id: Buffer;
  readonly curve: CurveName;
  readonly kind: "sign" | "agree";
}

function createPair(token: TokenSession, { label, id, curve, kind }: PairToCreate): void {
  const both = [
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_LABEL, value: label },
    { type: ck.CKA_ID, value: id },
  ];
  token.library.C_GenerateKeyPair(
    token.handle,
    { mechanism: ck.CKM_EC_KEY_PAIR_GEN },
    [
      ...both,
      { type: ck.CKA_PRIVATE, value: false },
      { type: ck.CKA_VERIFY, value: kind === "sign" },
      { type: ck.CKA_EC_PARAMS, value: ck.CURVE_PARAMETERS[curve] },
    ],
    [...both, ...protectedAttributes(kind)],
  );
}

function createSecret(token: TokenSession, label: string, id: Buffer): void {
  token.library.C_GenerateKey(token.handle, { mechanism: ck.CKM_GENERIC_SECRET_KEY_GEN }, [
    { type: ck.CKA_CLASS, value: ck.CKO_SECRET_KEY },
    { type: ck.CKA_KEY_TYPE, value: ck.CKK_GENERIC_SECRET },
    { type: ck.CKA_VALUE_LEN, value: SECRET_BYTES },
    { type: ck.CKA_TOKEN, value: true },
    { type: ck.CKA_LABEL, value: label },
    { type: ck.CKA_ID, value: id },
    ...protectedAttributes("sign"),
  ]);
}

// What is not modifiable cannot be made extractable later. No key both signs and agrees on secrets.
function protectedAttributes(kind: "sign" | "agree"): { type: number; value: boolean }[] {
  return [
    { type: ck.CKA_PRIVATE, value: true },
    { type: ck.CKA_SENSITIVE, value: true },
    { type: ck.CKA_EXTRACTABLE, value: false },
    { type: ck.CKA_MODIFIABLE, value: false },
    { type: ck.CKA_SIGN, value: kind === "sign" },
    { type: ck.CKA_DERIVE, value: kind === "agree" },
  ];
}
