import type { Handle } from "pkcs11js";
import type { KeyStanding } from "../key-tier.ts";
import * as ck from "./constants.ts";
import { flagOf } from "./token-object.ts";
import { type TokenSession, textOf } from "./token-session.ts";

/** What a key that was made inside, and cannot leave, says of itself. */
const PROTECTED = [
  ["CKA_SENSITIVE", ck.CKA_SENSITIVE, true],
  ["CKA_EXTRACTABLE", ck.CKA_EXTRACTABLE, false],
  ["CKA_ALWAYS_SENSITIVE", ck.CKA_ALWAYS_SENSITIVE, true],
  ["CKA_NEVER_EXTRACTABLE", ck.CKA_NEVER_EXTRACTABLE, true],
  ["CKA_LOCAL", ck.CKA_LOCAL, true],
] as const;

/** Tokens that are programs, whatever flags they set. */
const PROGRAMS =
  /softhsm|\bnss\b|mozilla|opencryptoki|soft ?token|swtpm|simulator|emulator|kryoptic/i;

/** The standing of a key on a token: hardware only where key, mechanism and slot all say so. */
export function standingOf(token: TokenSession, key: Handle, mechanism: number): KeyStanding {
  const open = PROTECTED.filter(([, type, wanted]) => flagOf(token, key, type) !== wanted);
  if (open.length > 0) {
    const because = open.map(([name, , wanted]) => `${name} is not ${wanted}`);
    return { store: "pkcs11", tier: "softwareFile", because };
  }
  const because = programReasons(token, mechanism);
  return { store: "pkcs11", tier: because.length > 0 ? "softwareToken" : "hsm", because };
}

function programReasons(token: TokenSession, mechanism: number): string[] {
  const { library, slot } = token;
  const { manufacturerID, model } = library.C_GetTokenInfo(slot);
  const { flags, slotDescription } = library.C_GetSlotInfo(slot);
  const names = [manufacturerID, model, slotDescription].map(textOf).join(" ");
  const reasons: string[] = [];
  if (PROGRAMS.test(names)) reasons.push("the token is a program");
  if ((flags & ck.CKF_HW_SLOT) === 0) reasons.push("the slot says of no hardware (CKF_HW_SLOT)");
  if ((library.C_GetMechanismInfo(slot, mechanism).flags & ck.CKF_HW) === 0) {
    reasons.push("the mechanism is not the device's own (CKF_HW)");
  }
  return reasons;
}
