import {
  type AuditCheckpoint,
  auditCheckpointDigest,
  domainSeparator,
  type Hex,
  witnessedDigest,
} from "@deed/protocol/encoding";
import type { CheckpointAnswer, CheckpointMessage } from "../../peers/messages.ts";
import { PeerLimits } from "../../peers/peer-limits.ts";
import { dutyNow, stillCounts } from "../../signer/duty-begin.ts";
import type { SignedWitness } from "../../signer/signer-api.ts";
import type { Tables } from "../../store/tables.ts";
import type { WitnessedRow } from "../../store/witnessed.ts";
import type { NodeContext } from "../context.ts";
import { areContradicting } from "./contradiction.ts";

export type WitnessContext = Pick<
  NodeContext,
  | "nodeNo"
  | "clock"
  | "logger"
  | "metrics"
  | "store"
  | "ledger"
  | "registry"
  | "signer"
  | "hasher"
  | "recovery"
>;

/** Kept of each node, beside what contradicts. */
const MOST_KEPT = 64;
/** Further pairs prove nothing more, and must not fill the disk. */
const MOST_CONTRADICTING = 16;
const LIMITS = { perSecond: 1, burst: 30, concurrent: 4 };

/** The checkpoints that nodes showed this one, each compared with all before it, and countersigned when it fits. */
export class WitnessBook {
  readonly #context: WitnessContext;
  readonly #domain: Hex;
  readonly #limits = new Map<number, PeerLimits>();

  constructor(context: WitnessContext) {
    this.#context = context;
    const { chainId, executions } = context.ledger.deployment;
    this.#domain = domainSeparator({ chainId, verifyingContract: executions }, context.hasher);
    this.#count();
  }

  /** Null when the checkpoint is not the caller's, not signed by its duty key, or one too many. */
  async take(from: number, message: CheckpointMessage): Promise<CheckpointAnswer | null> {
    const limits = this.#limits.get(from) ?? new PeerLimits(LIMITS, this.#context.clock);
    this.#limits.set(from, limits);
    if (!limits.enter()) return null;
    try {
      return await this.#judge(from, message);
    } finally {
      limits.leave();
    }
  }

  /** The newest checkpoint under the key that is registered now. */
  newestOf(nodeNo: number): CheckpointMessage | null {
    const { store, registry, clock } = this.#context;
    const dutyKey = registry.dutyKeyAt(nodeNo, Math.floor(clock.nowMs() / 1000));
    const row = dutyKey === null ? null : store.read.witnessed.newestOf(nodeNo, dutyKey);
    return row === null ? null : messageOf(row);
  }

