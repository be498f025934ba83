import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hex } from "@deed/protocol/encoding";
import type { SeenOfKeys } from "./ledger-sight.ts";
import { BURN_GAS } from "./outbox/outbox-parts.ts";
import type { Role } from "./roles/role.ts";
import type { TransactionSender } from "./roles/transaction-sender.ts";
import type { LedgerSight, SeenTransaction, Signer } from "./signer/signer-api.ts";
import { SignerError } from "./signer/signer-error.ts";
import { StartError } from "./start-error.ts";
import type { Logger } from "./telemetry/logger.ts";

export interface SoleSignerOptions {
  /** Names the announcement of this process. */
  readonly processId: string;
  /** How often the ledger is looked at. */
  readonly everyMs: number;
  /** From the announcement on, until whoever looks as often has seen it. */
  readonly settleMs: number;
}

export interface SoleSignerParts {
  readonly signer: Pick<Signer, "observe" | "settle" | "status">;
  readonly transactions: TransactionSender;
  readonly logger: Logger;
  /** How many transactions of an account are in the chain. */
  nonceOf(account: Hex): Promise<number>;
  /** What the ledger shows of the node. */
  sightOf(seen: SeenOfKeys): LedgerSight;
  /** Nonces of its action keys that were used by something it did not send. */
  taken(): readonly TakenNonce[];
  /** What used one; null where the endpoint cannot say. */
  minedAt(taken: TakenNonce): Promise<SeenTransaction | null>;
}

export interface TakenNonce {
  readonly account: Hex;
  readonly nonce: number;
}

/** Room that the empty transfer's gas limit has for a number of this process. */
const TAGS = 2 ** 20;

/**
 * Sees to it that no other signer works with this node's keys, which no lock can do on two machines. The action key's
 * nonces are the ledger's own lock: each is used once. A signer whose log was last at work elsewhere, as every copy
 * was, has a nonce spent by an empty transfer before it signs a duty; the other one's node sees a nonce on the ledger
 * that its log did not sign, and ends. Of two that do it at once one transfer is mined.
 */
export class SoleSigner implements Role {
  readonly name = "sole-signer";
  /** Resolves when duties may be signed; never, when this signer turns out not to be alone. */
  readonly settled: Promise<void>;
  /** Resolves with the reason when it is not alone. */
  readonly failed: Promise<Error>;
  readonly #options: SoleSignerOptions;
  readonly #parts: SoleSignerParts;
  #settle: () => void = () => undefined;
  #fail: (error: Error) => void = () => undefined;
  #seen = "";
  /** By account and nonce; null: not to be seen at this endpoint. */
  readonly #taken = new Map<string, SeenTransaction | null>();

  constructor(options: SoleSignerOptions, parts: SoleSignerParts) {
    this.#options = options;
    this.#parts = parts;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  /** Shows the signer what the ledger shows. @returns how many transactions of its keys there are. Errors: SignerError. */
  async look(): Promise<number> {
    const { signer, nonceOf, sightOf } = this.#parts;
    const { sets } = await signer.status();
    const counts = await Promise.all(
      sets.map(async ({ action }) => [action, await nonceOf(action)] as const),
    );
    const transactions = await this.#takenSoFar();
    const sight = sightOf({ nonces: Object.fromEntries(counts), transactions });
    const seen = JSON.stringify(sight);
    if (seen !== this.#seen) await signer.observe(sight);
    this.#seen = seen;
    return counts.reduce((sum, [, count]) => sum + count, 0);
  }

  /**
   * A thief of the action key who uses a nonce that the signer signed, too, leaves the counts as they are. The log says
   * whether it signed what is there: it did where only the node's store was lost.
   */
  async #takenSoFar(): Promise<readonly SeenTransaction[]> {
    const { taken, minedAt, logger } = this.#parts;
    for (const one of taken()) {
      const name = `${one.account} ${one.nonce}`;
      if (this.#taken.has(name)) continue;
      const seen = await minedAt(one);
      this.#taken.set(name, seen);
      if (seen !== null) continue;
      const remedy = "Ask an endpoint that keeps old state: `deed signer audit --rpc` compares it.";
      logger.error("A used nonce cannot be compared with the log", { ...one, remedy });
    }
    return [...this.#taken.values()].filter((seen) => seen !== null);
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#repeat(() => this.look().then(() => false), signal),
      this.#repeat(() => this.#settleOnce(signal).then(() => true), signal),
    ]);
  }

  /** Until it says that it is done, or this signer is known not to be alone. */
  async #repeat(step: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const isDone = await step().catch((error: unknown) => this.#isOver(error, signal));
      if (isDone) return;
      await pause(this.#options.everyMs, signal);
    }
  }

  async #settleOnce(signal: AbortSignal): Promise<void> {
    const { signer, logger } = this.#parts;
    const { isSettled, action } = await signer.status();
    if (!isSettled) {
      const nonces = await this.look();
      logger.info("Signer is new in this place: it announces itself", { nonces });
      await this.#announce(action, signal);
      // Before its first transaction nobody can have signed a duty with these keys.
      if (nonces > 0) await pause(this.#options.settleMs, signal);
      await this.look();
      if (signal.aborted) return;
      await signer.settle();
    }
    this.#settle();
  }

  async #announce(action: Hex, signal: AbortSignal): Promise<void> {
    const { transactions } = this.#parts;
    const purpose = `announce:${this.#options.processId}`;
    const call = { to: action, data: "0x", valueWei: 0n } as const;
    await transactions.wish({ purpose, call, gas: BURN_GAS + randomInt(TAGS) });
    const end = await transactions.ended(purpose, signal);
    if (end.kind === "mined") return;
    throw new StartError({ code: "NODE_SIGNER_NOT_ALONE", reason: end.reason });
  }

  #isOver(error: unknown, signal: AbortSignal): boolean {
    if (signal.aborted) return true;
    const { logger } = this.#parts;
    if (isProof(error)) {
      logger.error("Another signer has these keys: this one signs no more", { error });
      this.#fail(error);
      return true;
    }
    logger.warn("The ledger could not be compared with the signer", { error });
    return false;
  }
}

/** Not an accident that passes: the ledger shows what this signer did not sign. */
export function isProof(error: unknown): error is Error {
  if (error instanceof StartError) return true;
  const { code } = error instanceof SignerError ? error.failure : {};
  return code === "E_AUDIT_BEHIND" || code === "E_AUDIT_FORKED";
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
