import { bundleTextHash, splitBundles } from "@deed/protocol/bundle";
import { type Evidence, type RecordProof, recordEvidence } from "@deed/protocol/verify";
import { intentFromJson } from "@deed/sdk";
import { positionOf, recordProofOf } from "../../judge/record-proof.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { DisputeContext } from "./dispute-context.ts";

const SHA256_AT = 2 + 2 * 32;
const SHA256_END = SHA256_AT + 2 * 32;

/** What a contract can judge of a recorded execution, from what this node holds; null when nothing. */
export function findEvidence(
  { store, hasher }: Pick<DisputeContext, "store" | "hasher">,
  batch: BatchRow,
  index: number,
): Evidence | null {
  const record = recordProofOf(batch, index, hasher);
  if (record === null) return null;
  const intent = store.read.intents.get({ intentNo: record.item.intentNo });
  const [first] = recordEvidence(
    {
      record,
      bundle: heldText({ store, hasher }, batch, record),
      plan: intent?.plan ?? null,
      intent: intent === null ? null : intentFromJson(intent.intent),
      revokedBlock: intent?.revokedBlock ?? null,
    },
    hasher,
  );
  return first ?? null;
}

function heldText(
  { store, hasher }: Pick<DisputeContext, "store" | "hasher">,
  { batchNo, posted }: BatchRow,
  { index, record }: RecordProof,
): string | null {
  const held = store.read.batchBundles.get({ batchNo });
  if (held === null) return null;
  const text = splitBundles(new TextDecoder().decode(held.body))[positionOf(posted, index)];
  if (text === undefined) return null;
  return bundleTextHash(text, hasher) === `0x${record.slice(SHA256_AT, SHA256_END)}` ? text : null;
}
