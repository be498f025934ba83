import type { CheckpointMessage } from "../../peers/messages.ts";
import { isProof } from "../../sole-signer.ts";
import type { WitnessedRow } from "../../store/witnessed.ts";
import type { NodeContext } from "../context.ts";
import type { Role } from "../role.ts";
import { signedBy } from "./contradiction.ts";
import type { WitnessBook } from "./witness-book.ts";

export type WitnessRoleContext = Pick<
  NodeContext,
  "nodeNo" | "clock" | "logger" | "store" | "registry" | "signer" | "peers" | "wakers"
> & { readonly book: WitnessBook };

export interface WitnessRoleOptions {
  /** A checkpoint is signed at most so often, and when something was signed. */
  readonly everyMs: number;
}

/** So many nodes, those with the next numbers, see each checkpoint: with all of them a large network would write to itself. */
const MOST_WITNESSES = 7;
/** A node that was away for long gets the newest of what it missed. */
const MOST_SENT = 8;
const LOOK_EVERY_MS = 30_000;
const CALL_MS = 2_000;
/** Receipts of older checkpoints are forgotten. */
const KEPT_RECEIPTS = 64;

/**
 * Shows checkpoints of the own signer's log to other nodes and keeps their receipts; and has its signer see the newest
 * that they hold of it, so that a copy that was restored is found out before it signs.
 */
export class WitnessRole implements Role {
  readonly name = "witness";
  /** Resolves with the reason when a witness holds what this signer's log has not. */
  readonly failed: Promise<Error>;
  readonly #options: WitnessRoleOptions;
  readonly #context: WitnessRoleContext;
  /** Witnesses that said what they hold, since the start. */
  readonly #asked = new Set<number>();
  #fail: (error: Error) => void = () => undefined;
  #signedMs = 0;

