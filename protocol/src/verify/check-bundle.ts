import type { Bundle } from "../bundle/bundle.ts";
import { bundleTextHash } from "../bundle/bundle-text.ts";
import { parseBundle } from "../bundle/parse-bundle.ts";
import { EncodingError } from "../encoding/encoding-error.ts";
import { type Hasher, nobleHasher } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import type { Json } from "../encoding/json.ts";
import type { ExecutionRecord } from "../encoding/record.ts";
import { utf8Bytes } from "../encoding/utf8.ts";
import type { Plan } from "../plan/plan.ts";
import type { Occurrence } from "../runtime/effect.ts";
import type { ScriptEngine } from "../runtime/script/script-engine.ts";
import { type Divergence, type Replayed, replay } from "./replay.ts";

/** What the ledger says of an attempt. */
export interface Recorded {
  readonly executionId: Hex;
  readonly intentHash: Hex;
  readonly attempt: number;
  readonly record: ExecutionRecord;
}

export type CheckedBundle = { readonly kind: "bundle"; readonly bundle: Bundle } | Divergence;

/** Is this text the bundle that the record commits to? Whatever comes, it answers. */
export function checkBundle(
  text: string,
  recorded: Recorded,
  hasher: Hasher = nobleHasher,
): CheckedBundle {
  const sha256 = textHash(text, hasher);
  if (sha256 !== recorded.record.bundleSha256) {
    return mismatch("bundleSha256", recorded.record.bundleSha256, sha256);
  }
  const parsed = parseBundle(text);
  if (parsed.kind === "malformed") {
    const { leaf, detail } = parsed;
    return { kind: "divergent", leaf, fault: "BrokenTranscript", expected: detail, actual: null };
  }
  const bytes = utf8Bytes(text).length;
  return (
    numbersMismatch(parsed.bundle, bytes, recorded) ?? { kind: "bundle", bundle: parsed.bundle }
  );
}

/** The whole check of one execution: the bundle against its record, the run against its plan. */
export function verifyExecution(
  plan: Plan,
  occurrence: Occurrence,
  text: string,
  recorded: Recorded,
  hasher: Hasher = nobleHasher,
  scripts: ScriptEngine | null = null,
): Replayed {
  const checked = checkBundle(text, recorded, hasher);
  if (checked.kind === "divergent") return checked;
  const replayed = replay(plan, occurrence, checked.bundle, hasher, scripts);
  if (replayed.kind === "divergent") return replayed;
  const { record } = recorded;
  if (replayed.transcriptRoot !== record.transcriptRoot) {
    return mismatch("transcriptRoot", record.transcriptRoot, replayed.transcriptRoot);
  }
  if (replayed.status !== record.status) {
    return mismatch("status", replayed.status, record.status);
  }
  return levelMismatch(plan, record) ?? replayed;
}

/** A record that says less of its sandbox than the workflow demands. More is the executor's own word. */
export function levelMismatch(plan: Plan, record: ExecutionRecord): Divergence | null {
  const isLess = plan.sandbox === "container" && record.sandbox === "process";
  return isLess ? mismatch("sandbox", plan.sandbox, record.sandbox) : null;
}

// Words of the ledger beside what the bundle says of the same.
function numbersMismatch(
  bundle: Bundle,
  bundleBytes: number,
  recorded: Recorded,
): Divergence | null {
  const { record } = recorded;
  const pairs: readonly (readonly [name: string, ledger: Json, bundle: Json])[] = [
    ["executionId", recorded.executionId, bundle.executionId],
    ["intentHash", recorded.intentHash, bundle.intentHash],
    ["attempt", recorded.attempt, bundle.attempt],
    ["record.attempt", record.attempt, bundle.attempt],
    ["runtime", record.runtime, bundle.runtime],
    ["bundleBytes", record.bundleBytes, bundleBytes],
    ["leafCount", record.leafCount, bundle.leaves.length],
    ["startedMs", record.startedMs, bundle.leaves[0]?.startedMs ?? 0],
    ["endedMs", record.endedMs, bundle.leaves.at(-1)?.endedMs ?? 0],
  ];
  const wrong = pairs.find(([, ledger, own]) => ledger !== own);
  return wrong === undefined ? null : mismatch(...wrong);
}

function textHash(text: string, hasher: Hasher): Hex | null {
  try {
    return bundleTextHash(text, hasher);
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

function mismatch(name: string, expected: Json, actual: Json): Divergence {
  return {
    kind: "divergent",
    leaf: 0,
    fault: "BundleMismatch",
    expected: { [name]: expected },
    actual: { [name]: actual },
  };
}
