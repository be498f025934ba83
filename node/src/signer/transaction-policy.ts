import { type Hasher, type Hex, hexToBytes, keccak256 } from "@deed/protocol/encoding";
import { type AbiValue, decodeArguments } from "./abi-decode.ts";
import { type AbiFunction, parseFunction } from "./abi-type.ts";
import type { EntryBody } from "./audit-entry.ts";
import { callText } from "./call-text.ts";
import type { AllowedCall, SignerConfig } from "./config.ts";
import type { BurnToSign, TransactionToSign } from "./signer-api.ts";
import { requirePolicy, SignerError } from "./signer-error.ts";

const BURN_GAS = 21_000;
/** 2^20 numbers by which signers of one key tell their empty transfers apart. */
const MOST_BURN_GAS = BURN_GAS + 0xfffff;

export interface TransactionPolicyParts {
  /** The action key's address. */
  readonly own: Hex;
  readonly nodeNo: number;
  readonly hasher: Hasher;
  /** Has the log signed a record of this batch? */
  readonly hasRecord: (batchNo: bigint) => boolean;
}

interface Rule {
  readonly call: AllowedCall;
  readonly decoded: AbiFunction;
}

/** What the action key may send: listed functions of listed contracts with arguments of theirs, no value, inside caps. */
export class TransactionPolicy {
  readonly #allowed: ReadonlyMap<string, Rule>;
  readonly #maxGas: number;
  readonly #maxFeePerGasWei: bigint;
  readonly #own: Hex;
  readonly #nodeNo: number;
  readonly #hasRecord: (batchNo: bigint) => boolean;
  readonly #hasher: Hasher;

  constructor(options: SignerConfig["transactions"], parts: TransactionPolicyParts) {
    this.#allowed = new Map(options.allow.map((call) => ruleOf(call, parts.hasher)));
    this.#nodeNo = parts.nodeNo;
    this.#hasRecord = parts.hasRecord;
    this.#maxGas = options.maxGas;
    this.#maxFeePerGasWei = BigInt(options.maxFeePerGasWei);
    this.#own = parts.own;
    this.#hasher = parts.hasher;
  }

  /** @returns the call with its arguments, for the log. Errors: E_POLICY with the rule that it breaks. */
  check(transaction: TransactionToSign): string {
    const call = callName(transaction.to, transaction.data.slice(0, 10));
    const rule = this.#allowed.get(call);
    if (rule === undefined) throw policy("allowed call", call);
    requirePolicy(transaction.gas <= this.#maxGas, "gas", String(transaction.gas));
    this.#checkFees(transaction);
    const { name, inputs } = rule.decoded;
    const values = decodeArguments(inputs, hexToBytes(`0x${transaction.data.slice(10)}`));
    if (values === null) throw policy("arguments", name);
    const { ownNode, ownRecord } = rule.call;
    const text = callText(name, values);
    if (ownNode !== undefined) {
      requirePolicy(valueAt(values, ownNode) === BigInt(this.#nodeNo), "own node", text);
    }
    if (ownRecord !== undefined) {
      const batchNo = valueAt(values, ownRecord);
      const isOwn = typeof batchNo === "bigint" && this.#hasRecord(batchNo);
      requirePolicy(isOwn, "own record", text);
    }
    return text;
  }

  /** The only transaction that is no listed call. */
  burn(burn: BurnToSign): TransactionToSign {
    this.#checkFees(burn);
    const { gas = BURN_GAS } = burn;
    requirePolicy(gas >= BURN_GAS && gas <= MOST_BURN_GAS, "gas", String(gas));
    return { ...burn, to: this.#own, data: "0x", gas };
  }

  /** @param call What the policy decoded. */
  bodyOf(transaction: TransactionToSign, call: string): EntryBody {
    return {
      call,
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

function ruleOf(call: AllowedCall, hasher: Hasher): readonly [string, Rule] {
  const decoded = parseFunction(call.function);
  if (decoded === null) throw new SignerError({ code: "E_CONFIG", field: "transactions.allow" });
  const selector = keccak256(Buffer.from(call.function), hasher).slice(0, 10);
  return [callName(call.contract, selector), { call, decoded }];
}

/** @param path Its index, then indices inside it. */
function valueAt(values: AbiValue, path: readonly number[]): AbiValue | undefined {
  let value: AbiValue | undefined = values;
  for (const index of path) value = typeof value === "object" ? value[index] : undefined;
  return value;
}

function policy(rule: string, value: string): SignerError {
  return new SignerError({ code: "E_POLICY", rule, value });
}

function callName(contract: string, selector: string): string {
  return `${contract.toLowerCase()}.${selector.toLowerCase()}`;
}
