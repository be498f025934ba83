import { type Hex, type Intent, isHex } from "@deed/protocol/encoding";
import {
  type IntentJson,
  type IntentSubmission,
  intentFromJson,
  intentSubmission,
} from "@deed/sdk";
import { cliError } from "./cli-error.ts";
import { readJson } from "./files.ts";

/** What `deed sign` writes and `deed submit` takes. */
export interface SignedFile extends IntentSubmission {
  readonly signed: "deed.signed.1";
  readonly chainId: number;
  /** The contract whose domain was signed. */
  readonly intents: Hex;
  readonly intentHash: Hex;
  readonly intent: IntentJson;
}

/** Errors: CliError. */
export function readSignedFile(path: string): SignedFile & { readonly message: Intent } {
  const json = readJson(path) as Partial<SignedFile> | null;
  const { intent, signature, yaml, signed, chainId, intents, intentHash } = json ?? {};
  const isWhole =
    signed === "deed.signed.1" &&
    Number.isSafeInteger(chainId) &&
    isHex(intents, 20) &&
    isHex(intentHash, 32) &&
    intentSubmission.accepts({ intent, signature, yaml });
  if (!isWhole) {
    const message = `${path} is no signed workflow`;
    throw cliError("CLI_FILE_MALFORMED", message, "`deed sign FILE` makes one.");
  }
  const file = json as SignedFile;
  return { ...file, message: intentFromJson(file.intent) };
}
