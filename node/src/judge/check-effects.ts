import { type Hex, keccak256 } from "@deed/protocol/encoding";
import type { CallReceipt } from "@deed/protocol/runtime";
import type { Leaf } from "@deed/protocol/transcript";
import { decodeLedgerLog, type EventOf, type Ledger, type RawLog } from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { IntentRow } from "../store/intents.ts";
import { fault, type Judgement } from "./judgement.ts";

export interface EffectParts {
  readonly ledger: Ledger;
  readonly batch: BatchRow;
  readonly intent: IntentRow;
  readonly executionId: Hex;
}

interface Receipt {
  readonly status: Hex;
  readonly logs: readonly RawLog[];
}

/**
 * Compares a transcript's effects with the ledger. Errors: RpcError, when this node cannot look.
 * @returns null when nothing contradicts.
 */
export async function checkEffects(
  parts: EffectParts,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  for (const leaf of leaves) {
    const found = isLate(parts, leaf) ?? (await checkAnchor(parts, leaf, leaves));
    if (found !== null) return found;
    if (leaf.kind !== "CALL" || leaf.status !== 0) continue;
    if (!(await happened(parts, leaf))) return fault("WrongEffect", leaf.index);
  }
  return null;
}

/** An effect that began when the executor knew of the revocation. */
function isLate({ intent }: EffectParts, leaf: Leaf): Judgement | null {
  const isEffect = leaf.kind === "HTTP" || leaf.kind === "CALL";
  if (!isEffect || leaf.status === 3 || intent.revokedBlock === null) return null;
  return leaf.anchorNumber >= intent.revokedBlock
    ? fault("EffectAfterRevocation", leaf.index)
    : null;
}

/** Anchors must be blocks of this ledger, none older than the claim. */
async function checkAnchor(
  { ledger, batch }: EffectParts,
  leaf: Leaf,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  const before = leaves[leaf.index - 1];
  if (before?.anchorNumber === leaf.anchorNumber && before.anchorHash === leaf.anchorHash) {
    return null;
  }
  if (leaf.anchorNumber < batch.claimBlock) return fault("BrokenTranscript", leaf.index);
  const block = await ledger.block(leaf.anchorNumber);
  return block?.hash === leaf.anchorHash ? null : fault("BrokenTranscript", leaf.index);
}

async function happened({ ledger, executionId }: EffectParts, leaf: Leaf): Promise<boolean> {
  const { txHash, blockNumber, blockHash, returned } = leaf.output as unknown as CallReceipt;
  const input = leaf.input as { readonly target: Hex; readonly callData: Hex };
  const receipt = await ledger.rpc.request<Receipt | null>("eth_getTransactionReceipt", [txHash]);
  const acted = receipt?.logs
    .map((log) => decodeLedgerLog(ledger.deployment, log))
    .find(
      (event): event is EventOf<"Acted"> =>
        event?.name === "Acted" && event.executionId === executionId && event.step === leaf.step,
    );
  if (acted === undefined) return false;
  return (
    acted.place.blockNumber === blockNumber &&
    acted.place.blockHash === blockHash &&
    acted.target === input.target &&
    acted.callDataHash === keccak256(input.callData) &&
    acted.returned === returned
  );
}
