import { type Hasher, type Hex, keccak256 } from "@deed/protocol/encoding";
import type { EntryBody } from "./audit-entry.ts";
import type { SignerConfig } from "./config.ts";
import type { BurnToSign, TransactionToSign } from "./signer-api.ts";
import { requirePolicy } from "./signer-error.ts";

const BURN_GAS = 21_000;

/** What the action key may send: listed functions of listed contracts, no value, inside caps. */
export class TransactionPolicy {
  readonly #allowed: ReadonlySet<string>;
  readonly #maxGas: number;
  readonly #maxFeePerGasWei: bigint;
  readonly #own: Hex;
  readonly #hasher: Hasher;

  constructor(
    options: SignerConfig["transactions"],
    parts: { readonly own: Hex; readonly hasher: Hasher },
  ) {
    this.#allowed = new Set(options.allow.map((call) => callName(call.contract, call.selector)));
    this.#maxGas = options.maxGas;
    this.#maxFeePerGasWei = BigInt(options.maxFeePerGasWei);
    this.#own = parts.own;
    this.#hasher = parts.hasher;
  }

  /** Errors: E_POLICY with the rule that it breaks. */
  check(transaction: TransactionToSign): void {
    const call = callName(transaction.to, transaction.data.slice(0, 10));
    requirePolicy(transaction.data.length >= 10 && this.#allowed.has(call), "allowed call", call);
    requirePolicy(transaction.gas <= this.#maxGas, "gas", String(transaction.gas));
    this.#checkFees(transaction);
  }

  /** The only transaction that is no listed call. */
  burn(burn: BurnToSign): TransactionToSign {
    this.#checkFees(burn);
    return { ...burn, to: this.#own, data: "0x", gas: BURN_GAS };
  }

  bodyOf(transaction: TransactionToSign): EntryBody {
    return {
      nonce: transaction.nonce,
      burn: transaction.data === "0x",
      to: transaction.to,
      selector: transaction.data.slice(0, 10),
      data: keccak256(transaction.data, this.#hasher),
      gas: transaction.gas,
      maxFeePerGasWei: transaction.maxFeePerGasWei.toString(),
      maxPriorityFeePerGasWei: transaction.maxPriorityFeePerGasWei.toString(),
    };
  }

  #checkFees(fees: Pick<BurnToSign, "maxFeePerGasWei" | "maxPriorityFeePerGasWei">): void {
    const { maxFeePerGasWei, maxPriorityFeePerGasWei } = fees;
    const fits = maxFeePerGasWei <= this.#maxFeePerGasWei;
    requirePolicy(fits, "maxFeePerGasWei", maxFeePerGasWei.toString());
    const ordered = maxPriorityFeePerGasWei <= maxFeePerGasWei;
    requirePolicy(ordered, "maxPriorityFeePerGasWei", maxPriorityFeePerGasWei.toString());
  }
}

function callName(contract: string, selector: string): string {
  return `${contract.toLowerCase()}.${selector.toLowerCase()}`;
}
