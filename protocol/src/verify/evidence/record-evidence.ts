import { bundleTextHash } from "../../bundle/bundle-text.ts";
import { parseBundle } from "../../bundle/parse-bundle.ts";
import { jsonHash } from "../../encoding/canonical-json.ts";
import { EncodingError } from "../../encoding/encoding-error.ts";
import { type Hasher, nobleHasher } from "../../encoding/hasher.ts";
import { hexToBytes } from "../../encoding/hex.ts";
import { asJson } from "../../encoding/json.ts";
import { merklePath } from "../../encoding/merkle.ts";
import type { Intent } from "../../encoding/owner-structures.ts";
import { decodeRecord, type ExecutionRecord } from "../../encoding/record.ts";
import { wordHex } from "../../encoding/word.ts";
import type { Plan } from "../../plan/plan.ts";
import {
  permissionKeys,
  permissionProof,
  planRoots,
  STEP_KINDS,
  stepLeaf,
} from "../../plan/plan-root.ts";
import type { Leaf } from "../../transcript/leaf.ts";
import { leafWords } from "../../transcript/leaf-hash.ts";
import { leafPath, type Transcript, transcriptOf } from "../../transcript/transcript.ts";
import { jsonEqual } from "../json-equal.ts";
import type { Evidence, LeafProof, RecordProof, ShownPermission, StepProof } from "./evidence.ts";
import { isBroken, isEffect, isLate, isUnchained } from "./leaf-rules.ts";

/** A recorded execution, as far as it is known. */
export interface RecordedSubject {
  readonly record: RecordProof;
  /** Null when nobody gave it. */
  readonly bundle: string | null;
  /** The registered intent's plan, and what was registered; null when it is not known. */
  readonly plan: Plan | null;
  readonly intent: Intent | null;
  /** Block of the first revocation; null when there was none, or it is not known. */
  readonly revokedBlock: number | null;
}

/**
 * What a contract can judge of a record: at most one piece of evidence for each fault, of its first leaf.
 * Whatever the executor wrote, it answers.
 */
export function recordEvidence(
  subject: RecordedSubject,
  hasher: Hasher = nobleHasher,
): readonly Evidence[] {
  const record = readable(subject.record);
  if (record === null) return [];
  const found: Evidence[] = [];
  const { intent } = subject;
  if (intent !== null && record.runtime !== intent.runtime) {
    found.push({ fault: "WrongRuntime", record: subject.record, intent });
  }
  if (record.attempt !== subject.record.item.attempt) {
    found.push({ fault: "WrongHolder", record: subject.record, leaf: null });
  }
  const shown = shownTranscript(subject, record, hasher);
  if (shown === null) return found;
  const broken = brokenLeaves(shown, record);
  if (broken !== null) {
    found.push({ fault: "BrokenLeafChain", record: subject.record, leaves: broken });
  }
  const foreign = found.some(({ fault }) => fault === "WrongHolder") ? null : foreignLeaf(shown);
  if (foreign !== null) {
    found.push({ fault: "WrongHolder", record: subject.record, leaf: foreign });
  }
  const late = shown.leaves.find((leaf) => isLate(leaf, subject.revokedBlock));
  if (late !== undefined) {
    const leaf = proofOf(shown, shown.leaves.indexOf(late));
    found.push({ fault: "EffectAfterRevocation", record: subject.record, leaf });
  }
  const unsigned = unsignedAction(shown, subject, hasher);
  return unsigned === null ? found : [...found, unsigned];
}

/** A bundle whose leaves are those that the record binds: of others nothing can be shown. */
interface ShownTranscript {
  readonly subject: RecordedSubject;
  readonly executionId: RecordProof["item"]["executionId"];
  readonly attempt: number;
  readonly leaves: readonly Leaf[];
  readonly transcript: Transcript;
  readonly hasher: Hasher;
}

