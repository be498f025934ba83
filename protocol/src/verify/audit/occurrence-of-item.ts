import type { ExportedExecution } from "../../bundle/run.ts";
import {
  eventOccurrenceId,
  executionId,
  intervalOccurrenceId,
  manualOccurrenceId,
} from "../../encoding/execution-id.ts";
import type { Hasher } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { BatchItem, ClaimEntry } from "../../encoding/item.ts";
import type { OccurrencePayload } from "../../runtime/effect.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import type { AuditedIntent } from "./intent-audit.ts";

/** The occurrence's name, from what it is. */
export function occurrenceIdOf(payload: OccurrencePayload, hasher: Hasher): Hex {
  switch (payload.kind) {
    case "event":
      return eventOccurrenceId(payload, hasher);
    case "interval":
      return intervalOccurrenceId(payload.ordinal, hasher);
    case "manual":
      return manualOccurrenceId(payload.ordinal, hasher);
  }
}

/** The item at the execution's place, from the claim's own words; null when something is missing. */
export function claimedItem(
  context: AuditContext,
  execution: ExportedExecution,
  intent: AuditedIntent | null,
  batch: AuditedBatch,
): BatchItem | null {
  const position = batch.claimed[execution.index];
  if (position === undefined || intent === null) return null;
  if (position.kind === "item") return position.item;
  const { run, hasher } = context;
  const { entry } = position;
  const named = namesOf(entry, intent, hasher);
  if (named === null) return null;
  const ledger = { chainId: run.chainId, executions: run.contracts.executions };
  return {
    executionId: executionId(ledger, intent.intentHash, named.occurrenceId, hasher),
    intentNo: entry.intentNo,
    attempt: 1,
    ordinal: entry.kind === "event" ? 0 : entry.ordinal,
    t0Sec: named.t0Sec,
  };
}

function namesOf(
  entry: ClaimEntry,
  intent: AuditedIntent,
  hasher: Hasher,
): { readonly occurrenceId: Hex; readonly t0Sec: number } | null {
  switch (entry.kind) {
    case "event":
      return entry;
    case "interval": {
      const startSec = intent.registration.timestampSec;
      if (startSec === null) return null;
      const t0Sec = startSec + entry.ordinal * intent.intent.periodSec;
      return { occurrenceId: intervalOccurrenceId(entry.ordinal, hasher), t0Sec };
    }
    case "manual":
      return {
        occurrenceId: manualOccurrenceId(entry.ordinal, hasher),
        t0Sec: entry.firedAtSec,
      };
  }
}
