import type { Handle, PKCS11, TokenInfo } from "pkcs11js";
import { SignerError } from "../signer-error.ts";
import * as ck from "./constants.ts";
import { reasonOf, returnValueOf } from "./cryptoki.ts";

export interface TokenOptions {
  readonly label: string;
  /** Where several tokens have one label. */
  readonly serial?: string;
  readonly user: "user" | "crypto-user";
  /** Opens sessions that can make keys; signing needs none. */
  readonly isWritable?: boolean;
}

export interface TokenParts {
  readonly library: PKCS11;
  readonly pin: string;
}

/** A logged-in session of one token. */
export class TokenSession {
  readonly #options: TokenOptions;
  readonly #parts: TokenParts;
  readonly slot: Handle;
  #session: Handle;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: TokenOptions, parts: TokenParts, slot: Handle, session: Handle) {
    this.#options = options;
    this.#parts = parts;
    this.slot = slot;
    this.#session = session;
  }

  /** Errors: E_KEY_DEVICE, E_KEY_PIN. */
  static open(options: TokenOptions, parts: TokenParts): TokenSession {
    const slot = findSlot(options, parts.library);
    return new TokenSession(options, parts, slot, logIn(options, parts, slot));
  }

  get library(): PKCS11 {
    return this.#parts.library;
  }

  get handle(): Handle {
    return this.#session;
  }

  /** One after the other: a session holds one operation at a time. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work, work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** A new session, when the device has lost this one. Errors: as at the opening. */
  reopen(): void {
    try {
      this.library.C_CloseSession(this.#session);
    } catch {
      // It is gone already.
    }
    this.#session = logIn(this.#options, this.#parts, findSlot(this.#options, this.library));
  }

  close(): void {
    try {
      this.library.C_CloseSession(this.#session);
    } catch {
      // The device may be gone before us.
    }
  }
}

/** The slot of the one token of this label. Errors: E_KEY_DEVICE. */
export function findSlot(options: Pick<TokenOptions, "label" | "serial">, library: PKCS11): Handle {
  const { label, serial } = options;
  const slots = library.C_GetSlotList(true).filter((slot) => {
    const token = tokenInfo(library, slot);
    if (token === null || textOf(token.label) !== label) return false;
    return serial === undefined || textOf(token.serialNumber) === serial;
  });
  const [slot] = slots;
  if (slot === undefined) throw new SignerError({ code: "E_KEY_DEVICE", label, reason: "absent" });
  if (slots.length > 1) {
    throw new SignerError({ code: "E_KEY_DEVICE", label, reason: "several of this label" });
  }
  return slot;
}

// One slot that cannot be read does not keep others from being found.
function tokenInfo(library: PKCS11, slot: Handle): TokenInfo | null {
  try {
    return library.C_GetTokenInfo(slot);
  } catch {
    return null;
  }
}

function logIn(options: TokenOptions, parts: TokenParts, slot: Handle): Handle {
  const { library, pin } = parts;
  const { label, user, isWritable = false } = options;
  refuseLocked(label, library.C_GetTokenInfo(slot).flags);
  const writable = isWritable ? ck.CKF_RW_SESSION : 0;
  const session = opened(label, () =>
    library.C_OpenSession(slot, ck.CKF_SERIAL_SESSION | writable),
  );
  try {
    library.C_Login(session, user === "user" ? ck.CKU_USER : ck.CKU_CRYPTO_USER, pin);
  } catch (error) {
    // A login counts for the whole process.
    if (returnValueOf(error) === ck.CKR_USER_ALREADY_LOGGED_IN) return session;
    library.C_CloseSession(session);
    throw loginError(label, error);
  }
  return session;
}

function opened(label: string, open: () => Handle): Handle {
  try {
    return open();
  } catch (error) {
    throw refusal(label, error);
  }
}

// A signer that is started again and again must not use up the tries that lock a device.
export function refuseLocked(label: string, flags: number): void {
  if ((flags & ck.CKF_TOKEN_INITIALIZED) === 0) {
    throw new SignerError({ code: "E_KEY_DEVICE", label, reason: "not initialised" });
  }
  if ((flags & ck.CKF_USER_PIN_LOCKED) !== 0) {
    throw new SignerError({ code: "E_KEY_PIN", label, reason: "locked" });
  }
  if ((flags & ck.CKF_USER_PIN_FINAL_TRY) !== 0) {
    throw new SignerError({ code: "E_KEY_PIN", label, reason: "one try left" });
  }
}

// Without the cause: its text is the vendor's, and nobody knows what it repeats.
function loginError(label: string, error: unknown): SignerError {
  switch (returnValueOf(error)) {
    case ck.CKR_PIN_INCORRECT:
    case ck.CKR_PIN_INVALID:
    case ck.CKR_PIN_LEN_RANGE:
      return new SignerError({ code: "E_KEY_PIN", label, reason: "wrong" });
    case ck.CKR_PIN_LOCKED:
      return new SignerError({ code: "E_KEY_PIN", label, reason: "locked" });
    case ck.CKR_PIN_EXPIRED:
      return new SignerError({ code: "E_KEY_PIN", label, reason: "expired" });
    default:
      return refusal(label, error);
  }
}

function refusal(label: string, error: unknown): SignerError {
  return new SignerError({
    code: "E_KEY_DEVICE",
    label,
    reason: "refused",
    answer: reasonOf(error),
  });
}

/** Fixed-length texts are padded with blanks, by some with zeros. */
export function textOf(padded: string): string {
  return padded.replace(/[\s\0]+$/, "");
}
