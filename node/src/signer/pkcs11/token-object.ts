import type { Handle } from "pkcs11js";
import * as ck from "./constants.ts";
import type { TokenSession } from "./token-session.ts";

const MOST_FOUND = 16;

/** Handles of the objects of one class that have a label. */
export function findObjects(token: TokenSession, objectClass: number, label: string): Handle[] {
  const { library, handle } = token;
  const template = [
    { type: ck.CKA_CLASS, value: objectClass },
    { type: ck.CKA_LABEL, value: label },
  ];
  library.C_FindObjectsInit(handle, template);
  try {
    return library.C_FindObjects(handle, MOST_FOUND);
  } finally {
    library.C_FindObjectsFinal(handle);
  }
}

/** An attribute; null where the device has none, or keeps it to itself. */
export function attributeOf(token: TokenSession, object: Handle, type: number): Buffer | null {
  try {
    const [found] = token.library.C_GetAttributeValue(token.handle, object, [{ type }]);
    const value = found?.value;
    return value === undefined ? null : Buffer.from(value as Buffer);
  } catch {
    return null;
  }
}

export function flagOf(token: TokenSession, object: Handle, type: number): boolean | null {
  const value = attributeOf(token, object, type);
  return value === null || value.length === 0 ? null : value.some((byte) => byte !== 0);
}

/** CK_ULONG in the machine's own order and width. */
export function numberOf(token: TokenSession, object: Handle, type: number): number | null {
  const value = attributeOf(token, object, type);
  if (value === null || value.length === 0) return null;
  return value.readUIntLE(0, Math.min(value.length, 6));
}

/** CKA_EC_POINT as 65 bytes: by the standard inside an OCTET STRING, by some devices bare. */
export function pointOf(value: Buffer): Uint8Array | null {
  const bare =
    value.length === 67 && value[0] === 0x04 && value[1] === 65 ? value.subarray(2) : value;
  return bare.length === 65 && bare[0] === 0x04 ? Uint8Array.from(bare) : null;
}
