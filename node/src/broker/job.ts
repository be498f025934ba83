import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { CallReceipt, EffectError, EffectRequest, HttpResponse } from "@deed/protocol/runtime";

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
