import type {
  CheckpointAnswer,
  CheckpointMessage,
  CommitmentMessage,
  FireMessage,
  HelloMessage,
  PreimageMessage,
  ReceiptMessage,
  VerdictMessage,
} from "./messages.ts";

/** A stream of bytes: one bundle, one JSON line per execution. */
export type ByteStream = AsyncIterable<Uint8Array>;

/** What a node does when another one calls (spec 10). `from` is the node at the other end, proven. */
export interface PeerHandlers {
  hello(from: number): Promise<HelloMessage>;
  /** Null when this node does not hold the batch. */
  getBatch(from: number, batchNo: number, signal: AbortSignal): Promise<ByteStream | null>;
  /** Reads the whole stream, which fails when it is cut off, and stores it. False: not wanted. */
  putBatch(
    from: number,
    batchNo: number,
    bundle: ByteStream,
    signal: AbortSignal,
  ): Promise<boolean>;
  /** This node's own commitment for the same batch, or null when it has none yet. */
  commitment(from: number, message: CommitmentMessage): Promise<CommitmentMessage | null>;
  verdict(from: number, message: VerdictMessage): Promise<void>;
  preimage(from: number, message: PreimageMessage): Promise<void>;
  /** Null when it is not the caller's, or not signed by its duty key. */
  checkpoint(from: number, message: CheckpointMessage): Promise<CheckpointAnswer | null>;
  /** The caller's newest checkpoint that this node holds. */
  newestCheckpoint(from: number): Promise<CheckpointMessage | null>;
  /** Null when the fire is not valid. */
  fire(from: number, message: FireMessage): Promise<ReceiptMessage | null>;
}
