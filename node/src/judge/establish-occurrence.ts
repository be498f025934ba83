import type { BatchItem } from "@deed/protocol/encoding";
import {
  denseOccurrenceId,
  eventOccurrenceId,
  executionId,
  fireDigest,
  type Hex,
  isHex,
  type Json,
  jsonHash,
  nobleRecovery,
  type SignatureRecovery,
} from "@deed/protocol/encoding";
import type { CompositeTrigger, Plan } from "@deed/protocol/plan";
import type { Occurrence, OccurrencePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import { type FirstBook, NoEndpointError } from "../chain-events/first-book.ts";
import { isAfterRegistration } from "../chain-events/is-after-registration.ts";
import { EventReader, type SeenEvent } from "../chain-events/read-occurrence.ts";
import { isWanted } from "../chain-events/where-clause.ts";
import type { IntentRow } from "../store/intents.ts";
import type { ManualEntry } from "./claimed-fire.ts";
import { establishComposite } from "./establish-composite.ts";
import { establishTick, type TickTrigger } from "./establish-tick.ts";
import type { FirstClaim } from "./first-claim.ts";
import { fault, type Judgement, requireCaughtUp, unable } from "./judgement.ts";
import { type ManualPayload, readManualPayload } from "./manual-payload.ts";

export interface OccurrenceParts {
  readonly chainId: number;
  readonly executions: Hex;
  /** Intents' EIP-712 domain separator. */
  readonly intentsDomain: Hex;
  /** Left out: in JavaScript. */
  readonly recovery?: SignatureRecovery;
  /** This node's own endpoints by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
  readonly firsts: FirstBook;
  /** The fire with which the ledger took the first claim. Errors: RpcError, EndpointBehindError. */
  claimedFire(item: BatchItem): Promise<ManualEntry | null>;
  /** When it was claimed first. Errors: RpcError, EndpointBehindError. */
  firstClaim(item: BatchItem): Promise<FirstClaim>;
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
  // Beyond 2^53 an ordinal has no JSON form: nobody may run it (spec 02).
  if (!Number.isSafeInteger(item.ordinal)) return wrongTrigger();
  try {
    switch (intent.plan.trigger.kind) {
      case "interval":
      case "cron":
      case "block":
      case "start":
        return await tick(parts, intent, intent.plan.trigger, item);
      case "manual":
        return await manual(parts, intent, item, claimed);
      case "event":
        return await event(parts, intent, item, claimed);
      case "composite":
        return await composite(parts, intent, intent.plan.trigger, item, claimed);
    }
  } catch (error) {
    if (error instanceof NoEndpointError) return unable("NO_ENDPOINT", error.message);
    return unable("ENDPOINT_FAILED", String(error));
  }
}

async function tick(
  parts: OccurrenceParts,
  intent: IntentRow,
  trigger: TickTrigger,
  item: BatchItem,
): Promise<Established> {
  const rpc = parts.chains.get(parts.chainId);
  const payload = await establishTick({ ...parts, rpc }, intent, trigger, item);
  if (payload === null) return wrongTrigger();
  const occurrenceId = denseOccurrenceId(trigger.kind, item.ordinal);
  return named(parts, intent, item, occurrenceId, payload);
}

async function manual(
  parts: OccurrenceParts,
  intent: IntentRow,
  item: BatchItem,
  claimed: Json,
): Promise<Established> {
  const payload = readManualPayload(claimed);
  if (payload === null || payload.ordinal !== item.ordinal) return wrongTrigger();
  if (payload.firedAtSec !== item.t0Sec) return wrongTrigger();
  const fire = { ...payload, intentHash: intent.intentHash, inputHash: jsonHash(payload.input) };
  const digest = fireDigest(fire, parts.intentsDomain);
  const recovery = parts.recovery ?? nobleRecovery;
  const recovered = recovery.recover(digest, payload.signature);
  // A wallet's signature shows no key: the contract asked the wallet at the claim, and its fire counts.
  const isFired =
    recovered === intent.owner ||
    isSameFire(await parts.claimedFire(item), payload, fire.inputHash);
  if (!isFired) return wrongTrigger();
  return named(parts, intent, item, denseOccurrenceId("manual", item.ordinal), payload);
}

function isSameFire(entry: ManualEntry | null, payload: ManualPayload, inputHash: Hex): boolean {
  return (
    entry !== null &&
    entry.inputHash === inputHash &&
    entry.firedAtSec === payload.firedAtSec &&
    entry.validUntilSec === payload.validUntilSec &&
    entry.signature === payload.signature
  );
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
  // Checked before anybody is asked: an endpoint's refusal of nonsense would pass for its failure.
  if (!isHex(txHash, 32) || !Number.isSafeInteger(logOrdinal) || (logOrdinal as number) < 0) {
    return wrongTrigger();
  }
  const rpc = parts.chains.get(trigger.chainId);
  if (rpc === undefined) return unable("NO_ENDPOINT", `chain ${trigger.chainId}`);
  const at = { txHash, logOrdinal: logOrdinal as number };
  const seen: SeenEvent | null = await new EventReader(rpc).at(trigger, at);
  if (seen === null) {
    await requireCaughtUp(rpc, item.t0Sec);
    return wrongTrigger();
  }
  const isDue =
    seen.blockTimeSec === item.t0Sec &&
    isAfterRegistration(intent, seen, parts.chainId) &&
    isWanted(trigger, seen);
  if (!isDue) return wrongTrigger();
  return named(parts, intent, item, eventOccurrenceId(seen.payload), seen.payload);
}

async function composite(
  parts: OccurrenceParts,
  intent: IntentRow,
  trigger: CompositeTrigger,
  item: BatchItem,
  claimed: Json,
): Promise<Established> {
  const found = await establishComposite(parts, { intent, trigger, item }, claimed);
  if (found === null) return wrongTrigger();
  return named(parts, intent, item, found.occurrenceId, found.payload);
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