function shownTranscript(
  subject: RecordedSubject,
  record: ExecutionRecord,
  hasher: Hasher,
): ShownTranscript | null {
  const { bundle } = subject;
  if (bundle === null || bundleTextHash(bundle, hasher) !== record.bundleSha256) return null;
  const parsed = parseBundle(bundle);
  if (parsed.kind === "malformed" || parsed.bundle.leaves.length === 0) return null;
  const { executionId, attempt, leaves } = parsed.bundle;
  const transcript = transcriptOf({ executionId, attempt }, leaves, hasher);
  if (transcript.root !== record.transcriptRoot) return null;
  return { subject, executionId, attempt, leaves, transcript, hasher };
}

function readable(proof: RecordProof): ExecutionRecord | null {
  try {
    return decodeRecord(hexToBytes(proof.record));
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

function proofOf(shown: ShownTranscript, index: number): LeafProof {
  const { leaves, transcript, hasher } = shown;
  const previous = index === 0 ? null : transcript.leafHashes[index - 1]!;
  const words = leafWords(shown, leaves[index]!, previous, hasher).map((word) => wordHex(word));
  return { words, index, count: leaves.length, path: leafPath(transcript, index, hasher) };
}

function brokenLeaves(
  shown: ShownTranscript,
  record: ExecutionRecord,
): readonly LeafProof[] | null {
  const { leaves } = shown;
  for (const [index, leaf] of leaves.entries()) {
    if (isBroken(leaf, { index, count: leaves.length }, record)) return [proofOf(shown, index)];
    const next = leaves[index + 1];
    if (next !== undefined && isUnchained(leaf, next)) {
      return [proofOf(shown, index), proofOf(shown, index + 1)];
    }
  }
  return null;
}

// All leaves of a bundle are of one execution and attempt: its first one shows whose they are.
function foreignLeaf(shown: ShownTranscript): LeafProof | null {
  const { executionId, attempt } = shown.subject.record.item;
  const isOwn = shown.executionId === executionId && shown.attempt === attempt;
  return isOwn ? null : proofOf(shown, 0);
}

function unsignedAction(
  shown: ShownTranscript,
  { plan, record, intent }: RecordedSubject,
  hasher: Hasher,
): Evidence | null {
  if (plan === null || intent === null || plan.steps.length === 0) return null;
  // What was signed is the root; a plan that is another proves nothing.
  if (planRoots(plan, hasher).planRoot !== intent.planRoot) return null;
  for (const [index, leaf] of shown.leaves.entries()) {
    if (!isEffect(leaf)) continue;
    const step = plan.steps[leaf.step];
    const isForeign = step?.kind !== (leaf.kind === "HTTP" ? "http" : "call");
    const permission = isForeign ? null : otherPermission(plan, leaf, hasher);
    if (!isForeign && permission === null) continue;
    return {
      fault: "ActionNotInPlan",
      record,
      leaf: proofOf(shown, index),
      step: stepProof(plan, Math.min(leaf.step, plan.steps.length - 1), hasher),
      permission,
    };
  }
  return null;
}

/** The permission of a call's step, when the call is another one. */
function otherPermission(plan: Plan, leaf: Leaf, hasher: Hasher): ShownPermission | null {
  const signed = permissionKeys(plan).find(({ stepIndex }) => stepIndex === leaf.step);
  if (leaf.kind !== "CALL" || signed === undefined) return null;
  const { target, valueWei, callData } = signed;
  const expected = { target, valueWei: valueWei.toString(), callData };
  if (jsonEqual(expected, leaf.input)) return null;
  const proof = permissionProof(plan, leaf.step, hasher);
  return {
    index: proof.permissionIndex,
    count: proof.permissionCount,
    step: leaf.step,
    target,
    valueWei,
    callData,
    path: proof.path,
  };
}

function stepProof(plan: Plan, index: number, hasher: Hasher): StepProof {
  const { planHash, permissionsRoot } = planRoots(plan, hasher);
  const step = plan.steps[index]!;
  const leaves = plan.steps.map((one, place) => stepLeaf(one, place, hasher));
  return {
    planHash,
    permissionsRoot,
    index,
    kind: STEP_KINDS[step.kind],
    stepHash: jsonHash(asJson(step), hasher),
    count: plan.steps.length,
    path: merklePath(leaves, index, hasher),
  };
}
