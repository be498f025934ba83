import type { ExportedExecution } from "../../bundle/run.ts";
import {
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  heightOccurrenceId,
} from "../../encoding/execution-id.ts";
import type { Hasher } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { BatchItem } from "../../encoding/item.ts";
import { occurrenceOfEntry } from "../../encoding/tick.ts";
import type { OccurrencePayload, PhasePayload } from "../../runtime/effect.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import { type AuditedIntent, slotOf } from "./intent-audit.ts";

/** The occurrence's name, from what it is. */
export function occurrenceIdOf(payload: OccurrencePayload, hasher: Hasher): Hex {
  switch (payload.kind) {
    case "event":
      return eventOccurrenceId(payload, hasher);
    case "composite":
      return phaseOccurrenceId(payload.of, hasher);
    default:
      return denseOccurrenceId(payload.kind, payload.ordinal, hasher);
  }
}

/** The name of a composite's occurrence. */
function phaseOccurrenceId(payload: PhasePayload, hasher: Hasher): Hex {
  switch (payload.kind) {
    case "event":
      return eventOccurrenceId(payload, hasher);
    case "height":
      return heightOccurrenceId(payload, hasher);
    default:
      return denseOccurrenceId(payload.kind, payload.ordinal, hasher);
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
  const slot = slotOf(intent);
  if (slot === null) return null;
  const named = occurrenceOfEntry(entry, slot, hasher);
  const ledger = { chainId: run.chainId, executions: run.contracts.executions };
  return {
    executionId: executionId(ledger, intent.intentHash, named.occurrenceId, hasher),
    intentNo: entry.intentNo,
    attempt: 1,
    ordinal: named.ordinal,
    t0Sec: named.t0Sec,
  };
}
