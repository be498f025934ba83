import type { Hex } from "../hex.ts";
import type { Position } from "../journal/frame.ts";

/** What a checkpoint says of itself; the journal must say the same. */
export interface CheckpointHead {
  readonly chainId: number;
  /** Engine and rules, as in the journal's header. */
  readonly engine: string;
  readonly rules: readonly string[];
  readonly number: number;
  readonly hash: Hex;
  readonly stateRoot: Hex;
  readonly genesisHash: Hex;
  /** Keccak-256 of what BLOCKHASH answers for the last 256 blocks. */
  readonly recentHashes: Hex;
  /** Behind the block's seal. */
  readonly journal: Position;
}

/** The chain at one block. */
export interface Checkpoint {
  readonly head: CheckpointHead;
  /** What the engine holds: state, blocks, transactions, receipts. Opaque. */
  readonly engineState: Uint8Array;
  /** The values that the last blocks replaced. */
  readonly history: Uint8Array;
}

/** A checkpoint that says something else than the journal or the engine. */
export class CheckpointError extends Error {
  override readonly name = "CheckpointError";
}
