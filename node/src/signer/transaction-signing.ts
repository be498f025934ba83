import { type Hasher, type Hex, keccak256 } from "@deed/protocol/encoding";
import type { AuditLog } from "./audit-log.ts";
import { batchPlaceName, noncePlaceName, placesOf } from "./audit-places.ts";
import type { AuditState } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import type { AccountKey } from "./node-keys.ts";
import { placeKey } from "./places.ts";
import type {
  BurnToSign,
  SeenTransaction,
  SignedTransaction,
  TransactionToSign,
} from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";
import type { Job, SigningQueue } from "./signing-queue.ts";
import type { SpendLimit } from "./spend-limit.ts";
import { signTransaction } from "./transaction.ts";
import { TransactionPolicy } from "./transaction-policy.ts";

export interface TransactionSigningParts {
  readonly key: AccountKey;
  /** As the log names the key: null of its first one. */
  readonly from: string | null;
  readonly hasher: Hasher;
  readonly state: AuditState;
  readonly log: AuditLog;
  readonly queue: SigningQueue;
  readonly submit: (job: Job<SignedTransaction>) => Promise<SignedTransaction>;
  readonly takeRate: () => void;
  /** Of all action keys together. */
  readonly spend: SpendLimit;
}

/**
 * The action key's nonces, one after the other. A nonce that was signed is signed again for the same call
 * only (fees may differ), or burnt.
 */
export class TransactionSigning {
  readonly #chainId: number;
  readonly #parts: TransactionSigningParts;
  readonly #policy: TransactionPolicy;
  #nextNonce: number;

  constructor(config: SignerConfig, parts: TransactionSigningParts) {
    this.#chainId = config.chainId;
    this.#parts = parts;
    const { key, hasher } = parts;
    const hasRecord = (batchNo: bigint): boolean =>
      parts.state.places.get(placeKey(batchPlaceName(Number(batchNo)))) !== null;
    const { nodeNo, transactions } = config;
    const policy = { own: key.address, nodeNo, hasher, hasRecord };
    this.#policy = new TransactionPolicy(transactions, policy);
    this.#nextNonce = parts.state.nextNonce(parts.from);
  }

  get address(): Hex {
    return this.#parts.key.address.toLowerCase() as Hex;
  }

  /** The lowest nonce that was never signed. */
  get nextNonce(): number {
    return this.#nextNonce;
  }

  async transaction(transaction: TransactionToSign): Promise<SignedTransaction> {
    const call = this.#policy.check(transaction);
    this.#takeLimits(transaction);
    const job = this.#jobOf(transaction, call);
    if (transaction.nonce >= this.#nextNonce) {
      this.#takeNonce(transaction.nonce);
      return this.#parts.submit(job);
    }
    return this.#again(transaction.nonce, job);
  }

  /** Refuses a transaction of this key in the chain that the log did not sign. Errors: E_AUDIT_FORKED. */
  async requireSigned({ nonce, to, dataHash: ledger }: SeenTransaction): Promise<void> {
    const { state, log, from, hasher } = this.#parts;
    const isBurn = to === this.address && ledger === keccak256("0x", hasher);
    if (isBurn && nonce < this.#nextNonce) return;
    const known = state.places.get(placeKey(noncePlaceName(nonce, from)));
    const body = known === null ? null : (await log.at(known.offset)).body;
    if (body !== null && body["to"] === to && body["data"] === ledger) return;
    const own = body === null ? "0x" : (String(body["data"]) as Hex);
    throw new SignerError({
      ...{ code: "E_AUDIT_FORKED", kind: "Transaction", seq: nonce },
      ...{ log: own, ledger },
    });
  }

  async burn(burn: BurnToSign): Promise<SignedTransaction> {
    const transaction = this.#policy.burn(burn);
    this.#takeLimits(transaction);
    if (burn.nonce >= this.#nextNonce) this.#takeNonce(burn.nonce);
    return this.#parts.submit(this.#jobOf(transaction, "burn()"));
  }

  #takeLimits({ nonce, gas, maxFeePerGasWei }: TransactionToSign): void {
    // A nonce that will be refused spends nothing.
    if (nonce > this.#nextNonce) throw this.#wrongNonce(nonce);
    const { takeRate, spend, from } = this.#parts;
    takeRate();
    spend.take(noncePlaceName(nonce, from), BigInt(gas) * maxFeePerGasWei);
  }

  #jobOf(transaction: TransactionToSign, call: string): Job<SignedTransaction> {
    const { key, hasher, from } = this.#parts;
    const content = this.#policy.bodyOf(transaction, call);
    const body = from === null ? content : { ...content, from };
    return {
      kind: "Transaction",
      body,
      places: placesOf("Transaction", body),
      sign: () => signTransaction(transaction, this.#chainId, key, hasher),
    };
  }

  // A nonce of the past whose call is not known was burnt, or is not this key's: nothing fits there.
  async #again(nonce: number, job: Job<SignedTransaction>): Promise<SignedTransaction> {
    const { state, queue, log, submit, from } = this.#parts;
    const key = placeKey(noncePlaceName(nonce, from));
    const known = state.places.get(key);
    if (known === null) {
      if (!queue.isUnderway(key)) throw this.#wrongNonce(nonce);
      return submit(job);
    }
    const isSameCall = job.places[0]?.content.equals(known.content) === true;
    const { offset } = known;
    if (isSameCall && JSON.stringify((await log.at(offset)).body) !== JSON.stringify(job.body)) {
      // Other fees: one more line of the log, no place of its own.
      return submit({ ...job, places: [] });
    }
    return submit(job);
  }

  #takeNonce(nonce: number): void {
    const reason = this.#parts.log.halted;
    if (reason !== null) throw new SignerError({ code: "E_HALTED", reason });
    if (nonce !== this.#nextNonce) throw this.#wrongNonce(nonce);
    this.#nextNonce += 1;
  }

  #wrongNonce(asked: number): SignerError {
    return new SignerError({ code: "E_NONCE", asked, next: this.#nextNonce });
  }
}
