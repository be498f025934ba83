import type { Bundle } from "../../bundle/bundle.ts";
import type { ExportedExecution } from "../../bundle/run.ts";
import type { BatchItem } from "../../encoding/item.ts";
import { decodeRecord, type ExecutionRecord } from "../../encoding/record.ts";
import type { Plan } from "../../plan/plan.ts";
import { needsWebAssembly } from "../../plan/plan-needs.ts";
import { transcriptOf } from "../../transcript/transcript.ts";
import { checkBundle, levelMismatch } from "../check-bundle.ts";
import { type Divergence, replay } from "../replay.ts";
import { actionsFinding, revertOf } from "./action-audit.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import { type CheckName, type Finding, failed, ok, same, unknown } from "./check.ts";
import type { AuditedIntent } from "./intent-audit.ts";
import { attempt } from "./ledger-view.ts";

type Add = (name: CheckName, finding: Finding) => void;

/** Checks the record, its bundle, and the run again over the bundle. */
export function auditRecord(
  context: AuditContext,
  execution: ExportedExecution,
  around: { readonly intent: AuditedIntent | null; readonly batch: AuditedBatch | null },
  item: BatchItem | null,
  add: Add,
): void {
  const bytes = around.batch?.records[execution.index] ?? null;
  if (bytes === null) {
    add("record-leaf", unknown("nothing was recorded at its place"));
    return;
  }
  const record = attempt(() => decodeRecord(bytes));
  if (record instanceof Error) {
    add("record-leaf", failed(record.message));
    return;
  }
  const { status, leafCount, sandbox, adapter } = record;
  add("record-leaf", ok(`${status}, ${leafCount} leaves, sandbox ${sandbox} by ${adapter}`));
  const bundle = auditBundle(context, execution, record, item, add);
  if (bundle === null) return;
  const of = { executionId: bundle.executionId, attempt: bundle.attempt };
  const { root } = transcriptOf(of, bundle.leaves, context.hasher);
  add("transcript-root", same("root", record.transcriptRoot, root));
  const plan = around.intent?.plan ?? null;
  add(
    "replay",
    plan === null
      ? unknown("the signed plan is missing")
      : replayFinding(context, execution, plan, bundle, record),
  );
  if (plan !== null) trustRecorded(context, plan, bundle);
  add("actions", actionsFinding(context, bundle, around.batch));
}

function auditBundle(
  context: AuditContext,
  execution: ExportedExecution,
  record: ExecutionRecord,
  item: BatchItem | null,
  add: Add,
): Bundle | null {
  if (execution.bundle === null) {
    add("bundle-hash", unknown("the file has no bundle of it"));
    return null;
  }
  const recorded = {
    executionId: execution.executionId,
    intentHash: execution.intentHash,
    attempt: item?.attempt ?? record.attempt,
    record,
  };
  const checked = checkBundle(execution.bundle, recorded, context.hasher);
  add("bundle-hash", checked.kind === "bundle" ? ok() : failed(describe(checked)));
  return checked.kind === "bundle" ? checked.bundle : null;
}

function replayFinding(
  context: AuditContext,
  execution: ExportedExecution,
  plan: Plan,
  bundle: Bundle,
  record: ExecutionRecord,
): Finding {
  try {
    const scripts = needsWebAssembly(plan) ? (context.scripts?.() ?? null) : null;
    const replayed = replay(plan, execution.occurrence, bundle, context.hasher, scripts);
    if (replayed.kind === "divergent") return failed(describe(replayed));
    const less = levelMismatch(plan, record);
    if (less !== null) return failed("the workflow demands a container, the record says process");
    return same("status", replayed.status, record.status);
  } catch (error) {
    // A plan that its owner signed but that is no plan: nothing of it can be checked.
    return unknown(`the plan does not run here: ${error instanceof Error ? error.message : ""}`);
  }
}

function describe(divergence: Divergence): string {
  return `${divergence.fault} at leaf ${divergence.leaf}`;
}

function trustRecorded(context: AuditContext, plan: Plan, bundle: Bundle): void {
  for (const leaf of bundle.leaves) {
    const { kind, level, step } = leaf;
    const name = `step '${plan.steps[step]?.id ?? step}' of ${bundle.executionId}`;
    if (kind === "HTTP" && level === 1) {
      context.findings.trust(`what ${name} got as answer: the executor recorded it`);
    }
    if (leaf.kind === "CALL" && leaf.status !== 0 && revertOf(leaf) === null) {
      context.findings.trust(`that the call of ${name} did not succeed: the executor recorded it`);
    }
  }
}
