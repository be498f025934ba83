import { type Hex, keccak256 } from "@deed/protocol/encoding";
import type { Leaf } from "@deed/protocol/transcript";
import { isLate, isReceipt } from "@deed/protocol/verify";
import { decodeLedgerLog, type EventOf, type RawLog } from "@deed/sdk";
import type { BatchRow } from "../store/batches.ts";
import type { IntentRow } from "../store/intents.ts";
import { fault, type Judgement } from "./judgement.ts";
import type { LedgerReader } from "./ledger-reader.ts";
import { untoldAction } from "./untold-action.ts";

/** The gateway judges expiry by block time, the transcript's times are the executor's. */
const CLOCKS_DIFFER_SEC = 2;

export interface EffectParts {
  readonly reader: LedgerReader;
  readonly batch: BatchRow;
  readonly intent: IntentRow;
  readonly executionId: Hex;
}

/**
 * Compares a transcript's effects with the ledger. Errors: RpcError, EndpointBehindError, when this
 * node cannot look.
 * @returns null when nothing contradicts.
 */
export async function checkEffects(
  parts: EffectParts,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  for (const leaf of leaves) {
    const found =
      lateness(parts, leaf) ??
      isNotRevoked(parts, leaf) ??
      (await checkAnchor(parts, leaf, leaves));
    if (found !== null) return found;
    if (leaf.kind !== "CALL" || leaf.status !== 0) continue;
    if (!(await happened(parts, leaf))) return fault("WrongEffect", leaf.index);
  }
  const unproven = await unprovenRevert(parts, leaves);
  if (unproven !== null) return unproven;
  return untoldAction({ ...parts, plan: parts.intent.plan }, leaves);
}

/** A request that began when the executor knew of the revocation. Calls after it the ledger refuses by itself. */
function lateness({ intent }: EffectParts, leaf: Leaf): Judgement | null {
  return isLate(leaf, intent.revokedBlock) ? fault("EffectAfterRevocation", leaf.index) : null;
}

/**
 * Who says that an intent was revoked or has expired, and did not act, must be right by the time of the
 * record: else anybody could be refused in the ledger's name.
 */
function isNotRevoked({ intent, batch }: EffectParts, leaf: Leaf): Judgement | null {
  if (leaf.status !== 3 || errorCodeOf(leaf) !== "REVOKED") return null;
  const { revokedBlock, validUntilSec } = intent;
  const newest = batch.recordBlock ?? leaf.anchorNumber;
  if (revokedBlock !== null && revokedBlock <= newest) return null;
  const hasExpired = leaf.endedMs >= (validUntilSec - CLOCKS_DIFFER_SEC) * 1000;
  return hasExpired ? null : fault("WrongEffect", leaf.index);
}

function errorCodeOf({ output }: Leaf): unknown {
  return (output as { readonly error?: { readonly code?: unknown } } | null)?.error?.code;
}

/** Anchors must be blocks of this ledger, from the claim to the record. */
async function checkAnchor(
  { reader, batch }: EffectParts,
  leaf: Leaf,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  const before = leaves[leaf.index - 1];
  if (before?.anchorNumber === leaf.anchorNumber && before.anchorHash === leaf.anchorHash) {
    return null;
  }
  const newest = batch.recordBlock ?? leaf.anchorNumber;
  if (leaf.anchorNumber < batch.claimBlock || leaf.anchorNumber > newest) {
    return fault("BrokenTranscript", leaf.index);
  }
  const hash = await reader.blockHash(leaf.anchorNumber);
  return hash === leaf.anchorHash ? null : fault("BrokenTranscript", leaf.index);
}

/** That a target reverted is for the gateway to say: each such leaf needs an event of its own (spec 09). */
async function unprovenRevert(
  { reader, batch, executionId }: EffectParts,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  const told = leaves.filter((leaf) => revertOf(leaf) !== null);
  if (told.length === 0) return null;
  const events = (await reader.actionsOf(batch)).filter(
    (event): event is EventOf<"ActionReverted"> =>
      event.name === "ActionReverted" &&
      event.executionId === executionId &&
      event.nodeNo === batch.nodeNo,
  );
  for (const leaf of told) {
    const returned = revertOf(leaf);
    const found = events.findIndex(
      (event) => event.step === leaf.step && event.returned === returned,
    );
    if (found < 0) return fault("WrongEffect", leaf.index);
    events.splice(found, 1);
  }
  return null;
}

/** What a target reverted with, as a leaf says; null for any other leaf. */
function revertOf(leaf: Leaf): string | null {
  if (leaf.kind !== "CALL" || leaf.status === 0) return null;
  const { error } = leaf.output as { readonly error?: { code?: string; message?: string } };
  return error?.code === "REVERTED" ? (error.message ?? "") : null;
}

/** Did the gateway do just this? An action of an earlier attempt counts if this claim adopted it. */
async function happened({ reader, batch, executionId }: EffectParts, leaf: Leaf): Promise<boolean> {
  if (!isReceipt(leaf.output)) return false;
  const { txHash, blockNumber, blockHash, returned } = leaf.output;
  const input = leaf.input as { readonly target: Hex; readonly valueWei: string; callData: Hex };
  const logs = await reader.logsOf(txHash);
  if (logs === null) {
    // It was before the record; an endpoint that has not come to it cannot tell.
    await reader.requireBlock(batch.recordBlock ?? 0);
    return false;
  }
  const acted = logs
    .map((log: RawLog) => decodeLedgerLog(reader.deployment, log))
    .find(
      (event): event is EventOf<"Acted"> =>
        event?.name === "Acted" && event.executionId === executionId && event.step === leaf.step,
    );
  if (acted === undefined) return false;
  if (acted.place.blockNumber < batch.claimBlock) {
    const isAdopted = (await reader.actionsOf(batch)).some(
      (event) =>
        event.name === "ActionAdopted" &&
        event.executionId === executionId &&
        event.step === leaf.step &&
        event.batchNo === batch.batchNo,
    );
    if (!isAdopted) return false;
  }
  return (
    acted.place.blockNumber === blockNumber &&
    acted.place.blockHash === blockHash &&
    acted.target === input.target &&
    acted.valueWei === BigInt(input.valueWei) &&
    acted.callDataHash === keccak256(input.callData) &&
    acted.returned === returned
  );
}
