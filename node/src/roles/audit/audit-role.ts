import type { LedgerCheckpoint } from "@deed/sdk";
import type { SignerStatus } from "../../signer/signer-api.ts";
import type { NodeContext } from "../context.ts";
import type { Role } from "../role.ts";

export type AuditContext = Pick<
  NodeContext,
  | "nodeNo"
  | "clock"
  | "logger"
  | "ledger"
  | "calls"
  | "signer"
  | "transactions"
  | "wakers"
  | "registry"
> & {
  /** The ledger's newest of this node, at the start. */
  readonly checkpoint: LedgerCheckpoint;
};

export interface AuditRoleOptions {
  /** New lines of the log after which the ledger gets a checkpoint. */
  readonly everyEntries: number;
  /** And after which time, when the node signed anything. */
  readonly everyMs: number;
}

const LOOK_EVERY_MS = 30_000;
/** A transaction that could not pass is tried again after this. */
const TURN_MS = 600_000;

/** Puts checkpoints of the signer's log on the ledger: from then on a shorter log, or another one, shows (spec 01). */
export class AuditRole implements Role {
  readonly name = "audit";
  readonly #options: AuditRoleOptions;
  readonly #context: AuditContext;
  #nextLookMs = 0;
  /** When the ledger's newest checkpoint was seen to change. */
  #since: { readonly auditSeq: number; readonly atMs: number } | null = null;

  #newest: LedgerCheckpoint;
  #sent = { no: 0, dutyKey: "" };

  constructor(options: AuditRoleOptions, context: AuditContext) {
    this.#options = options;
    this.#context = context;
    this.#newest = context.checkpoint;
  }

  /** The ledger's newest checkpoint of this node, as last looked up. */
  get newest(): LedgerCheckpoint {
    return this.#newest;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, wakers, logger } = this.#context;
    const waker = wakers.of(this.name);
    this.#nextLookMs = clock.nowMs() + LOOK_EVERY_MS;
    while (!signal.aborted) {
      await waker.wait(this.#nextLookMs, signal);
      if (signal.aborted || clock.nowMs() < this.#nextLookMs) continue;
      this.#nextLookMs = clock.nowMs() + LOOK_EVERY_MS;
      // The next look comes anyway.
      await this.look().catch((error: unknown) => logger.warn("No audit checkpoint", { error }));
    }
  }

  /** Posts a checkpoint when one is due. @returns its number; null when none is. */
  async look(): Promise<number | null> {
    const { ledger, signer, transactions, calls, nodeNo, clock, logger, registry } = this.#context;
    const dutyKey = registry.dutyKeyAt(nodeNo, Math.floor(clock.nowMs() / 1000));
    const [last, status] = await Promise.all([ledger.auditCheckpointOf(nodeNo), signer.status()]);
    this.#newest = last;
    if (dutyKey === null || !this.#isDue(last, status)) return null;
    // One that was sent and did not get there goes first, but not under a key that may be revoked by now.
    const isUnderWay = this.#sent.no > last.auditSeq && this.#sent.dutyKey === dutyKey;
    // Those between are for witnesses alone.
    const no = isUnderWay ? this.#sent.no : status.auditSeq.AuditCheckpoint + 1;
    const { signature, ...checkpoint } = await signer.auditCheckpoint(no, { dutyKey });
    this.#sent = { no, dutyKey };
    await transactions.wish({
      purpose: `audit-checkpoint:${nodeNo}:${no}:${Math.floor(clock.nowMs() / TURN_MS)}`,
      call: calls.checkpointAudit({ ...checkpoint, signature }),
      gas: null,
    });
    logger.info("Audit checkpoint", { no, entries: checkpoint.entries });
    return no;
  }

  #isDue(last: LedgerCheckpoint, status: SignerStatus): boolean {
    const nowMs = this.#context.clock.nowMs();
    if (this.#since?.auditSeq !== last.auditSeq) {
      this.#since = { auditSeq: last.auditSeq, atMs: nowMs };
    }
    if (status.auditEntries - last.entries >= this.#options.everyEntries) return true;
    const { RecordBatch, Commitment, Verdict, Vote } = status.auditSeq;
    const { records, commitments, verdicts, votes } = last;
    const signedMore =
      RecordBatch + Commitment + Verdict + Vote > records + commitments + verdicts + votes;
    return signedMore && nowMs - this.#since.atMs >= this.#options.everyMs;
  }
}