  constructor(options: WitnessRoleOptions, context: WitnessRoleContext) {
    this.#options = options;
    this.#context = context;
    this.failed = new Promise((resolve) => {
      this.#fail = resolve;
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, wakers, logger } = this.#context;
    const waker = wakers.of(this.name);
    const everyMs = Math.min(LOOK_EVERY_MS, this.#options.everyMs);
    let nextMs = clock.nowMs() + everyMs;
    while (!signal.aborted) {
      await waker.wait(nextMs, signal);
      if (signal.aborted || clock.nowMs() < nextMs) continue;
      nextMs = clock.nowMs() + everyMs;
      try {
        await this.look(signal);
      } catch (error) {
        if (signal.aborted) return;
        if (!isProof(error)) logger.warn("Audit checkpoints were not shown", { error });
        else {
          logger.error("Witnesses know more of this signer than its log", { error });
          this.#fail(error);
          return;
        }
      }
    }
  }

  /** One round: a checkpoint when one is due, then whoever has not seen what there is. Errors: SignerError. */
  async look(signal: AbortSignal): Promise<void> {
    await this.ask(signal);
    await this.#keepNewest();
    await Promise.all(this.#witnesses().map((nodeNo) => this.#show(nodeNo, signal)));
  }

  /**
   * Asks the witnesses that were not asked yet for the newest that they hold, and has the signer see it.
   * Errors: E_AUDIT_BEHIND, E_AUDIT_FORKED.
   */
  async ask(signal: AbortSignal): Promise<void> {
    const { peers } = this.#context;
    const open = this.#witnesses().filter((nodeNo) => !this.#asked.has(nodeNo));
    const answers = await Promise.all(
      open.map(async (nodeNo) => {
        const held = await this.#reach(signal, (limit) => peers.newestCheckpoint(nodeNo, limit));
        if (held !== undefined) this.#asked.add(nodeNo);
        return held ?? null;
      }),
    );
    for (const held of answers) if (held !== null) await this.#observe(held);
  }

  /** What another one holds, where it is signed by a key of this signer. */
  async #observe(held: CheckpointMessage): Promise<void> {
    const { signer, book, nodeNo, logger } = this.#context;
    const { sets } = await signer.status();
    const isOurs = held.nodeNo === nodeNo && sets.some(({ duty }) => duty === book.signerOf(held));
    if (!isOurs) return logger.warn("A witness showed a checkpoint of other keys");
    await signer.observe({
      minimum: {
        RecordBatch: held.records,
        Commitment: held.commitments,
        Verdict: held.verdicts,
        Vote: held.votes,
        AuditCheckpoint: held.auditSeq,
      },
      nonces: {},
      transactions: [],
      heads: { AuditCheckpoint: { seq: held.auditSeq, head: held.auditHead } },
    });
  }

  /** The newest that was signed, also for the ledger; or a new one. */
  async #keepNewest(): Promise<void> {
    const { signer, registry, nodeNo, book, clock } = this.#context;
    const dutyKey = registry.dutyKeyAt(nodeNo, Math.floor(clock.nowMs() / 1000));
    const status = await signer.status();
    if (!status.isSettled || dutyKey === null) return;
    const own = book.newestOf(nodeNo);
    const { AuditCheckpoint: signed, RecordBatch, Commitment, Verdict, Vote } = status.auditSeq;
    const isNew = RecordBatch + Commitment + Verdict + Vote > signedBy(own);
    const isDue = isNew && clock.nowMs() - this.#signedMs >= this.#options.everyMs;
    const no = isDue ? signed + 1 : signed;
    if (no === 0 || no === own?.auditSeq) return;
    const checkpoint = await signer.auditCheckpoint(no, { dutyKey });
    if (isDue) this.#signedMs = clock.nowMs();
    // One that was signed under a key before is nothing to witnesses, who ask the registry.
    if (book.signerOf(checkpoint) === dutyKey) await book.keepOwn(checkpoint);
  }

  async #show(witnessNo: number, signal: AbortSignal): Promise<void> {
    const { store, nodeNo } = this.#context;
    const from = store.read.witnessReceipts.newestBy(witnessNo);
    const rows = store.read.witnessed.of(nodeNo).filter(({ auditSeq }) => auditSeq > from);
    for (const row of rows.slice(0, MOST_SENT).reverse()) {
      if (!(await this.#showOne(witnessNo, row, signal))) return;
    }
  }

  /** @returns false when it is of no use to go on. */
  async #showOne(witnessNo: number, row: WitnessedRow, signal: AbortSignal): Promise<boolean> {
    const { store, peers, book, logger } = this.#context;
    const { auditSeq, digest, checkpoint, signature } = row;
    const message = { ...checkpoint, signature };
    const answer = await this.#reach(signal, (limit) =>
      peers.checkpoint(witnessNo, message, limit),
    );
    if (answer === undefined || answer === null) return false;
    if (answer.kind === "contradicted") {
      const { auditSeq: held } = answer.held;
      logger.error("A witness holds another checkpoint", { peer: witnessNo, auditSeq, held });
      await this.#observe(answer.held);
      return false;
    }
    if (!book.isWitness(witnessNo, digest, answer.witness)) return false;
    const { atMs, signature: countersignature } = answer.witness;
    await store.write(({ witnessReceipts }) => {
      witnessReceipts.put({ auditSeq, witnessNo, digest, atMs, signature: countersignature });
      witnessReceipts.deleteBelow(auditSeq - KEPT_RECEIPTS);
    });
    return true;
  }

  /** The other active nodes that follow this one, by their numbers. */
  #witnesses(): readonly number[] {
    const { registry, nodeNo } = this.#context;
    const others = registry
      .nodes()
      .filter((node) => node.active && node.nodeNo !== nodeNo)
      .map((node) => node.nodeNo)
      .sort((one, other) => one - other);
    const next = others.filter((no) => no > nodeNo);
    return [...next, ...others.filter((no) => no < nodeNo)].slice(0, MOST_WITNESSES);
  }

  /** Undefined when the node does not answer: it is asked again in the next round. */
  async #reach<T>(
    signal: AbortSignal,
    call: (limit: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await call(AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)]));
    } catch {
      signal.throwIfAborted();
      return undefined;
    }
  }
}
