import type { Bundle } from "../bundle/bundle.ts";
import type { FaultName } from "../encoding/fault.ts";
import { type Hasher, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { asJson, type Json } from "../encoding/json.ts";
import type { RecordStatus } from "../encoding/record.ts";
import type { Plan } from "../plan/plan.ts";
import type { EffectRequest, EffectResult, Occurrence } from "../runtime/effect.ts";
import { idempotencyKey } from "../runtime/idempotency-key.ts";
import { openRun } from "../runtime/run.ts";
import type { ScriptEngine } from "../runtime/script/script-engine.ts";
import type { Leaf } from "../transcript/leaf.ts";
import { transcriptOf } from "../transcript/transcript.ts";
import { effectOfLeaf } from "./effect-of-leaf.ts";
import { jsonEqual } from "./json-equal.ts";

/** The first place at which a recorded run is not what the plan gives. */
export interface Divergence {
  readonly kind: "divergent";
  /** Index of the leaf, 0 for the whole. */
  readonly leaf: number;
  readonly fault: FaultName;
  readonly expected: Json;
  readonly actual: Json;
}

export type Replayed =
  | { readonly kind: "equal"; readonly status: RecordStatus; readonly transcriptRoot: Hex }
  | Divergence;

/**
 * Runs the plan again over the recorded results and compares leaf by leaf. `occurrence` is what the
 * verifier itself knows of it, never what the bundle says. Whatever the bundle holds, it answers.
 *
 * @throws RunError when the plan's runtime is not known here, or its scripts cannot be run here
 */
export function replay(
  plan: Plan,
  occurrence: Occurrence,
  bundle: Bundle,
  hasher: Hasher = nobleHasher,
  scripts: ScriptEngine | null = null,
): Replayed {
  const { leaves, attempt } = bundle;
  const mismatch = wholeMismatch(plan, occurrence, bundle);
  if (mismatch !== null) return mismatch;
  const first = leaves[0]!;
  const anchor = { number: first.anchorNumber, hash: first.anchorHash };
  const start = { attempt, startedMs: first.startedMs, anchor };
  const keyOf = (index: number): Hex => idempotencyKey(occurrence.executionId, index, hasher);
  const run = openRun(plan, occurrence, start, keyOf, scripts);
  let compared = 0;
  let step = run.effects.next();
  for (;;) {
    const divergence = firstDifference(run.leaves, leaves, compared);
    if (divergence !== null) return divergence;
    compared = run.leaves.length;
    if (step.done === true) break;
    const answer = recordedAnswer(step.value, leaves, compared);
    if ("kind" in answer) return answer;
    step = run.effects.next(answer);
  }
  if (leaves.length > compared) {
    return broken(compared, null, leaves[compared]!);
  }
  const { root } = transcriptOf({ executionId: occurrence.executionId, attempt }, leaves, hasher);
  return { kind: "equal", status: step.value.status, transcriptRoot: root };
}

function wholeMismatch(plan: Plan, occurrence: Occurrence, bundle: Bundle): Divergence | null {
  if (bundle.executionId !== occurrence.executionId) {
    return whole("BundleMismatch", occurrence.executionId, bundle.executionId);
  }
  if (bundle.runtime !== plan.runtime) return whole("WrongRuntime", plan.runtime, bundle.runtime);
  return bundle.leaves.length === 0 ? whole("BrokenTranscript", "leaves", null) : null;
}

// A pause leaves no trace; nothing is looked at that answers it.
const paused: EffectResult = {
  startedMs: 0,
  endedMs: 0,
  anchor: { number: 0, hash: "0x" },
  status: 0,
  output: { status: 0, headers: {}, body: "" },
};

function recordedAnswer(
  request: EffectRequest,
  leaves: readonly Leaf[],
  index: number,
): EffectResult | Divergence {
  if (request.kind === "pause") return paused;
  const leaf = leaves[index];
  if (leaf === undefined) return broken(index, request, null);
  const isHttp = request.kind === "http";
  const { target, valueWei, callData } = isHttp ? noCall : request;
  const input = isHttp ? { ...request.request } : { target, valueWei, callData };
  if (leaf.kind !== (isHttp ? "HTTP" : "CALL") || !jsonEqual(input, leaf.input)) {
    return divergent(index, isEffect(leaf) ? "ActionNotInPlan" : "WrongStep", request, leaf);
  }
  return effectOfLeaf(leaf) ?? broken(index, request, leaf);
}

const noCall = { target: "", valueWei: "", callData: "" };

const COMPARED = ["index", "step", "kind", "try", "status", "level"] as const;
const PLACED = ["startedMs", "endedMs", "anchorNumber", "anchorHash"] as const;

function firstDifference(
  expected: readonly Leaf[],
  actual: readonly Leaf[],
  from: number,
): Divergence | null {
  for (let index = from; index < expected.length; index += 1) {
    const own = expected[index]!;
    const recorded = actual[index];
    if (recorded === undefined) return broken(index, own, null);
    const isSame =
      COMPARED.every((name) => own[name] === recorded[name]) &&
      jsonEqual(own.input, recorded.input) &&
      jsonEqual(own.output, recorded.output);
    if (!isSame) return divergent(index, faultOf(own, recorded), own, recorded);
    if (!PLACED.every((name) => own[name] === recorded[name])) return broken(index, own, recorded);
  }
  return null;
}

function faultOf(own: Leaf, recorded: Leaf): FaultName {
  if (own.index !== recorded.index) return "BrokenTranscript";
  if (own.kind === "TRIGGER" && recorded.kind === "TRIGGER") return "WrongTrigger";
  return isEffect(recorded) && !isEffect(own) ? "ActionNotInPlan" : "WrongStep";
}

function isEffect(leaf: Leaf): boolean {
  return leaf.kind === "HTTP" || leaf.kind === "CALL";
}

function whole(fault: FaultName, expected: Json, actual: Json): Divergence {
  return { kind: "divergent", leaf: 0, fault, expected, actual };
}

function broken(
  leaf: number,
  expected: EffectRequest | Leaf | null,
  actual: Leaf | null,
): Divergence {
  return divergent(leaf, "BrokenTranscript", expected, actual);
}

function divergent(
  leaf: number,
  fault: FaultName,
  expected: EffectRequest | Leaf | null,
  actual: Leaf | null,
): Divergence {
  return {
    kind: "divergent",
    leaf,
    fault,
    expected: asJson(expected),
    actual: asJson(actual),
  };
}
