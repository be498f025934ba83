import {
  type BatchItem,
  denseOccurrenceId,
  eventOccurrenceId,
  type Hex,
  isHex,
  type Json,
} from "@deed/protocol/encoding";
import {
  type CompositeTrigger,
  cronMatches,
  type EventTrigger,
  parseCron,
} from "@deed/protocol/plan";
import type { OccurrencePayload, PhasePayload } from "@deed/protocol/runtime";
import { type FirstBook, firstChainOf } from "../chain-events/first-book.ts";
import { type FirstOccurrence, isAfterFirst } from "../chain-events/first-occurrence.ts";
import { isAfterRegistration } from "../chain-events/is-after-registration.ts";
import { EventReader } from "../chain-events/read-occurrence.ts";
import { isWanted } from "../chain-events/where-clause.ts";
import type { IntentRow } from "../store/intents.ts";
import { requireCaughtUp } from "./judgement.ts";

export interface CompositeParts {
  readonly chainId: number;
  readonly firsts: FirstBook;
}

/** A composite's occurrence, as this node's endpoints show it. */
export interface NamedPhase {
  readonly occurrenceId: Hex;
  readonly payload: OccurrencePayload;
}

interface Claimed {
  readonly intent: IntentRow;
  readonly trigger: CompositeTrigger;
  readonly item: BatchItem;
}

/**
 * The occurrence of a composite that an item names, null where there is none at its time. `said` is what the
 * bundle says: it tells where to look. Errors: RpcError, ChainEventError, EndpointBehindError, NoEndpointError.
 */
export async function establishComposite(
  parts: CompositeParts,
  claimed: Claimed,
  said: Json,
): Promise<NamedPhase | null> {
  const { intent, trigger, item } = claimed;
  const { phase, of } = phaseOf(said);
  if (phase === null) return null;
  const first = await parts.firsts.of({ intent, trigger });
  if (first === null) {
    const chainId = firstChainOf(trigger, parts.chainId);
    await requireCaughtUp(parts.firsts.rpcOf(chainId), item.t0Sec);
    return null;
  }
  if (phase === "first") {
    if (first.t0Sec !== item.t0Sec) return null;
    return {
      occurrenceId: first.occurrenceId,
      payload: { kind: "composite", phase, of: first.payload },
    };
  }
  const later = await establishLater(parts, claimed, first, of);
  if (later === null) return null;
  return { occurrenceId: later.occurrenceId, payload: { kind: "composite", phase, of: later.of } };
}

interface Later {
  readonly occurrenceId: Hex;
  readonly of: PhasePayload;
}

async function establishLater(
  parts: CompositeParts,
  claimed: Claimed,
  first: FirstOccurrence,
  said: Said,
): Promise<Later | null> {
  const { repeat } = claimed.trigger;
  const { t0Sec } = claimed.item;
  const { ordinal } = said;
  switch (repeat?.kind) {
    case undefined:
      return null;
    case "interval":
      if (ordinal === null || ordinal < 1) return null;
      return first.t0Sec + ordinal * repeat.periodSec === t0Sec ? tick("interval", ordinal) : null;
    case "cron": {
      const cron = parseCron(repeat.expression);
      const isDue = ordinal !== null && ordinal * 60 === t0Sec && t0Sec > first.t0Sec;
      if (!isDue || "problem" in cron || !cronMatches(cron, ordinal)) return null;
      return tick("cron", ordinal);
    }
    case "event":
      return await laterEvent(parts, claimed, first, repeat, said);
  }
}

function tick(kind: "interval" | "cron", ordinal: number): Later {
  return { occurrenceId: denseOccurrenceId(kind, ordinal), of: { kind, ordinal } };
}

async function laterEvent(
  parts: CompositeParts,
  { intent, item }: Claimed,
  first: FirstOccurrence,
  trigger: EventTrigger,
  { txHash, logOrdinal }: Said,
): Promise<Later | null> {
  if (txHash === null || logOrdinal === null) return null;
  const rpc = parts.firsts.rpcOf(trigger.chainId);
  const seen = await new EventReader(rpc).at(trigger, { txHash, logOrdinal });
  if (seen === null) {
    await requireCaughtUp(rpc, item.t0Sec);
    return null;
  }
  const isDue =
    seen.blockTimeSec === item.t0Sec &&
    isAfterRegistration(intent, seen, parts.chainId) &&
    isAfterFirst(first, seen) &&
    isWanted(trigger, seen);
  return isDue ? { occurrenceId: eventOccurrenceId(seen.payload), of: seen.payload } : null;
}

/** Where a bundle says that its occurrence is. */
interface Said {
  readonly ordinal: number | null;
  readonly txHash: Hex | null;
  readonly logOrdinal: number | null;
}

// Read before anybody is asked: an endpoint's refusal of nonsense would pass for its failure.
function phaseOf(said: Json): { readonly phase: "first" | "repeat" | null; readonly of: Said } {
  const { phase, of } = fieldsOf(said);
  const { ordinal, txHash, logOrdinal } = fieldsOf(of ?? null);
  const isPhase = phase === "first" || phase === "repeat";
  return {
    phase: isPhase ? phase : null,
    of: {
      ordinal: countOf(ordinal),
      txHash: isHex(txHash, 32) ? txHash : null,
      logOrdinal: countOf(logOrdinal),
    },
  };
}

function fieldsOf(json: Json): { readonly [key: string]: Json | undefined } {
  const isMap = typeof json === "object" && json !== null && !Array.isArray(json);
  return isMap ? (json as { readonly [key: string]: Json }) : {};
}

function countOf(json: Json | undefined): number | null {
  return Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : null;
}
