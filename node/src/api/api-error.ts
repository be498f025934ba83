/** Every code of the API's own with its HTTP status. `docs/errors.md` explains each. */
export const API_ERROR_STATUS = {
  API_INVALID_REQUEST: 400,
  API_HOST_REFUSED: 403,
  API_NOT_FOUND: 404,
  API_BODY_TOO_LARGE: 413,
  API_RATE_LIMITED: 429,
  API_INTERNAL: 500,
  API_LEDGER_UNREACHABLE: 503,
  INTENT_UNKNOWN: 404,
  INTENT_INVALID: 422,
  INTENT_DIFFERS: 422,
  INTENT_BAD_SIGNATURE: 422,
  INTENT_EXPIRED: 422,
  INTENT_REVOKED: 409,
  REVOKE_BAD_SIGNATURE: 422,
  REVOKE_NOT_ALLOWED: 403,
  NONCE_BAD_SIGNATURE: 422,
  NONCE_SPENT: 409,
  EXECUTION_UNKNOWN: 404,
  BUNDLE_UNAVAILABLE: 404,
  TRANSACTION_FAILED: 422,
  TRANSACTION_PENDING: 504,
} as const;

/** Codes of the fire's own checks, which another part makes. */
export const FIRE_ERROR_STATUS = {
  FIRE_UNKNOWN_INTENT: 404,
  FIRE_WRONG_TRIGGER: 422,
  FIRE_INTENT_NOT_LIVE: 409,
  FIRE_BAD_SIGNATURE: 422,
  FIRE_EXPIRED: 422,
  FIRE_FROM_THE_FUTURE: 422,
  FIRE_INPUT_TOO_LARGE: 413,
  FIRE_ORDINAL_USED: 409,
} as const;

export type ApiErrorCode = keyof typeof API_ERROR_STATUS;
export type FireErrorCode = keyof typeof FIRE_ERROR_STATUS;

export interface ApiFailure {
  /** One of the codes above, or the compiler's own for what cannot be registered yet. */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** A request that is refused, in the words of the answer. */
export class ApiError extends Error {
  readonly failure: ApiFailure;

  constructor(failure: ApiFailure, options?: ErrorOptions) {
    super(`${failure.code}: ${failure.message}`, options);
    this.name = "ApiError";
    this.failure = failure;
  }
}

/** An error with one of the API's own codes. */
export function refusal(
  code: ApiErrorCode,
  message: string,
  remedy: string,
  options?: ErrorOptions,
): ApiError {
  return new ApiError({ code, status: API_ERROR_STATUS[code], message, remedy }, options);
}
