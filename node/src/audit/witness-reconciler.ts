import {
  auditCheckpointDigest,
  domainSeparator,
  type Hasher,
  type Hex,
  type SignatureRecovery,
  witnessedDigest,
} from "@deed/protocol/encoding";
import type { CheckpointMessage } from "../peers/messages.ts";
import { areContradicting } from "../roles/witness/contradiction.ts";
import { type AuditEntry, isAudited } from "../signer/audit-entry.ts";
import type { LedgerView } from "./ledger-view.ts";
import { type Position, positionOfEntry, said } from "./position.ts";
import { receiptsOf, type WitnessFile } from "./read-witness.ts";
import type { Finding, HeldCheckpoint, WitnessSummary } from "./report.ts";

export interface WitnessParts {
  readonly chainId: number;
  /** The contract under which checkpoints are signed. */
  readonly executions: Hex;
  /** The audited node's, of the registry, without those that were revoked. */
  readonly dutyKeys: ReadonlySet<Hex>;
  /** The same of any other node. */
  readonly dutyKeysOf: (nodeNo: number) => Promise<ReadonlySet<Hex>>;
  readonly view: LedgerView;
  readonly hasher: Hasher;
  readonly recovery: SignatureRecovery;
}

/** What witnesses hold of a node, beside its log and the ledger. Only what a registered key of it signed counts. */
export class WitnessReconciler {
  readonly #parts: WitnessParts;
  readonly #domain: Hex;
  readonly #files: readonly WitnessFile[];
  /** Those of witnesses, by digest. */
  readonly #held = new Map<Hex, HeldCheckpoint>();
  readonly #findings: Finding[] = [];
  #others = 0;
  #unchecked = 0;
  #logged = 0;

  constructor(files: readonly WitnessFile[], parts: WitnessParts) {
    this.#files = files;
    this.#parts = parts;
    const { chainId, executions, hasher } = parts;
    this.#domain = domainSeparator({ chainId, verifyingContract: executions }, hasher);
    for (const file of files) this.#take(file);
  }

  /** Sees an entry of the node's log. */
  apply(entry: AuditEntry): void {
    const { kind } = entry;
    if (!isAudited(kind) || kind !== "AuditCheckpoint") return;
    const logged = positionOfEntry({ ...entry, kind });
    this.#logged = Math.max(this.#logged, logged.seq);
    for (const held of this.#held.values()) {
      const shown = positionOf(held);
      if (shown.seq !== logged.seq) continue;
      if (shown.head === logged.head && shown.content === logged.content) continue;
      const what = shown.head === logged.head ? "says something else" : "names another log";
      const text = `${nameOf(held)} ${what} than the log at that number`;
      this.#findings.push({ code: "AUDIT_FORKED", text });
    }
  }

  /** @param hasLog Was the whole log shown? What witnesses hold beyond it is a finding then. */
  async end(hasLog: boolean): Promise<{
    readonly summary: WitnessSummary;
    readonly findings: readonly Finding[];
  }> {
    const held = [...this.#held.values()].sort((one, other) => one.auditSeq - other.auditSeq);
    const findings = [...this.#findings];
    const pairs = this.#pairs(held);
    for (const { one, other, reason } of pairs) {
      const text = `${nameOf(one)} and ${nameOf(other)} ${reason}: they come from two logs`;
      findings.push({ code: "AUDIT_CONTRADICTED", text });
    }
    for (const one of hasLog ? held : []) {
      if (one.auditSeq <= this.#logged) continue;
      const text = `${nameOf(one)} is not in the log, which ends at ${this.#logged}`;
      findings.push({ code: "AUDIT_NOT_IN_LOG", text });
    }
    const summary = {
      held: held.length,
      newest: held.at(-1)?.auditSeq ?? 0,
      otherKeys: this.#others,
      unchecked: this.#unchecked,
      countersigned: await this.#countersigned(),
      pairs,
    };
    return { summary, findings };
  }

  #take({ path, checkpoints }: WitnessFile): void {
    for (const { message, contradicts } of checkpoints) {
      const { signature, ...checkpoint } = message;
      const digest = auditCheckpointDigest(checkpoint, this.#domain, this.#parts.hasher);
      const dutyKey = this.#recover(digest, signature);
      if (dutyKey === null || !this.#parts.dutyKeys.has(dutyKey)) {
        this.#others += 1;
        if (contradicts) this.#unchecked += 1;
      } else if (!this.#held.has(digest)) {
        this.#held.set(digest, { ...message, digest, dutyKey, from: path });
      }
    }
  }

  /** Each with the first that it contradicts: all pairs would be many and prove no more. */
  #pairs(held: readonly HeldCheckpoint[]): WitnessSummary["pairs"] {
    const published = this.#parts.view.checkpoints
      .flatMap((shown) => this.#published(shown))
      .filter(({ digest }) => !this.#held.has(digest));
    const before: HeldCheckpoint[] = [...published];
    return held.flatMap((other) => {
      const one = before.find((known) => areContradicting(known, other));
      before.push(other);
      return one === undefined ? [] : [{ reason: reasonOf(one, other), one, other }];
    });
  }

  // One whose key was revoked later counts no more.
  #published({ message, block }: LedgerView["checkpoints"][number]): readonly HeldCheckpoint[] {
    const { signature, ...checkpoint } = message;
    const digest = auditCheckpointDigest(checkpoint, this.#domain, this.#parts.hasher);
    const dutyKey = this.#recover(digest, signature);
    return dutyKey !== null && this.#parts.dutyKeys.has(dutyKey)
      ? [{ ...message, digest, dutyKey, from: `block ${block}` }]
      : [];
  }

  /** Witnesses whose countersignature under one of the checkpoints is good. */
  async #countersigned(): Promise<WitnessSummary["countersigned"]> {
    const newest = new Map<number, number>();
    const receipts = receiptsOf(this.#files);
    for (const { digest: checkpointDigest, auditSeq } of this.#held.values()) {
      for (const { witnessNo, atMs, signature } of receipts.get(checkpointDigest) ?? []) {
        const witness = { witnessNo, checkpointDigest, atMs };
        const digest = witnessedDigest(witness, this.#domain, this.#parts.hasher);
        const key = this.#recover(digest, signature);
        if (key === null || !(await this.#parts.dutyKeysOf(witnessNo)).has(key)) continue;
        newest.set(witnessNo, Math.max(auditSeq, newest.get(witnessNo) ?? 0));
      }
    }
    return [...newest]
      .map(([witnessNo, auditSeq]) => ({ witnessNo, auditSeq }))
      .sort((one, other) => one.witnessNo - other.witnessNo);
  }

  #recover(digest: Hex, signature: Hex): Hex | null {
    try {
      return this.#parts.recovery.recover(digest, signature);
    } catch {
      return null;
    }
  }
}

function positionOf(checkpoint: CheckpointMessage): Position {
  const { auditSeq: seq, auditHead: head } = checkpoint;
  return { kind: "AuditCheckpoint", seq, head, ...said.AuditCheckpoint(checkpoint) };
}

function nameOf({ auditSeq, entries, from }: HeldCheckpoint): string {
  return `AuditCheckpoint ${auditSeq} (${entries} entries, ${from})`;
}

function reasonOf(one: CheckpointMessage, other: CheckpointMessage): string {
  if (one.auditSeq === other.auditSeq) return "have one number";
  if (one.auditHead === other.auditHead) return "follow one and the same entry";
  return "count what no one log can";
}
