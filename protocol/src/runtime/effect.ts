import type { Hex } from "../encoding/hex.ts";
import type { Json } from "../encoding/json.ts";
import type { Delivery } from "../plan/plan.ts";

/** A ledger block that is final for the executor. */
export interface Anchor {
  readonly number: number;
  readonly hash: Hex;
}

/** One firing of a trigger, as every node sees it. */
export interface Occurrence {
  readonly executionId: Hex;
  readonly occurrenceId: Hex;
  /** t0 in seconds: `now` inside the workflow. */
  readonly nowSec: number;
  readonly payload: OccurrencePayload;
}

export interface EventPayload {
  readonly kind: "event";
  readonly chainId: number;
  readonly contract: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly txHash: Hex;
  /** Position of the log among the logs of its transaction. */
  readonly logOrdinal: number;
  /** Decoded by name: integers as decimal strings, addresses lower-case, bytes as hex. */
  readonly event: { readonly [name: string]: Json };
}

/** What an occurrence of a composite is. */
export type PhasePayload =
  | EventPayload
  | { readonly kind: "interval" | "cron" | "start"; readonly ordinal: number }
  | {
      readonly kind: "height";
      readonly chainId: number;
      readonly height: number;
      readonly blockHash: Hex;
    };

export type OccurrencePayload =
  | EventPayload
  | {
      readonly kind: "composite";
      readonly phase: "first" | "repeat";
      readonly of: PhasePayload;
    }
  | { readonly kind: "interval" | "cron" | "start"; readonly ordinal: number }
  /** `ordinal` is the height. */
  | { readonly kind: "block"; readonly ordinal: number; readonly blockHash: Hex }
  | {
      readonly kind: "manual";
      readonly ordinal: number;
      readonly input: Json;
      readonly firedAtSec: number;
      readonly validUntilSec: number;
      readonly signature: Hex;
    };

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  readonly body: string | null;
  readonly idempotencyKey: Hex;
}

/** What the runtime asks of the broker. */
export type EffectRequest =
  | {
      readonly kind: "http";
      readonly stepIndex: number;
      readonly stepId: string;
      /** From 1. */
      readonly try: number;
      readonly origin: string;
      readonly delivery: Delivery;
      readonly timeoutMs: number;
      readonly request: HttpRequest;
    }
  | {
      readonly kind: "call";
      readonly stepIndex: number;
      readonly stepId: string;
      readonly try: number;
      readonly timeoutMs: number;
      readonly target: Hex;
      readonly valueWei: string;
      readonly callData: Hex;
    }
  /** Back-off before the next try. Leaves no trace. */
  | { readonly kind: "pause"; readonly ms: number };

export interface EffectError {
  /** Closed set, see `EFFECT_ERROR_CODES`. */
  readonly code: EffectErrorCode;
  readonly message: string;
}

export type EffectErrorCode =
  | "TIMEOUT"
  | "UNREACHABLE"
  | "TLS"
  | "BODY_TOO_LARGE"
  | "ADDRESS_REFUSED"
  | "ORIGIN_REFUSED"
  | "RATE_LIMITED"
  | "INVALID_RESPONSE"
  | "INDETERMINATE"
  | "REVOKED"
  | "NOT_PERMITTED"
  | "REVERTED"
  | "LEASE_OVER";

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names, only those that the runtime version keeps. */
  readonly headers: { readonly [name: string]: string };
  /** Decoded as UTF-8 (lossy). */
  readonly body: string;
}

export interface CallReceipt {
  readonly txHash: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  readonly returned: Hex;
}

/** status: 0 ok, 1 failed, 2 indeterminate, 3 not permitted or revoked (transcript leaf, word 7). */
export type EffectResult = {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly anchor: Anchor;
} & (
  | { readonly status: 0; readonly output: HttpResponse | CallReceipt }
  | { readonly status: 1 | 2 | 3; readonly output: { readonly error: EffectError } }
);
