import type { Hex } from "@deed/protocol/encoding";
import type { LedgerCall, Rpc } from "@deed/sdk";
import type { PrivateKeyAccount } from "viem/accounts";
import { NetworkError } from "./network-error.ts";

/** Sends transactions of one account, one after the other. Fees are zero on the embedded chain. */
export interface Sender {
  readonly address: Hex;
  /** @param what For the error message: what the transaction is for. */
  send(what: string, call: LedgerCall | { readonly data: Hex }): Promise<SentReceipt>;
}

export interface SentReceipt {
  readonly transactionHash: Hex;
  readonly contractAddress: Hex | null;
  readonly status: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
}

const GAS_LIMIT = 15_000_000n;

export interface SenderParts {
  readonly rpc: Rpc;
  /** Of the chain behind `rpc`. */
  readonly chainId: number;
  /** Told of each transaction that the chain acknowledged. */
  onAcknowledged?(what: string, receipt: SentReceipt): void;
}

export function createSender(account: PrivateKeyAccount, parts: SenderParts): Sender {
  let last: Promise<unknown> = Promise.resolve();
  const sendNow = async (what: string, call: Partial<LedgerCall>): Promise<SentReceipt> => {
    const { rpc, chainId } = parts;
    const nonce = await rpc.request<Hex>("eth_getTransactionCount", [account.address, "latest"]);
    const raw = await account.signTransaction({
      type: "eip1559",
      chainId,
      nonce: Number(nonce),
      ...(call.to === undefined ? {} : { to: call.to }),
      data: call.data ?? "0x",
      value: call.valueWei ?? 0n,
      gas: GAS_LIMIT,
      maxFeePerGas: 0n,
      maxPriorityFeePerGas: 0n,
    });
    const hash = await rpc.request<Hex>("eth_sendRawTransaction", [raw]);
    const receipt = await rpc.request<SentReceipt | null>("eth_getTransactionReceipt", [hash]);
    if (receipt?.status !== "0x1") {
      const reason = receipt === null ? "no receipt" : "reverted";
      throw new NetworkError({ code: "NETWORK_TRANSACTION_FAILED", what, reason });
    }
    parts.onAcknowledged?.(what, receipt);
    return receipt;
  };
  return {
    address: account.address.toLowerCase() as Hex,
    send(what, call) {
      const sent = last.then(() => sendNow(what, call));
      last = sent.catch(() => undefined);
      return sent;
    },
  };
}
