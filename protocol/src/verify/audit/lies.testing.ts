import type { FaultName } from "../../encoding/fault.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { RunOutcome } from "../../runtime/run.ts";

/** What a test may make different before everything is signed and mined. */
export interface Lies {
  /** Changes what the executor records. */
  readonly outcome?: (outcome: RunOutcome) => RunOutcome;
  readonly recordSigner?: string;
  readonly intentSigner?: string;
  readonly fireSigner?: string;
  /** Seats that sign in place of the drawn ones. */
  readonly seats?: readonly number[];
  readonly verdictSigner?: string;
  /** Rotations of the executor's duty key: from when on, in seconds from the claim, and when announced. */
  readonly rotations?: readonly {
    readonly key: string;
    readonly fromSec: number;
    readonly announcedSec: number;
  }[];
  /** Bit of the execution found faulty by the first seat. */
  readonly isFaulty?: boolean;
  /** What voided the first record afterwards. */
  readonly voided?: FaultName | "vote";
  readonly acted?: Partial<{ target: Hex; blockShift: number }>;
  /** The target reverts: with what the executor says, and with what the gateway says (null: it says nothing). */
  readonly revert?: { readonly told: Hex; readonly shown: Hex | null };
  /** It is the second attempt, node 102 did the call in the first, and this batch adopted it (null: none did). */
  readonly adopted?: { readonly batchNo: number | null };
}
