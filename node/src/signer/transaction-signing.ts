import type { Hasher } from "@deed/protocol/encoding";
import type { AuditLog } from "./audit-log.ts";
import { noncePlaceName, placesOf } from "./audit-places.ts";
import type { AuditState } from "./audit-state.ts";
import type { SignerConfig } from "./config.ts";
import type { AccountKey } from "./node-keys.ts";
import { placeKey } from "./places.ts";
import type { BurnToSign, SignedTransaction, TransactionToSign } from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";
import type { Job, SigningQueue } from "./signing-queue.ts";
import { signTransaction } from "./transaction.ts";
import { TransactionPolicy } from "./transaction-policy.ts";

export interface TransactionSigningParts {
  readonly key: AccountKey;
  readonly hasher: Hasher;
  readonly state: AuditState;
  readonly log: AuditLog;
  readonly queue: SigningQueue;
  readonly submit: (job: Job<SignedTransaction>) => Promise<SignedTransaction>;
  readonly takeRate: () => void;
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
    this.#policy = new TransactionPolicy(config.transactions, { own: key.address, hasher });
    this.#nextNonce = parts.state.nextNonce;
  }

  /** The lowest nonce that was never signed. */
  get nextNonce(): number {
    return this.#nextNonce;
  }

  async transaction(transaction: TransactionToSign): Promise<SignedTransaction> {
    this.#policy.check(transaction);
    this.#parts.takeRate();
    const job = this.#jobOf(transaction);
    if (transaction.nonce >= this.#nextNonce) {
      this.#takeNonce(transaction.nonce);
      return this.#parts.submit(job);
    }
    return this.#again(transaction.nonce, job);
  }

  async burn(burn: BurnToSign): Promise<SignedTransaction> {
    const transaction = this.#policy.burn(burn);
    this.#parts.takeRate();
    if (burn.nonce >= this.#nextNonce) this.#takeNonce(burn.nonce);
    return this.#parts.submit(this.#jobOf(transaction));
  }

  #jobOf(transaction: TransactionToSign): Job<SignedTransaction> {
    const { key, hasher } = this.#parts;
    const body = this.#policy.bodyOf(transaction);
    return {
      kind: "Transaction",
      body,
      places: placesOf("Transaction", body),
      sign: () => signTransaction(transaction, this.#chainId, key, hasher),
    };
  }

  // A nonce of the past whose call is not known was burnt, or is not this key's: nothing fits there.
  async #again(nonce: number, job: Job<SignedTransaction>): Promise<SignedTransaction> {
    const { state, queue, log, submit } = this.#parts;
    const key = placeKey(noncePlaceName(nonce));
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
