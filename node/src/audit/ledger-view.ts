import { type Hex, hexToBytes } from "@deed/protocol/encoding";
import type { EventOf, LedgerEvent, LogPlace, SeatVerdict } from "@deed/sdk";
import type { CheckpointMessage } from "../peers/messages.ts";
import { AUDITED_KINDS, type AuditedKind } from "../signer/audit-entry.ts";
import { drawName, type Position, said } from "./position.ts";

/** A position that the ledger shows. */
export interface PublicPosition extends Position {
  readonly block: number;
  readonly txHash: Hex;
}

export interface PublicCheckpoint {
  readonly message: CheckpointMessage;
  readonly block: number;
}

/** A commitment's event names neither node nor position: its transaction does. */
export interface PostedCommitment {
  readonly batchNo: number;
  readonly draw: number;
  readonly commitment: Hex;
  readonly place: LogPlace;
}

/** What became of a batch that the node claimed. */
export interface OwnBatch {
  readonly deadlineSec: number;
  readonly state: "claimed" | "recorded" | "expired";
}

/** Everything that the ledger's events say of one node's signatures, and of what they are about. */
export class LedgerView {
  readonly positions: Readonly<Record<AuditedKind, Map<number, PublicPosition>>>;
  /** Two structures with one number, or with one head: one of them is of another log. */
  readonly conflicts: [PublicPosition, PublicPosition][] = [];
  /** All signed checkpoints of the node, also those that the contract did not take. */
  readonly checkpoints: PublicCheckpoint[] = [];
  readonly batches: Map<number, OwnBatch> = new Map();
  readonly postedCommitments: PostedCommitment[] = [];
  /** Transactions with events of this node. */
  readonly transactions: Set<Hex> = new Set();
  readonly #nodeNo: number;
  readonly #operatorNo: number;
  readonly #byHead = new Map<Hex, PublicPosition>();
  readonly #endedDraws = new Set<string>();
  readonly #publishedDraws = new Set<string>();
  readonly #knownBatches = new Set<number>();
  readonly #disputes = new Map<number, "open" | "resolved">();

  constructor(node: { readonly nodeNo: number; readonly operatorNo: number }) {
    this.#nodeNo = node.nodeNo;
    this.#operatorNo = node.operatorNo;
    const none = AUDITED_KINDS.map((kind) => [kind, new Map<number, PublicPosition>()]);
    this.positions = Object.fromEntries(none) as LedgerView["positions"];
  }

  apply(event: LedgerEvent): void {
    if ("nodeNo" in event && event.nodeNo === this.#nodeNo) {
      this.transactions.add(event.place.txHash);
    }
    switch (event.name) {
      case "Claimed":
      case "Reclaimed":
        this.#knownBatches.add(event.batchNo);
        if (event.nodeNo !== this.#nodeNo) return;
        this.batches.set(event.batchNo, { deadlineSec: event.deadlineSec, state: "claimed" });
        return;
      case "BatchExpired":
        this.#setState(event.batchNo, "expired");
        return;
      case "Recorded":
        this.#recorded(event);
        return;
      case "Finalised":
        this.#endedDraws.add(drawName(event.batchNo, event.draw));
        for (const seat of event.seats) this.#verdict(event, seat);
        return;
      case "VerdictRevealed":
        this.#verdict(event, event.verdict);
        return;
      case "CommitmentPosted":
        if (event.operatorNo === this.#operatorNo) this.postedCommitments.push(event);
        return;
      case "DisputeOpened":
        this.#disputes.set(event.disputeNo, "open");
        return;
      case "DisputeResolved":
        this.#disputes.set(event.disputeNo, "resolved");
        return;
      case "VoteRevealed":
        this.#vote(event);
        return;
      case "AuditCheckpointed":
      case "AuditContradicted":
        this.#checkpoint(event);
        return;
    }
  }

  /** Adds a position; one that contradicts what is there is kept with it as a conflict. */
  add(position: PublicPosition): void {
    const { kind, seq, head, content } = position;
    const known = this.positions[kind].get(seq);
    if (known !== undefined) {
      const isSame = known.head === head && known.content === content;
      if (!isSame) this.conflicts.push([known, position]);
      return;
    }
    this.positions[kind].set(seq, position);
    const sameHead = this.#byHead.get(head);
    if (sameHead !== undefined) this.conflicts.push([sameHead, position]);
    else this.#byHead.set(head, position);
  }

  /** Newest number that the ledger shows; 0 for none. */
  newest(kind: AuditedKind): number {
    let newest = 0;
    for (const seq of this.positions[kind].keys()) newest = Math.max(newest, seq);
    return newest;
  }

  knowsBatch(batchNo: number): boolean {
    return this.#knownBatches.has(batchNo);
  }

  hasEnded(batchNo: number, draw: number): boolean {
    return this.#endedDraws.has(drawName(batchNo, draw));
  }

  /** Is a verdict of this node published for the draw? */
  hasVerdict(batchNo: number, draw: number): boolean {
    return this.#publishedDraws.has(drawName(batchNo, draw));
  }

  dispute(disputeNo: number): "open" | "resolved" | null {
    return this.#disputes.get(disputeNo) ?? null;
  }

  #recorded({ nodeNo, batchNo, posted, records, auditSeq, auditHead, place }: EventOf<"Recorded">) {
    this.#setState(batchNo, "recorded");
    if (nodeNo !== this.#nodeNo) return;
    const content = said.RecordBatch({ batchNo, posted, records: hexToBytes(records) });
    this.add({ kind: "RecordBatch", seq: auditSeq, head: auditHead, ...content, ...at(place) });
  }

  #verdict(
    { batchNo, draw, place }: Pick<EventOf<"Finalised">, "batchNo" | "draw" | "place">,
    seat: SeatVerdict,
  ): void {
    if (seat.nodeNo !== this.#nodeNo) return;
    const { fault, unable, reportHash, auditSeq: seq, auditHead: head } = seat;
    this.#publishedDraws.add(drawName(batchNo, draw));
    const content = said.Verdict({ batchNo, draw, fault, unable, reportHash });
    this.add({ kind: "Verdict", seq, head, ...content, ...at(place) });
  }

  #vote(event: EventOf<"VoteRevealed">): void {
    if (event.nodeNo !== this.#nodeNo) return;
    const { auditSeq: seq, auditHead: head, place } = event;
    this.add({ kind: "Vote", seq, head, ...said.Vote(event), ...at(place) });
  }

  #checkpoint(event: EventOf<"AuditCheckpointed"> | EventOf<"AuditContradicted">): void {
    if (event.nodeNo !== this.#nodeNo) return;
    const message = { ...event.checkpoint, signature: event.signature };
    this.checkpoints.push({ message, block: event.place.blockNumber });
    const { auditSeq: seq, auditHead: head } = event.checkpoint;
    const content = said.AuditCheckpoint(event.checkpoint);
    const position = {
      kind: "AuditCheckpoint",
      seq,
      head,
      ...content,
      ...at(event.place),
    } as const;
    const newest = this.positions.AuditCheckpoint.get(this.newest("AuditCheckpoint"));
    if (event.name === "AuditContradicted" && newest !== undefined && newest.seq !== seq) {
      this.conflicts.push([newest, position]);
    } else this.add(position);
  }

  #setState(batchNo: number, state: OwnBatch["state"]): void {
    const own = this.batches.get(batchNo);
    if (own !== undefined) this.batches.set(batchNo, { ...own, state });
  }
}

function at({ blockNumber: block, txHash }: LogPlace): { block: number; txHash: Hex } {
  return { block, txHash };
}
