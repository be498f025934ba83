import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openKeystore } from "@deed/node";
import { bytesToHex, type Hex, hexToBytes } from "@deed/protocol/encoding";
import { parseSignature, serializeTransaction, type TransactionSerializable } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { keccak256 } from "viem/utils";

/** A node's keys in a test's hands: what a node without a signer's rules would sign. */
export interface StolenKeys {
  /** Signs a digest with the duty key. */
  duty(digest: Hex): Promise<Hex>;
  /** Enough of an account for transactions of the action key. */
  readonly action: Pick<PrivateKeyAccount, "address" | "signTransaction">;
}

/** Opens the keystore of one node of an embedded network. */
export async function stealKeys(networkDirectory: string, nodeNo: number): Promise<StolenKeys> {
  const directory = join(networkDirectory, `node-${nodeNo}`);
  const passphrase = readFileSync(join(directory, "passphrase"), "utf8").trim();
  const { keys } = await openKeystore(join(directory, "signer", "keystore.json"), passphrase);
  const signTransaction = async (transaction: TransactionSerializable): Promise<Hex> => {
    const digest = hexToBytes(keccak256(serializeTransaction(transaction)));
    const signature = parseSignature(bytesToHex(await keys.action.sign(digest)));
    return serializeTransaction(transaction, signature);
  };
  return {
    duty: async (digest) => bytesToHex(await keys.duty.sign(hexToBytes(digest))),
    action: { address: keys.action.address, signTransaction: signTransaction as never },
  };
}
