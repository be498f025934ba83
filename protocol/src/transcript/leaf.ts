import type { Hex } from "../encoding/hex.ts";
import type { Json } from "../encoding/json.ts";

export type LeafKind = "TRIGGER" | "CONDITION" | "HTTP" | "CALL" | "SKIP" | "END" | "SCRIPT";

/** One entry of a transcript with its payloads (spec 03, "Transcript leaf"). */
export interface Leaf {
  readonly index: number;
  /** 65535 for TRIGGER and END. */
  readonly step: number;
  readonly kind: LeafKind;
  /** From 1; 0 where there is none. */
  readonly try: number;
  /** 0 ok, 1 failed, 2 indeterminate, 3 not permitted or revoked. */
  readonly status: 0 | 1 | 2 | 3;
  /** 0 none, 1 recorded, 2 observed, 3 proven. */
  readonly level: 0 | 1 | 2 | 3;
  readonly input: Json;
  readonly output: Json;
  readonly startedMs: number;
  readonly endedMs: number;
  readonly anchorNumber: number;
  readonly anchorHash: Hex;
}
