import { isHex } from "../encoding/hex.ts";
import type { CallReceipt, EffectError, EffectResult, HttpResponse } from "../runtime/effect.ts";
import { EFFECT_ERRORS } from "../runtime/effect-error.ts";
import type { Leaf } from "../transcript/leaf.ts";

type Fields = { readonly [name: string]: unknown };

/** The recorded result of an effect as the interpreter takes it; null when the leaf holds none. */
export function effectOfLeaf(leaf: Leaf): EffectResult | null {
  const { output, startedMs, endedMs, anchorNumber: number, anchorHash: hash } = leaf;
  const span = { startedMs, endedMs, anchor: { number, hash } };
  if (isError(output)) {
    // Only an error can stand beside 2 and 3; the interpreter says what the status must be.
    return leaf.status === 0 ? null : { ...span, status: leaf.status, output };
  }
  if (leaf.kind === "HTTP") return isResponse(output) ? { ...span, status: 0, output } : null;
  return isReceipt(output) ? { ...span, status: 0, output } : null;
}

function isError(output: unknown): output is { readonly error: EffectError } {
  if (!hasExactly(output, ["error"]) || !hasExactly(output["error"], ["code", "message"])) {
    return false;
  }
  const { code, message } = output["error"];
  return (
    typeof code === "string" && Object.hasOwn(EFFECT_ERRORS, code) && typeof message === "string"
  );
}

function isResponse(output: unknown): output is HttpResponse {
  return (
    hasExactly(output, ["status", "headers", "body"]) &&
    isCount(output["status"]) &&
    isFields(output["headers"]) &&
    Object.values(output["headers"]).every((value) => typeof value === "string") &&
    typeof output["body"] === "string"
  );
}

/** What a call that succeeded left. */
export function isReceipt(output: unknown): output is CallReceipt {
  return (
    hasExactly(output, ["txHash", "blockNumber", "blockHash", "returned"]) &&
    isHex(output["txHash"], 32) &&
    isCount(output["blockNumber"]) &&
    isHex(output["blockHash"], 32) &&
    isHex(output["returned"])
  );
}

function hasExactly(value: unknown, names: readonly string[]): value is Fields {
  return (
    isFields(value) &&
    Object.keys(value).length === names.length &&
    names.every((name) => Object.hasOwn(value, name))
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
