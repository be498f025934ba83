import { bundleText } from "@deed/protocol/bundle";
import {
  bytesToHex,
  encodeRecord,
  type Hasher,
  type Hex,
  RECORD_STATUS,
  type SandboxLevel as RecordedLevel,
  utf8Bytes,
} from "@deed/protocol/encoding";
import type { RunOutcome } from "@deed/protocol/runtime";
import { transcriptOf } from "@deed/protocol/transcript";
import type { SandboxLevel, SandboxPlace } from "../../sandbox/sandbox.ts";
import type { Attempt } from "./attempt.ts";

/** What a run leaves behind: the bundle and the 128 bytes that bind it. */
export interface FinishedRun {
  readonly bundle: Uint8Array;
  readonly bundleSha256: Hex;
  readonly transcriptRoot: Hex;
  readonly status: number;
  readonly record: Hex;
  readonly endedMs: number;
}

const RECORDED_LEVEL: { readonly [level in SandboxLevel]: RecordedLevel } = {
  process: "process",
  "container-shared": "containerSharedNet",
  container: "container",
};

/** Commits to an outcome (spec 03, "Records"). */
export function finishedRun(
  attempt: Attempt,
  outcome: RunOutcome,
  { adapter, level }: SandboxPlace,
  hasher: Hasher,
): FinishedRun {
  const { executionId, intentHash, attempt: attemptNo } = attempt.execution;
  const { leaves, status } = outcome;
  const { runtime } = attempt.intent.plan;
  const transcript = transcriptOf({ executionId, attempt: attemptNo }, leaves, hasher);
  const { text, sha256 } = bundleText(
    { bundle: "deed.bundle.1", executionId, intentHash, attempt: attemptNo, runtime, leaves },
    hasher,
  );
  const bundle = utf8Bytes(text);
  const endedMs = leaves.at(-1)?.endedMs ?? 0;
  const record = encodeRecord({
    transcriptRoot: transcript.root,
    bundleSha256: sha256,
    status,
    sandbox: RECORDED_LEVEL[level],
    adapter,
    runtime,
    leafCount: leaves.length,
    attempt: attemptNo,
    startedMs: leaves[0]?.startedMs ?? 0,
    endedMs,
    feeGwei: 0n,
    bundleBytes: bundle.length,
  });
  return {
    bundle,
    bundleSha256: sha256,
    transcriptRoot: transcript.root,
    status: RECORD_STATUS[status],
    record: bytesToHex(record),
    endedMs,
  };
}
