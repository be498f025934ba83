import type { Hex } from "@deed/protocol/encoding";
import type { EffectRequest, EffectResult, RunOutcome } from "@deed/protocol/runtime";
import type { RunJob } from "./sandbox.ts";

/** What the node says to a child. */
export type ToChild =
  | ({
      readonly type: "job";
      /** Of each step: what is hashed outside is hashed fast. Null for those that send no request. */
      readonly idempotencyKeys: readonly (Hex | null)[];
      /** The module that runs scripts, in base64; for plans that have some, and children without it. */
      readonly scriptModule?: string;
    } & Pick<RunJob, "plan" | "occurrence" | "start">)
  /** In place of a job, by a self-test: try what must not be possible. */
  | { readonly type: "probe" }
  | { readonly type: "result"; readonly result: EffectResult };

/** What a child may say, after the check of its shape. */
export type FromChild =
  | { readonly type: "ready" }
  | { readonly type: "effect"; readonly request: EffectRequest }
  | { readonly type: "done"; readonly outcome: RunOutcome }
  | { readonly type: "failed"; readonly detail: string };

type Fields = Readonly<Record<string, unknown>>;

/** Reads a message of a child, which may be hostile; null when it is none. */
export function parseFromChild(message: unknown): FromChild | null {
  if (!isFields(message)) return null;
  switch (message["type"]) {
    case "ready":
      return { type: "ready" };
    case "effect":
      return isEffectRequest(message["request"])
        ? { type: "effect", request: message["request"] }
        : null;
    case "done":
      return isOutcome(message["outcome"]) ? { type: "done", outcome: message["outcome"] } : null;
    case "failed":
      return { type: "failed", detail: String(message["detail"]).slice(0, 500) };
    default:
      return null;
  }
}

function isEffectRequest(value: unknown): value is EffectRequest {
  if (!isFields(value)) return false;
  if (value["kind"] === "pause") return isCount(value["ms"]);
  const isCommon =
    isCount(value["stepIndex"]) &&
    isText(value["stepId"]) &&
    isCount(value["try"]) &&
    isCount(value["timeoutMs"]);
  if (!isCommon) return false;
  if (value["kind"] === "http") {
    return isText(value["origin"]) && isText(value["delivery"]) && isHttpRequest(value["request"]);
  }
  return (
    value["kind"] === "call" &&
    isHex(value["target"]) &&
    isText(value["valueWei"]) &&
    isHex(value["callData"])
  );
}

function isHttpRequest(value: unknown): boolean {
  return (
    isFields(value) &&
    isText(value["method"]) &&
    isText(value["url"]) &&
    isFields(value["headers"]) &&
    Object.values(value["headers"]).every(isText) &&
    (value["body"] === null || isText(value["body"])) &&
    isHex(value["idempotencyKey"])
  );
}

// Leaves are bound by hash to what the ledger holds and recomputed by verifiers: their shape is
// checked here, their sense there.
function isOutcome(value: unknown): value is RunOutcome {
  return (
    isFields(value) &&
    "status" in value &&
    Array.isArray(value["leaves"]) &&
    value["leaves"].every(isLeaf)
  );
}

function isLeaf(leaf: unknown): boolean {
  return (
    isFields(leaf) &&
    ["index", "step", "try", "status", "level", "startedMs", "endedMs", "anchorNumber"].every(
      (name) => isCount(leaf[name]),
    ) &&
    isText(leaf["kind"]) &&
    isHex(leaf["anchorHash"]) &&
    "input" in leaf &&
    "output" in leaf
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isHex(value: unknown): boolean {
  return isText(value) && /^0x(?:[0-9a-f]{2})*$/.test(value);
}
