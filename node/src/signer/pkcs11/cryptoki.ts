import { createRequire } from "node:module";
import type { PKCS11 } from "pkcs11js";
import { SignerError } from "../signer-error.ts";
import { CKF_OS_LOCKING_OK, CKR_CANT_LOCK, CKR_CRYPTOKI_ALREADY_INITIALIZED } from "./constants.ts";

export interface CryptokiOptions {
  /** Path of the vendor's library. */
  readonly module: string;
  /** What the library reads of its environment, for example where its configuration is. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A vendor's library, initialised. */
export interface Cryptoki {
  readonly library: PKCS11;
  close(): void;
}

/** Loads `pkcs11js` and, through it, the vendor's library. Errors: E_KEY_MODULE. */
export function openCryptoki(options: CryptokiOptions): Cryptoki {
  const library = loadPackage();
  // Libraries read the environment of the process with getenv, which sees what is set here.
  Object.assign(process.env, options.environment);
  try {
    library.load(options.module);
    const isOurs = initialize(library);
    return { library, close: () => close(library, isOurs) };
  } catch (error) {
    throw new SignerError(
      { code: "E_KEY_MODULE", module: options.module, reason: reasonOf(error) },
      { cause: error },
    );
  }
}

/** Number of a return value (CKR_…); null for any other error. */
export function returnValueOf(error: unknown): number | null {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "number" && code > 0) return code;
  // Some of the package's functions throw the bare text, `CKR_NAME:number`.
  const [, number] = /^CKR_\w+:(\d+)/.exec(String(message)) ?? [];
  return number === undefined ? null : Number(number);
}

/** Name of a return value, without the stack that the package puts beside it. */
export function reasonOf(error: unknown): string {
  const code = returnValueOf(error);
  const [text = "unknown"] = error instanceof Error ? error.message.split("\n") : [];
  // The package's own names are wrong for some numbers: the number stands beside them.
  return code === null ? text.slice(0, 200) : `${text.split(":")[0]} 0x${code.toString(16)}`;
}

function loadPackage(): PKCS11 {
  const name = "pkcs11js";
  try {
    const { PKCS11: Library } = createRequire(import.meta.url)(name) as typeof import("pkcs11js");
    return new Library();
  } catch (error) {
    throw new SignerError(
      { code: "E_KEY_MODULE", module: name, reason: "the package is not built here" },
      { cause: error },
    );
  }
}

// One process may hold several tokens of one library; only who initialised it may end it.
function initialize(library: PKCS11): boolean {
  try {
    library.C_Initialize({ flags: CKF_OS_LOCKING_OK });
    return true;
  } catch (error) {
    const code = returnValueOf(error);
    if (code === CKR_CRYPTOKI_ALREADY_INITIALIZED) return false;
    if (code !== CKR_CANT_LOCK) throw error;
    library.C_Initialize();
    return true;
  }
}

function close(library: PKCS11, isOurs: boolean): void {
  try {
    if (isOurs) library.C_Finalize();
  } catch {
    // Gone already, with its device: nothing is held any more.
  } finally {
    library.close();
  }
}
