import type { ExportedExecution } from "../../bundle/run.ts";
import { jsonHash } from "../../encoding/canonical-json.ts";
import { executionId } from "../../encoding/execution-id.ts";
import { itemLeaf } from "../../encoding/item.ts";
import { pathLength, verifyPath } from "../../encoding/merkle.ts";
import { fireDigest } from "../../encoding/owner-structures.ts";
import { rankOf, rankStart } from "../../encoding/rank.ts";
import { domainSeparator } from "../../encoding/typed-data.ts";
import type { OccurrencePayload } from "../../runtime/effect.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import { all, type CheckName, type Finding, failed, ok, same, unknown } from "./check.ts";
import type { AuditedDraw } from "./committee-audit.ts";
import { finalityFinding } from "./finality.ts";
import type { AuditedIntent } from "./intent-audit.ts";
import { claimedItem, occurrenceIdOf } from "./occurrence-of-item.ts";
import { auditRecord } from "./record-audit.ts";
import { tickFinding } from "./tick-audit.ts";

/** What stands around an execution in the file; null where it is missing. */
export interface Surroundings {
  readonly intent: AuditedIntent | null;
  readonly batch: AuditedBatch | null;
  readonly draws: readonly AuditedDraw[];
}

/** Checks one execution: its name, its place, its trigger, its record and run, its end. */
export function auditExecution(
  context: AuditContext,
  execution: ExportedExecution,
  around: Surroundings,
): void {
  const subject = `execution ${execution.executionId}`;
  const add = (name: CheckName, finding: Finding) => context.findings.add(name, subject, finding);
  const { intent, batch } = around;
  add("execution-id", idFinding(context, execution));
  if (batch === null) {
    add("item", unknown(`the file does not show batch ${execution.batchNo}`));
    return;
  }
  const item = claimedItem(context, execution, intent, batch);
  if (item === null || intent === null) {
    add("item", unknown("claim or registration is missing"));
  } else {
    add("item", itemFinding(execution, intent, item));
    add("item-leaf", leafFinding(context, execution, batch, item));
    add("rank", rankFinding(context, execution, batch, item.t0Sec));
  }
  add(
    "trigger",
    intent === null
      ? unknown("no registration")
      : triggerFinding(context, execution, intent, batch),
  );
  auditRecord(context, execution, around, item, add);
  add("finality", finalityFinding(context, execution, around));
}

function idFinding(context: AuditContext, execution: ExportedExecution): Finding {
  const { run, hasher } = context;
  const { occurrence, intentHash } = execution;
  const occurrenceId = occurrenceIdOf(occurrence.payload, hasher);
  const ledger = { chainId: run.chainId, executions: run.contracts.executions };
  const id = executionId(ledger, intentHash, occurrenceId, hasher);
  return all([
    same("occurrence", occurrenceId, occurrence.occurrenceId),
    same("execution", id, execution.executionId),
    same("execution of the occurrence", id, occurrence.executionId),
  ]);
}

type Item = NonNullable<ReturnType<typeof claimedItem>>;

function itemFinding(execution: ExportedExecution, intent: AuditedIntent, item: Item): Finding {
  return all([
    same("intent", intent.intentNo, item.intentNo),
    same("execution", item.executionId, execution.executionId),
    same("t0", item.t0Sec, execution.occurrence.nowSec),
  ]);
}

function leafFinding(
  context: AuditContext,
  execution: ExportedExecution,
  batch: AuditedBatch,
  item: Item,
): Finding {
  const { index, itemPath } = execution;
  const count = batch.claimed.length;
  if (itemPath.length < pathLength(index, count)) {
    return unknown("the file has not all of the item's path to the signed root");
  }
  const leaf = itemLeaf(item, context.hasher);
  return verifyPath(batch.itemsRoot, leaf, index, count, itemPath, context.hasher)
    ? ok()
    : failed("the item does not stand at its place under the signed root");
}

