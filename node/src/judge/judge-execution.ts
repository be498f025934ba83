import { parseBundle } from "@deed/protocol/bundle";
import type { Hasher, Json } from "@deed/protocol/encoding";
import { verifyExecution } from "@deed/protocol/verify";
import type { Ledger } from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { Store } from "../store/store.ts";
import { checkEffects } from "./check-effects.ts";
import { establishOccurrence, type OccurrenceParts } from "./establish-occurrence.ts";
import type { PostedExecution } from "./fetch-bundles.ts";
import { fault, type Judgement, unable } from "./judgement.ts";

export interface JudgeParts extends Omit<OccurrenceParts, "chainId" | "executions"> {
  readonly store: Store;
  readonly ledger: Ledger;
  readonly hasher: Hasher;
}

/** Is this record right? Asks nobody's opinion: bundle, own endpoints and the plan decide. */
export async function judgeExecution(
  parts: JudgeParts,
  batch: BatchRow,
  posted: PostedExecution,
): Promise<Judgement> {
  const { record, text } = posted;
  const item = batch.items[posted.index];
  if (item === undefined) return fault("BundleMismatch");
  if (record === null) return fault("BrokenTranscript");
  if (text === null) return unable("no bundle that fits the record");
  const intent = parts.store.read.intents.get({ intentNo: item.intentNo });
  if (intent === null) return unable("the intent is not known here yet");
  const { plan } = intent;
  // What was signed does not compile to this plan root: nobody may run it.
  if (plan === null) return fault("WrongStep");
  const parsed = parseBundle(text);
  const leaves = parsed.kind === "bundle" ? parsed.bundle.leaves : [];
  const { chainId, executions } = parts.ledger.deployment;
  const established = await establishOccurrence(
    { ...parts, chainId, executions },
    { ...intent, plan },
    item,
    claimedTrigger(leaves[0]?.input ?? null),
  );
  if (established.kind !== "occurrence") return established;
  const { executionId, attempt } = item;
  const recorded = { executionId, intentHash: intent.intentHash, attempt, record };
  const result = verifyExecution(plan, established.occurrence, text, recorded, parts.hasher);
  if (result.kind === "divergent") return fault(result.fault, result.leaf);
  return effectsOf(parts, batch, intent, executionId, leaves);
}

async function effectsOf(
  { ledger }: JudgeParts,
  batch: BatchRow,
  intent: Parameters<typeof checkEffects>[0]["intent"],
  executionId: Parameters<typeof checkEffects>[0]["executionId"],
  leaves: Parameters<typeof checkEffects>[1],
): Promise<Judgement> {
  try {
    const found = await checkEffects({ ledger, batch, intent, executionId }, leaves);
    return found ?? { kind: "right" };
  } catch (error) {
    return unable(`reading the ledger failed: ${String(error)}`);
  }
}

function claimedTrigger(input: Json): Json {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  return (input as { readonly trigger?: Json }).trigger ?? null;
}
