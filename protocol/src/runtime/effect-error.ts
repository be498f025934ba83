import type { Delivery } from "../plan/plan.ts";
import type { EffectErrorCode, EffectResult } from "./effect.ts";

/** What an error code says about its effect. The table is closed; a change is a new runtime version. */
export interface EffectErrorMeaning {
  /** Could anything of the request have left the node? */
  readonly sent: "no" | "maybe";
  /** May another try end better? */
  readonly retry: boolean;
  /** The leaf's status where the code alone decides it. */
  readonly status: 2 | 3 | null;
  readonly reason: string;
}

export const EFFECT_ERRORS: { readonly [code in EffectErrorCode]: EffectErrorMeaning } = {
  TIMEOUT: {
    sent: "maybe",
    retry: true,
    status: null,
    reason: "no answer in time; the request may have arrived",
  },
  UNREACHABLE: {
    sent: "no",
    retry: true,
    status: null,
    reason:
      "no connection came about, so nothing was sent; one that broke later is INVALID_RESPONSE",
  },
  TLS: {
    sent: "no",
    retry: true,
    status: null,
    reason: "the handshake failed; requests go out only after it, never as early data",
  },
  BODY_TOO_LARGE: {
    sent: "maybe",
    retry: false,
    status: null,
    reason: "the server answered, with more than the cap; it would do so again",
  },
  ADDRESS_REFUSED: {
    sent: "no",
    retry: false,
    status: null,
    reason: "the broker refused the address before it connected",
  },
  ORIGIN_REFUSED: {
    sent: "no",
    retry: false,
    status: null,
    reason: "the broker refused the origin before it connected",
  },
  RATE_LIMITED: {
    sent: "no",
    retry: true,
    status: null,
    reason: "the broker's own limit, before it connected; a server's 429 is a response",
  },
  INVALID_RESPONSE: {
    sent: "maybe",
    retry: true,
    status: null,
    reason: "the connection broke, or the answer was none, after the request was sent",
  },
  INDETERMINATE: {
    sent: "maybe",
    retry: false,
    status: 2,
    reason: "nobody can say whether the effect took place, for example after a restart",
  },
  REVOKED: {
    sent: "no",
    retry: false,
    status: 3,
    reason: "the intent was revoked or has expired",
  },
  NOT_PERMITTED: {
    sent: "no",
    retry: false,
    status: 3,
    reason: "the signed plan does not contain the effect",
  },
  REVERTED: {
    sent: "no",
    retry: true,
    status: null,
    reason: "the target reverted, and with it everything that it had done",
  },
  LEASE_OVER: {
    sent: "no",
    retry: false,
    status: 3,
    reason: "the lease ended; somebody else may hold the execution now",
  },
};

export const EFFECT_ERROR_CODES: readonly EffectErrorCode[] = Object.keys(
  EFFECT_ERRORS,
) as EffectErrorCode[];

/** Which try it was that ended with an error, and how its step delivers. Calls deliver `once` per send. */
export function errorStatus(
  result: EffectResult & { status: 1 | 2 | 3 },
  delivery: Delivery,
): 1 | 2 | 3 {
  const meaning = EFFECT_ERRORS[result.output.error.code];
  if (meaning.status !== null) return meaning.status;
  // The broker knows more of its own try than the code says.
  if (result.status === 2) return 2;
  return delivery === "once" && meaning.sent === "maybe" ? 2 : 1;
}

const RETRIED_RESPONSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** May a request be sent again that had this response? 5xx, and the three that ask for patience. */
export function isRetriedResponse(status: number, delivery: Delivery): boolean {
  if (delivery === "once") return false;
  return RETRIED_RESPONSES.has(status) || (status >= 500 && status <= 599);
}
