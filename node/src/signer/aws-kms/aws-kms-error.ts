import type { KeyName } from "../key-tier.ts";
import { SignerError } from "../signer-error.ts";

const DENIED = new Set([
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredTokenException",
  "IncompleteSignature",
  "IncompleteSignatureException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "TokenProviderError",
  "UnrecognizedClientException",
]);

const WRONG = new Set([
  "DisabledException",
  "InvalidArnException",
  "InvalidKeyUsageException",
  "KMSInvalidStateException",
  "UnsupportedOperationException",
  "ValidationException",
]);

/** Refused before anything was done: asking again counts no second signature. */
const THROTTLED = new Set([
  "LimitExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
  "TooManyRequestsException",
]);

export function isThrottled(error: unknown): boolean {
  return error instanceof Error && THROTTLED.has(error.name);
}

/** By the error's name alone: its text may name accounts and principals. */
export function awsKmsError(key: KeyName, place: string, error: unknown): SignerError {
  if (error instanceof SignerError) return error;
  const reason = error instanceof Error ? error.name : "unknown";
  if (reason === "NotFoundException") return new SignerError({ code: "E_KEY_MISSING", key, place });
  if (DENIED.has(reason)) return new SignerError({ code: "E_KEY_DENIED", key, reason });
  if (WRONG.has(reason)) return new SignerError({ code: "E_KEY_WRONG", key, reason });
  return new SignerError({ code: "E_KEY_UNAVAILABLE", key, reason });
}