// The ledger itself refuses a claim before its rank's time; the audit says which rank it was.
function rankFinding(
  context: AuditContext,
  execution: ExportedExecution,
  batch: AuditedBatch,
  t0Sec: number,
): Finding {
  const { generation, node, claim } = batch;
  if (generation === null || node === null || claim === null) {
    return unknown("claim, node or generation is missing");
  }
  const { executors, seed } = generation;
  const position = executors.indexOf(node.operatorNo);
  if (position < 0) return failed(`operator ${node.operatorNo} is no executor of the generation`);
  const start = rankStart(seed, execution.executionId, executors.length, context.hasher);
  const rank = rankOf(position, start, executors.length);
  if (claim.timestampSec === null) return unknown("the claim's block is missing");
  const lateSec = claim.timestampSec - t0Sec;
  if (lateSec < 0) return failed(`claimed ${-lateSec} s before its time`);
  return ok(`rank ${rank} of ${executors.length}, ${lateSec} s after its time`);
}

function triggerFinding(
  context: AuditContext,
  execution: ExportedExecution,
  intent: AuditedIntent,
  batch: AuditedBatch,
): Finding {
  const { payload } = execution.occurrence;
  switch (payload.kind) {
    case "interval":
    case "start":
    case "cron":
    case "block":
      return tickFinding(context, execution, intent, batch);
    case "event":
      context.findings.trust(
        `log ${payload.logOrdinal} of transaction ${payload.txHash} on chain ${payload.chainId} is the event that fired ${execution.executionId}`,
      );
      return ok("named by the place of its log; the verifiers looked at the log itself");
    case "composite":
      context.findings.trust(
        `${phaseText(payload)} fired ${execution.executionId} at ${execution.occurrence.nowSec}`,
      );
      return ok("the verifiers looked at what it names, and at the first occurrence");
    case "manual":
      return manualFinding(context, execution, intent, batch);
  }
}

/** What an auditor takes the verifiers' word for. */
function phaseText({ phase, of }: Extract<OccurrencePayload, { kind: "composite" }>): string {
  const which = phase === "first" ? "the first occurrence" : "a later occurrence";
  switch (of.kind) {
    case "event":
      return `${which}, log ${of.logOrdinal} of transaction ${of.txHash} on chain ${of.chainId},`;
    case "height":
      return `${which}, block ${of.height} of chain ${of.chainId} with hash ${of.blockHash},`;
    case "start":
      return `${which}, its time,`;
    default:
      return `${which}, tick ${of.ordinal} counted from the first,`;
  }
}

function manualFinding(
  context: AuditContext,
  execution: ExportedExecution,
  intent: AuditedIntent,
  batch: AuditedBatch,
): Finding {
  const { payload, nowSec } = execution.occurrence;
  if (payload.kind !== "manual") return failed("no manual trigger");
  const { ordinal, firedAtSec, validUntilSec, signature } = payload;
  const inputHash = jsonHash(payload.input, context.hasher);
  const fire = { intentHash: intent.intentHash, ordinal, inputHash, firedAtSec, validUntilSec };
  const { run, hasher } = context;
  const domain = { chainId: run.chainId, verifyingContract: run.contracts.intents };
  const digest = fireDigest(fire, domainSeparator(domain, hasher), hasher);
  const time = same("t0", firedAtSec, nowSec);
  if (context.recovery.recover(digest, signature) === intent.intent.owner) return time;
  const position = batch.claimed[execution.index];
  if (position === undefined || position.kind === "item") {
    return unknown("no key's signature, and the file does not show the first claim");
  }
  const { entry } = position;
  const isClaimed =
    entry.kind === "manual" &&
    entry.inputHash === inputHash &&
    entry.validUntilSec === validUntilSec &&
    entry.signature === signature;
  if (!isClaimed) return failed("the owner did not sign the fire");
  if (batch.claim?.proof[0] !== "ok") return batch.claim?.proof ?? unknown("no claim");
  context.findings.trust(
    `the wallet contract ${intent.intent.owner} signed fire ${digest}, as the ledger found at the claim`,
  );
  return time;
}
