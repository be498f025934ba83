import type { BatchItem } from "@deed/protocol/encoding";
import {
  eventOccurrenceId,
  executionId,
  fireDigest,
  type Hex,
  intervalOccurrenceId,
  type Json,
  jsonHash,
  manualOccurrenceId,
  nobleRecovery,
} from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Occurrence, OccurrencePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import { readOccurrence } from "../chain-events/read-occurrence.ts";
import { isWanted } from "../chain-events/where-clause.ts";
import type { IntentRow } from "../store/intents.ts";
import { fault, type Judgement, unable } from "./judgement.ts";

export interface OccurrenceParts {
  readonly chainId: number;
  readonly executions: Hex;
  /** Intents' EIP-712 domain separator. */
  readonly intentsDomain: Hex;
  /** This node's own endpoints by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
}

export type Established =
  | { readonly kind: "occurrence"; readonly occurrence: Occurrence }
  | Exclude<Judgement, { kind: "right" }>;

/**
 * The occurrence as this node knows it. `claimed` is what the bundle's trigger leaf says: it tells
 * where to look, never what is true.
 */
export async function establishOccurrence(
  parts: OccurrenceParts,
  intent: IntentRow & { readonly plan: Plan },
  item: BatchItem,
  claimed: Json,
): Promise<Established> {
  switch (intent.plan.trigger.kind) {
    case "interval":
      return named(parts, intent, item, intervalOccurrenceId(item.ordinal), {
        kind: "interval",
        ordinal: item.ordinal,
      });
    case "manual":
      return manual(parts, intent, item, claimed);
    case "event":
      return event(parts, intent, item, claimed);
  }
}

function manual(
  parts: OccurrenceParts,
  intent: IntentRow,
  item: BatchItem,
  claimed: Json,
): Established {
  const payload = claimed as Extract<OccurrencePayload, { kind: "manual" }> | null;
  if (payload?.kind !== "manual" || payload.ordinal !== item.ordinal) return wrongTrigger();
  if (payload.firedAtSec !== item.t0Sec) return wrongTrigger();
  const fire = { ...payload, intentHash: intent.intentHash, inputHash: jsonHash(payload.input) };
  const digest = fireDigest(fire, parts.intentsDomain);
  // The contract took the claim with this signature, or a wallet contract's word; a key is checked again.
  const recovered = nobleRecovery.recover(digest, payload.signature);
  if (recovered !== intent.owner) return wrongTrigger();
  return named(parts, intent, item, manualOccurrenceId(item.ordinal), payload);
}

async function event(
  parts: OccurrenceParts,
  intent: IntentRow & { readonly plan: Plan },
  item: BatchItem,
  claimed: Json,
): Promise<Established> {
  const { trigger } = intent.plan;
  if (trigger.kind !== "event") return wrongTrigger();
  const place = claimed as { readonly txHash?: unknown; readonly logOrdinal?: unknown } | null;
  const { txHash, logOrdinal } = place ?? {};
  if (typeof txHash !== "string" || typeof logOrdinal !== "number") return wrongTrigger();
  const rpc = parts.chains.get(trigger.chainId);
  if (rpc === undefined) return unable(`no endpoint of chain ${trigger.chainId}`);
  let seen: Awaited<ReturnType<typeof readOccurrence>>;
  try {
    seen = await readOccurrence(rpc, trigger, { txHash: txHash as Hex, logOrdinal });
  } catch (error) {
    return unable(`reading the event failed: ${String(error)}`);
  }
  if (seen === null || seen.blockTimeSec !== item.t0Sec || !isWanted(trigger, seen)) {
    return wrongTrigger();
  }
  return named(parts, intent, item, eventOccurrenceId(seen.payload), seen.payload);
}

/** The name must be the one that was claimed: it is what the ledger lets happen once. */
function named(
  parts: OccurrenceParts,
  intent: IntentRow,
  item: BatchItem,
  occurrenceId: Hex,
  payload: OccurrencePayload,
): Established {
  const name = executionId(parts, intent.intentHash, occurrenceId);
  if (name !== item.executionId) return wrongTrigger();
  const occurrence = { executionId: name, occurrenceId, nowSec: item.t0Sec, payload };
  return { kind: "occurrence", occurrence };
}

function wrongTrigger(): Established {
  return fault("WrongTrigger");
}
