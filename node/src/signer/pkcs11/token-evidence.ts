import type { Handle, Version } from "pkcs11js";
import { hexOrNull, type KeyEvidence } from "../key-evidence.ts";
import * as ck from "./constants.ts";
import { attributeOf, flagOf, numberOf } from "./token-object.ts";
import { type TokenSession, textOf } from "./token-session.ts";

const FLAGS = {
  CKA_TOKEN: ck.CKA_TOKEN,
  CKA_PRIVATE: ck.CKA_PRIVATE,
  CKA_SENSITIVE: ck.CKA_SENSITIVE,
  CKA_EXTRACTABLE: ck.CKA_EXTRACTABLE,
  CKA_ALWAYS_SENSITIVE: ck.CKA_ALWAYS_SENSITIVE,
  CKA_NEVER_EXTRACTABLE: ck.CKA_NEVER_EXTRACTABLE,
  CKA_LOCAL: ck.CKA_LOCAL,
  CKA_MODIFIABLE: ck.CKA_MODIFIABLE,
  CKA_SIGN: ck.CKA_SIGN,
  CKA_DERIVE: ck.CKA_DERIVE,
  CKA_WRAP: ck.CKA_WRAP,
} as const;

/** Attributes of a key, and what token, slot and library say of themselves. */
export function tokenEvidence(token: TokenSession, key: Handle, mechanism: number): KeyEvidence {
  const { library, slot } = token;
  const info = library.C_GetInfo();
  const { label, manufacturerID, model, serialNumber, ...tokenInfo } = library.C_GetTokenInfo(slot);
  const slotInfo = library.C_GetSlotInfo(slot);
  const { flags, minKeySize, maxKeySize } = library.C_GetMechanismInfo(slot, mechanism);
  return {
    attributes: {
      ...Object.fromEntries(
        Object.entries(FLAGS).map(([name, type]) => [name, flagOf(token, key, type)]),
      ),
      CKA_KEY_TYPE: numberOf(token, key, ck.CKA_KEY_TYPE),
      CKA_ID: hexOrNull(attributeOf(token, key, ck.CKA_ID)),
      CKA_EC_PARAMS: hexOrNull(attributeOf(token, key, ck.CKA_EC_PARAMS)),
    },
    mechanism: { type: mechanism, flags, minKeySize, maxKeySize },
    token: {
      label: textOf(label),
      manufacturer: textOf(manufacturerID),
      model: textOf(model),
      serialNumber: textOf(serialNumber),
      hardware: versionOf(tokenInfo.hardwareVersion),
      firmware: versionOf(tokenInfo.firmwareVersion),
    },
    slot: {
      description: textOf(slotInfo.slotDescription),
      manufacturer: textOf(slotInfo.manufacturerID),
      flags: slotInfo.flags,
      hardware: versionOf(slotInfo.hardwareVersion),
      firmware: versionOf(slotInfo.firmwareVersion),
    },
    library: {
      description: textOf(info.libraryDescription),
      manufacturer: textOf(info.manufacturerID),
      version: versionOf(info.libraryVersion),
      cryptoki: versionOf(info.cryptokiVersion),
    },
  };
}

function versionOf({ major, minor }: Version): string {
  return `${major}.${minor}`;
}
