import type { FaultName, Hex } from "@deed/protocol/encoding";

/** The last line of a demonstration. */
export interface DemoResult {
  /** Executions that came to their end, one way or the other. */
  readonly executions: number;
  /** Of them those that independent nodes found right. */
  readonly verified: number;
  /** Lies that a contract found proven, or a vote guilty. */
  readonly faults: number;
  readonly seconds: number;
  /** Every check of the offline audit of all verified executions is ok. */
  readonly auditOk: boolean;
  /** Where the first lie was found. */
  readonly leaf?: number;
  readonly fault?: FaultName;
  /** Decimal text. */
  readonly slashedWei?: string;
  /** The exported run and the hash of its anchor's block, where `--out` asked for them. */
  readonly file?: string;
  readonly blockHash?: Hex;
  /** What did not come in time, or went wrong; not there when all is proven. */
  readonly missing?: readonly string[];
}