  /** Keeps a checkpoint of this node itself. @returns false when its store has one of another log. */
  async keepOwn(message: CheckpointMessage): Promise<boolean> {
    const signer = this.signerOf(message);
    if (signer === null) return false;
    const row = this.#rowOf(message, signer);
    return (await this.#context.store.write((tables) => keep(tables, row))).held === null;
  }

  digestOf(checkpoint: AuditCheckpoint): Hex {
    return auditCheckpointDigest(checkpoint, this.#domain, this.#context.hasher);
  }

  /** Whose signature it is; null for nobody's. */
  signerOf({ signature, ...checkpoint }: CheckpointMessage): Hex | null {
    return this.#recover(this.digestOf(checkpoint), signature);
  }

  /** Did that node countersign this checkpoint? */
  isWitness(nodeNo: number, checkpoint: Hex, { signature, ...witness }: SignedWitness): boolean {
    if (witness.witnessNo !== nodeNo || witness.checkpointDigest !== checkpoint) return false;
    const digest = witnessedDigest(witness, this.#domain, this.#context.hasher);
    const key = this.#recover(digest, signature);
    return key !== null && this.#context.registry.isDutyKey(nodeNo, key);
  }

  async #judge(from: number, message: CheckpointMessage): Promise<CheckpointAnswer | null> {
    const { store, registry, logger } = this.#context;
    const signer = message.auditSeq > 0 ? this.signerOf(message) : null;
    // One from before a rotation is shown until everybody has it (spec 01).
    const isOwn = message.nodeNo === from && signer !== null && registry.isDutyKey(from, signer);
    if (signer === null || !isOwn) {
      logger.warn("Audit checkpoint refused", { from, auditSeq: message.auditSeq });
      return null;
    }
    const { held, row } = await store.write((tables) => keep(tables, this.#rowOf(message, signer)));
    if (held !== null) {
      const [one, other] = [held.auditSeq, message.auditSeq];
      logger.error("A node has two logs of its signatures", {
        code: "AUDIT_CONTRADICTED",
        peer: from,
        one,
        other,
      });
      this.#count();
      return { kind: "contradicted", held: messageOf(held) };
    }
    return { kind: "witnessed", witness: await this.#receiptOf(row) };
  }

  async #receiptOf(row: WitnessedRow): Promise<SignedWitness> {
    const { store, signer, nodeNo, clock, registry } = this.#context;
    const { digest: checkpointDigest, receiptMs: atMs, receiptSignature: signature } = row;
    // A key that was stolen since gives no countersignature any more: it is signed anew.
    if (atMs !== null && signature !== null && stillCounts(registry, nodeNo, atMs)) {
      return { witnessNo: nodeNo, checkpointDigest, atMs, signature };
    }
    const now = dutyNow(registry, nodeNo, clock.nowMs());
    const witness = await signer.witness({ checkpointDigest, atMs: now.atMs, ...now.begin });
    const patch = { receiptMs: witness.atMs, receiptSignature: witness.signature };
    await store.write((tables) => tables.witnessed.update(row, patch));
    return witness;
  }

  #rowOf(message: CheckpointMessage, dutyKey: Hex): WitnessedRow {
    const { signature, ...checkpoint } = message;
    return {
      nodeNo: checkpoint.nodeNo,
      auditSeq: checkpoint.auditSeq,
      digest: this.digestOf(checkpoint),
      ...{ checkpoint, signature, dutyKey, contradicts: false },
      receivedMs: this.#context.clock.nowMs(),
      ...{ receiptMs: null, receiptSignature: null },
    };
  }

  #recover(digest: Hex, signature: Hex): Hex | null {
    try {
      return this.#context.recovery.recover(digest, signature);
    } catch {
      return null;
    }
  }

  #count(): void {
    const { metrics, store } = this.#context;
    const gauge = metrics.gauge(
      "deed_audit_contradictions",
      "Checkpoints of a node that no one log can have",
      ["peer"],
    );
    const counts = new Map<number, number>();
    for (const { nodeNo } of store.read.witnessed.contradicting()) {
      counts.set(nodeNo, (counts.get(nodeNo) ?? 0) + 1);
    }
    for (const [peer, count] of counts) gauge.set({ peer }, count);
  }
}

interface Kept {
  readonly row: WitnessedRow;
  /** What it contradicts. */
  readonly held: WitnessedRow | null;
}

/** Compares and keeps in one: of two that come at once the second one sees the first. */
function keep({ witnessed }: Tables, row: WitnessedRow): Kept {
  const all = witnessed.of(row.nodeNo);
  const same = all.find(({ digest }) => digest === row.digest);
  const others = all.filter(
    ({ digest, dutyKey }) => digest !== row.digest && dutyKey === row.dutyKey,
  );
  const held =
    others.find(({ checkpoint }) => areContradicting(checkpoint, row.checkpoint)) ?? null;
  if (held !== null) {
    const known = all.filter(({ contradicts }) => contradicts).length;
    if (known < MOST_CONTRADICTING) {
      witnessed.update(held, { contradicts: true });
      witnessed.put({ ...row, ...same, contradicts: true });
    }
    return { row, held };
  }
  if (same !== undefined) return { row: same, held: null };
  witnessed.insert(row);
  witnessed.deleteOld(row.nodeNo, MOST_KEPT);
  return { row, held: null };
}

function messageOf({ checkpoint, signature }: WitnessedRow): CheckpointMessage {
  return { ...checkpoint, signature };
}
