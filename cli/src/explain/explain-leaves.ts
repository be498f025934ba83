import type { Json } from "@deed/protocol/encoding";
import { EFFECT_ERROR_CODES, EFFECT_ERRORS, type EffectErrorCode } from "@deed/protocol/runtime";
import { type Leaf, NO_STEP } from "@deed/protocol/transcript";
import { type Reason, reason } from "./reason.ts";

const SKIPS: { readonly [why: string]: string } = {
  condition: "its `if` was false",
  needs: "a step that it needs did not end well",
  failed: "an earlier step did not end well; with `needs` it would depend on the named ones only",
  revoked: "the workflow had been revoked",
};

const REMEDIES: { readonly [code in EffectErrorCode]?: string } = {
  TIMEOUT: "Is the target slow? The step's `timeout` may be longer.",
  UNREACHABLE: "Is the target up, and its name known to the nodes?",
  TLS: "The target's certificate must be valid for its name.",
  BODY_TOO_LARGE: "Ask the target for less: a filter, a page, fewer fields.",
  INVALID_RESPONSE:
    "Look at what the target sends: it must be plain HTTP/1.1, not compressed, with a small head.",
  RATE_LIMITED:
    "Nothing was sent. All workflows share what an origin gets of a node: ask less often, or with `retry`.",
  ADDRESS_REFUSED: "The name leads to a private address; an operator can allow its origin.",
  INDETERMINATE: "Look at the target: the request may or may not have arrived.",
  LEASE_OVER: "The workflow's `limits.duration` is too short for what it does.",
};

/** Why the steps of a recorded run ended as they did: what went on is not told. */
export function explainLeaves(leaves: readonly Leaf[], ids: readonly string[]): readonly Reason[] {
  return leaves.flatMap((leaf, at) => {
    if (leaf.step === NO_STEP) return [];
    const isLastTry = leaves[at + 1]?.step !== leaf.step || leaves[at + 1]?.kind !== leaf.kind;
    return isLastTry ? explainLeaf(leaf, ids[leaf.step] ?? `step ${leaf.step}`) : [];
  });
}

function explainLeaf(leaf: Leaf, name: string): readonly Reason[] {
  const input = fieldsOf(leaf.input);
  const output = fieldsOf(leaf.output);
  const { code } = fieldsOf(output["error"]);
  switch (leaf.kind) {
    case "SKIP":
      return [
        reason("STEP_SKIPPED", `${name} was skipped: ${SKIPS[String(input["reason"])] ?? ""}`),
      ];
    case "CONDITION":
      if (output["value"] === false) {
        return [reason("CONDITION_FALSE", `${name}: \`${String(input["expression"])}\` was false`)];
      }
      if (code === undefined) return [];
      return [
        reason(
          `EXPRESSION_${String(code)}`,
          `${name}: \`${String(input["expression"])}\` has no value (${String(code)})`,
          "See in `deed logs --full` what it was computed from.",
        ),
      ];
    case "HTTP":
    case "CALL":
      return explainEffect(leaf, name, code, output);
    default:
      return [];
  }
}

function explainEffect(
  { kind, status, try: number }: Leaf,
  name: string,
  code: Json | undefined,
  output: { readonly [field: string]: Json },
): readonly Reason[] {
  if (isErrorCode(code)) {
    const { reason: why } = EFFECT_ERRORS[code];
    return [reason(code, `${name}, try ${number}: ${why}`, REMEDIES[code] ?? null)];
  }
  if (kind !== "HTTP" || status === 0) return [];
  const text = `${name}, try ${number}: the target answered ${String(output["status"])}`;
  return [reason("HTTP_STATUS", text, "Its answer is in `deed logs --full`.")];
}

function isErrorCode(code: Json | undefined): code is EffectErrorCode {
  return EFFECT_ERROR_CODES.includes(code as EffectErrorCode);
}

function fieldsOf(json: Json | undefined): { readonly [field: string]: Json } {
  return typeof json === "object" && json !== null && !Array.isArray(json)
    ? (json as { readonly [field: string]: Json })
    : {};
}
