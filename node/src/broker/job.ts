import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type {
  CallReceipt,
  EffectError,
  EffectErrorCode,
  EffectRequest,
  HttpResponse,
} from "@deed/protocol/runtime";

/** What an attempt may do, and for whom. */
export interface BrokerJob {
  readonly plan: Plan;
  readonly intentHash: Hex;
  readonly executionId: Hex;
  readonly attempt: number;
  /** Asked before each effect: why there may be no more of them (lease over, revoked), or null. */
  readonly refusal: () => EffectError | null;
}

/** An effect's result without its times and anchor. */
export type EffectAnswer =
  | { readonly status: 0; readonly output: HttpResponse | CallReceipt }
  | { readonly status: 1 | 2 | 3; readonly output: { readonly error: EffectError } };

export type HttpEffect = Extract<EffectRequest, { kind: "http" }>;

export type CallEffect = Extract<EffectRequest, { kind: "call" }>;

const NOT_ALLOWED: ReadonlySet<EffectErrorCode> = new Set([
  "NOT_PERMITTED",
  "REVOKED",
  "LEASE_OVER",
]);

/** An error as an answer. 2 where the effect may have taken place although it must not twice. */
export function errorAnswer(error: EffectError, status?: 2): EffectAnswer {
  const { code, message } = error;
  return {
    status: status ?? (NOT_ALLOWED.has(code) ? 3 : 1),
    output: { error: { code, message } },
  };
}
