import { readFileSync, statSync } from "node:fs";
import { SignerError } from "./signer-error.ts";

const OTHERS = 0o077;

/** The one line of a file that its owner alone can read. Errors: E_CONFIG with the field, never the content. */
export function readSecretFile(path: string, field: string): string {
  let text: string;
  try {
    if ((statSync(path).mode & OTHERS) !== 0) {
      throw new SignerError({ code: "E_CONFIG", field: `${field}: readable by others` });
    }
    text = readFileSync(path, "utf8").replace(/\r?\n$/, "");
  } catch (error) {
    if (error instanceof SignerError) throw error;
    throw new SignerError({ code: "E_CONFIG", field: `${field}: unreadable` }, { cause: error });
  }
  if (text === "") throw new SignerError({ code: "E_CONFIG", field: `${field}: empty` });
  return text;
}

/** The whole of such a file. Errors: as above. */
export function readSecretPem(path: string, field: string): string {
  return `${readSecretFile(path, field)}\n`;
}
