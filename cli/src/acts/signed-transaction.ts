import { existsSync } from "node:fs";
import { type Hex, isHex } from "@deed/protocol/encoding";
import type { LedgerCall } from "@deed/sdk";
import { parseTransaction, recoverTransactionAddress, type TransactionSerialized } from "viem";
import { cliError } from "../cli-error.ts";
import { readText } from "../files.ts";

/** A transaction that another wallet signed. */
export interface SignedTransaction {
  readonly raw: Hex;
  readonly from: Hex;
}

/**
 * Reads one, and refuses any that is not exactly the call that was shown.
 * Errors: CLI_BAD_SIGNATURE, CLI_USAGE, CLI_FILE_UNREADABLE.
 */
export async function readSignedTransaction(
  given: string,
  call: LedgerCall,
  chainId: number,
): Promise<SignedTransaction> {
  const raw = hexOf(given);
  const found = parsed(raw);
  const differs = [
    ...(found.chainId === chainId ? [] : ["chain"]),
    ...(found.to?.toLowerCase() === call.to ? [] : ["contract"]),
    ...((found.data ?? "0x") === call.data ? [] : ["data"]),
    ...((found.value ?? 0n) === call.valueWei ? [] : ["value"]),
  ];
  if (differs.length > 0) {
    const message = `the signed transaction is not the one shown: it has another ${differs.join(", ")}`;
    const remedy = "Sign exactly what --unsigned prints for the same command line.";
    throw cliError("CLI_BAD_SIGNATURE", message, remedy);
  }
  // It was parsed: it begins as one.
  const serializedTransaction = raw as TransactionSerialized;
  const from = await recoverTransactionAddress({ serializedTransaction });
  return { raw, from: from.toLowerCase() as Hex };
}

function hexOf(given: string): Hex {
  const text = existsSync(given) ? readText(given) : given;
  const lower = text.trim().toLowerCase();
  if (isHex(lower) && lower.length > 2) return lower;
  const remedy =
    "What the other wallet gave: 0x and hexadecimal digits, or a file that holds them.";
  throw cliError("CLI_USAGE", "--signed: no transaction", remedy);
}

function parsed(raw: Hex) {
  try {
    const found = parseTransaction(raw);
    if (found.r !== undefined && found.s !== undefined) return found;
  } catch (cause) {
    const message = "--signed: this is no transaction";
    throw cliError("CLI_BAD_SIGNATURE", message, "Sign what --unsigned prints.", { cause });
  }
  const message = "--signed: this transaction is not signed";
  throw cliError("CLI_BAD_SIGNATURE", message, "Sign what --unsigned prints.");
}
