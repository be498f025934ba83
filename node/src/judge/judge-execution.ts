import { parseBundle } from "@deed/protocol/bundle";
import type { Json } from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";
import { type RecomputeParts, recompute } from "../scripts/recompute.ts";
import type { BatchRow } from "../store/batches.ts";
import { REFUSED_HERE } from "../store/intents.ts";
import type { Store } from "../store/store.ts";
import { checkEffects } from "./check-effects.ts";
import { claimedFire } from "./claimed-fire.ts";
import { establishOccurrence, type OccurrenceParts } from "./establish-occurrence.ts";
import type { PostedExecution } from "./fetch-bundles.ts";
import { firstClaim } from "./first-claim.ts";
import { fault, type Judgement, unable } from "./judgement.ts";
import type { LedgerReader } from "./ledger-reader.ts";

export interface JudgeParts
  extends Omit<OccurrenceParts, "chainId" | "executions" | "claimedFire" | "firstClaim">,
    RecomputeParts {
  readonly store: Store;
  readonly ledger: Ledger;
}

/**
 * Is this record right? Asks nobody's opinion: bundle, own endpoints and the plan decide. Whatever an
 * executor wrote, it answers.
 */
export async function judgeExecution(
  parts: JudgeParts,
  batch: BatchRow,
  posted: PostedExecution,
  reader: LedgerReader,
): Promise<Judgement> {
  try {
    return await judge(parts, batch, posted, reader);
  } catch (error) {
    return unable("JUDGE_FAILED", String(error));
  }
}

async function judge(
  parts: JudgeParts,
  batch: BatchRow,
  posted: PostedExecution,
  reader: LedgerReader,
): Promise<Judgement> {
  const { record, text } = posted;
  const item = batch.items[posted.index];
  if (item === undefined) return fault("BundleMismatch");
  if (record === null) return fault("BrokenTranscript");
  const intent = parts.store.read.intents.get({ intentNo: item.intentNo });
  if (intent === null) return unable("INTENT_UNKNOWN");
  const { plan, refusal } = intent;
  if (plan === null) {
    // What was signed does not compile to this plan root: nobody may run it.
    if (!refusal?.startsWith(REFUSED_HERE)) return fault("WrongStep");
    return unable("INTENT_REFUSED_HERE", refusal);
  }
  if (text === null) return unable("NO_BUNDLE");
  const parsed = parseBundle(text);
  if (parsed.kind === "malformed") return fault("BrokenTranscript", parsed.leaf);
  const { leaves } = parsed.bundle;
  const { chainId, executions } = parts.ledger.deployment;
  const established = await establishOccurrence(
    {
      ...parts,
      chainId,
      executions,
      claimedFire: (of) => claimedFire(parts, batch, of),
      firstClaim: (of) => firstClaim(parts, batch, of),
    },
    { ...intent, plan },
    item,
    claimedTrigger(leaves[0]?.input ?? null),
  );
  if (established.kind !== "occurrence") return established;
  const { executionId, attempt } = item;
  const recorded = { executionId, intentHash: intent.intentHash, attempt, record };
  const { occurrence } = established;
  const result = await recompute(parts, { plan, occurrence, text, recorded });
  if (result.kind === "unable") return result;
  if (result.kind === "divergent") return fault(result.fault, result.leaf);
  try {
    const found = await checkEffects({ reader, batch, intent, executionId }, leaves);
    return found ?? { kind: "right" };
  } catch (error) {
    return unable("ENDPOINT_FAILED", String(error));
  }
}

function claimedTrigger(input: Json): Json {
  if (typeof input !== "object" || input === null || Array.isArray(input)) return null;
  return (input as { readonly trigger?: Json }).trigger ?? null;
}
