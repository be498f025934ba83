import { type Hasher, keccak256, nobleHasher } from "./hasher.ts";
import { type Hex, joinHex } from "./hex.ts";
import { hashWords } from "./word.ts";

// Commitments to verdicts (spec 06) and votes (spec 07) before they are opened.

/** What a seat commits to. */
export interface VerdictOpening {
  readonly batchNo: number;
  readonly draw: number;
  readonly nodeNo: number;
  readonly fault: bigint;
  readonly unable: bigint;
  readonly reportHash: Hex;
  readonly salt: Hex;
}

/** What a voter commits to. */
export interface VoteOpening {
  readonly disputeNo: number;
  readonly operatorNo: number;
  /** 0 is innocent. */
  readonly fault: number;
  readonly leaf: number;
  readonly reportHash: Hex;
  readonly salt: Hex;
}

/** A seat's commitment. */
export function verdictCommitment(opening: VerdictOpening, hasher: Hasher = nobleHasher): Hex {
  const { batchNo, draw, nodeNo, fault, unable, reportHash, salt } = opening;
  return hashWords([batchNo, draw, nodeNo, fault, unable, reportHash, salt], hasher);
}

/** The set of commitments that a verdict answers, in seat order. */
export function commitmentsHash(commitments: readonly Hex[], hasher: Hasher = nobleHasher): Hex {
  return keccak256(joinHex(...commitments), hasher);
}

/** A voter's commitment. */
export function voteCommitment(opening: VoteOpening, hasher: Hasher = nobleHasher): Hex {
  const { disputeNo, operatorNo, fault, leaf, reportHash, salt } = opening;
  return hashWords([disputeNo, operatorNo, fault, leaf, reportHash, salt], hasher);
}
