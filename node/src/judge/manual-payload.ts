import { type Hex, isHex, type Json } from "@deed/protocol/encoding";
import type { OccurrencePayload } from "@deed/protocol/runtime";

export type ManualPayload = Extract<OccurrencePayload, { kind: "manual" }>;

const LATEST_SEC = 2 ** 40 - 1;

/** A fire as a transcript tells it; null when it has not exactly that form. Whatever comes, it answers. */
export function readManualPayload(claimed: Json): ManualPayload | null {
  if (typeof claimed !== "object" || claimed === null || Array.isArray(claimed)) return null;
  const fields = claimed as { readonly [name: string]: Json | undefined };
  const { kind, ordinal, input, firedAtSec, validUntilSec, signature } = fields;
  if (kind !== "manual" || input === undefined || Object.keys(fields).length !== 6) return null;
  if (!isCount(ordinal, Number.MAX_SAFE_INTEGER)) return null;
  if (!isCount(firedAtSec, LATEST_SEC) || !isCount(validUntilSec, LATEST_SEC)) return null;
  if (!isHex(signature, 65)) return null;
  return { kind, ordinal, input, firedAtSec, validUntilSec, signature: signature as Hex };
}

function isCount(value: Json | undefined, largest: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= largest;
}
