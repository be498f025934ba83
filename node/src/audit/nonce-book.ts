import { type Hasher, type Hex, keccak256 } from "@deed/protocol/encoding";
import type { MinedTransaction } from "../mined-at-nonce.ts";
import type { AuditEntry } from "../signer/audit-entry.ts";
import type { Finding, NonceSummary } from "./report.ts";

/** What the log says that the action key signed, by nonce. */
export class NonceBook {
  readonly #calls = new Map<number, Set<string>>();
  readonly #hasher: Hasher;
  #first: number | null = null;
  #next = 0;

  readonly #actionKey: string;

  constructor({ hasher, actionKey }: { readonly hasher: Hasher; readonly actionKey: string }) {
    this.#hasher = hasher;
    this.#actionKey = actionKey;
  }

  /** Entries of other action keys, which the node had before or will have, are left out. */
  apply({ body }: AuditEntry, firstActionKey: string): void {
    if ((body["from"] ?? firstActionKey) !== this.#actionKey) return;
    const nonce = Number(body["nonce"]);
    const calls = this.#calls.get(nonce) ?? new Set();
    this.#calls.set(nonce, calls.add(`${body["to"]} ${body["data"]}`));
    this.#first = Math.min(this.#first ?? nonce, nonce);
    this.#next = Math.max(this.#next, nonce + 1);
  }

  /** Nonces of the log that the ledger took, and none of these transactions used. */
  without(transactions: readonly MinedTransaction[], mined: number): readonly number[] {
    const shown = new Set(transactions.map(({ nonce }) => nonce));
    return [...this.#calls.keys()].filter((nonce) => nonce < mined && !shown.has(nonce));
  }

  /**
   * Compares with how many nonces the ledger took, and with transactions that it shows.
   * @param unseen Transactions that could not be had.
   */
  reconcile(
    mined: number,
    transactions: readonly MinedTransaction[],
    unseen = 0,
  ): { readonly summary: NonceSummary; readonly findings: readonly Finding[] } {
    const first = this.#first ?? mined;
    const findings: Finding[] = [];
    for (let nonce = first; nonce < mined; nonce += 1) {
      if (this.#calls.has(nonce)) continue;
      const text = `the ledger took nonce ${nonce} of the action key, which the log does not have`;
      findings.push({ code: "AUDIT_NONCE_NOT_IN_LOG", text });
    }
    for (const transaction of transactions) {
      const finding = this.#compare(transaction);
      if (finding !== null) findings.push(finding);
    }
    const pending = [...this.#calls.keys()].filter((nonce) => nonce >= mined).length;
    const summary = {
      signed: this.#calls.size,
      mined,
      pending,
      beforeLog: Math.min(first, mined),
      compared: transactions.length,
      unseen,
    };
    return { summary, findings };
  }

  #compare({ nonce, to, input }: MinedTransaction): Finding | null {
    const calls = this.#calls.get(nonce);
    // A nonce that is not there at all is a finding already.
    if (calls === undefined || calls.has(`${to} ${keccak256(input, this.#hasher)}`)) return null;
    const text = `nonce ${nonce} of the action key called ${to} with data that the log does not have`;
    return { code: "AUDIT_OTHER_TRANSACTION", text };
  }
}

/** What public data say of the nonces alone. */
export function publicNonces(mined: number): NonceSummary {
  return { signed: null, mined, pending: 0, beforeLog: 0, compared: 0, unseen: 0 };
}

/** The action key's transactions among these. */
export function sentBy(
  actionKey: Hex,
  transactions: readonly MinedTransaction[],
): readonly MinedTransaction[] {
  return transactions.filter(({ from }) => from === actionKey);
}
