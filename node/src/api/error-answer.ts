import { RpcError } from "@deed/sdk";
import {
  ApiError,
  type ApiFailure,
  FIRE_ERROR_STATUS,
  type FireErrorCode,
  refusal,
} from "./api-error.ts";

const FIRE_REMEDIES: { readonly [code in FireErrorCode]: string } = {
  FIRE_UNKNOWN_INTENT: "Submit the intent first, or wait until this node has read it.",
  FIRE_WRONG_TRIGGER: "Only workflows with `on: manual` are fired by hand.",
  FIRE_INTENT_NOT_LIVE: "Submit a new intent: this one runs no more.",
  FIRE_BAD_SIGNATURE: "Sign with the owner's key, for this chain and these contracts.",
  FIRE_EXPIRED: "Sign the fire again, with a later `validUntilSec`.",
  FIRE_FROM_THE_FUTURE: "Set the clock of the signing machine.",
  FIRE_INPUT_TOO_LARGE: "Put the data elsewhere and fire with its address.",
  FIRE_ORDINAL_USED: "Take another ordinal: this one fired with other content.",
};

/** What any error means to the one who asked; anything unforeseen is `API_INTERNAL`. */
export function failureOf(error: unknown): ApiFailure {
  if (error instanceof ApiError) return error.failure;
  if (error instanceof RpcError) {
    const remedy = "Try again; the node's operator finds the endpoint's state in its log.";
    return refusal("API_LEDGER_UNREACHABLE", "the ledger's endpoint did not answer", remedy)
      .failure;
  }
  return ofFire(error) ?? ofFastify(error) ?? internal;
}

const internal: ApiFailure = refusal(
  "API_INTERNAL",
  "the node could not answer",
  "Try again; the node's operator finds the reason in its log.",
).failure;

// By its code: the check belongs to a role, and roles know no API.
function ofFire(error: unknown): ApiFailure | null {
  const failure = (error as { readonly failure?: { readonly code?: unknown } } | null)?.failure;
  const code = failure?.code;
  if (typeof code !== "string" || !Object.hasOwn(FIRE_ERROR_STATUS, code)) return null;
  const fireCode = code as FireErrorCode;
  const { code: _code, ...facts } = failure as { readonly [name: string]: unknown };
  return {
    code,
    status: FIRE_ERROR_STATUS[fireCode],
    message: `the fire was not taken: ${JSON.stringify(facts)}`,
    remedy: FIRE_REMEDIES[fireCode],
  };
}

function ofFastify(error: unknown): ApiFailure | null {
  const { statusCode, message, code } = error as {
    readonly statusCode?: number;
    readonly message?: string;
    readonly code?: string;
  };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    const remedy = "A workflow has at most 24,576 bytes, a fire's input 8 KiB.";
    return refusal("API_BODY_TOO_LARGE", "the body is too large", remedy).failure;
  }
  if (statusCode === undefined || statusCode < 400 || statusCode >= 500) return null;
  const remedy = "See /openapi.json for what each call takes.";
  return refusal("API_INVALID_REQUEST", message ?? "not a request", remedy).failure;
}
