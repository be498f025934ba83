import { type Hasher, type Hex, itemLeaf, merklePath } from "@deed/protocol/encoding";
import { permissionProof } from "@deed/protocol/plan";
import type { CallReceipt, EffectError, EffectRequest } from "@deed/protocol/runtime";
import type { GatewayAction, Ledger } from "@deed/sdk";
import type { EffectAnswer } from "../../broker/job.ts";
import type { TransactionEnd } from "../transaction-sender.ts";
import { actionOutcome, findActed } from "./action-result.ts";
import type { Attempt } from "./attempt.ts";
import type { GatewayActions } from "./gateway-actions.ts";

export type CallRequest = Extract<EffectRequest, { kind: "call" }>;

export interface CallOptions {
  readonly processId: string;
}

export interface CallParts {
  readonly ledger: Ledger;
  readonly actions: GatewayActions;
  readonly hasher: Hasher;
  readonly refusal: () => EffectError | null;
  /** An earlier process or attempt may have sent this call. */
  readonly mayBeDone: boolean;
}

/**
 * Does one on-chain step through the gateway. What an earlier attempt did counts as this one's
 * result: the ledger lets a step happen once. It is asked for all the same, so that this claim answers for it
 * and the earlier holder, which recorded nothing, does not (spec 09). Errors: RpcError.
 */
export async function performCall(
  options: CallOptions,
  parts: CallParts,
  attempt: Attempt,
  request: CallRequest,
  signal: AbortSignal,
): Promise<EffectAnswer> {
  const { executionId } = attempt.execution;
  const place = { executionId, step: request.stepIndex };
  const adopt = (): Promise<CallReceipt | null> =>
    findActed(parts.ledger, place, attempt.batch.claimBlock);
  const done = parts.mayBeDone ? await parts.ledger.doneBy(executionId, request.stepIndex) : null;
  if (done?.batchNo === attempt.batch.batchNo) return adopted(await adopt());
  // An intent may be revoked meanwhile: what was done before stays done.
  const refusal = done === null ? parts.refusal() : null;
  if (refusal !== null) return { status: 3, output: { error: refusal } };
  const action = gatewayAction(parts.hasher, attempt, request);
  const end = await within(request.timeoutMs, signal, () =>
    parts.actions.perform(purposeOf(options, parts, attempt, request), action),
  );
  if (end === null) return unknown();
  if (end.kind === "never") return neverSent(end.reason);
  const outcome = actionOutcome(parts.ledger.deployment, end.receipt, place);
  return outcome.kind === "answer" ? outcome.answer : adopted(await adopt());
}

// A process that goes on where another stopped asks in its own name: should both transactions be
// mined, the second is skipped, and the first one's result adopted.
function purposeOf(
  options: CallOptions,
  parts: CallParts,
  attempt: Attempt,
  request: CallRequest,
): string {
  const { executionId, attempt: attemptNo } = attempt.execution;
  const purpose = `act:${executionId}:${request.stepIndex}:${attemptNo}:${request.try}`;
  return parts.mayBeDone ? `${purpose}:${options.processId}` : purpose;
}

/** One step of one attempt with its two proofs (spec 09). */
export function gatewayAction(
  hasher: Hasher,
  attempt: Attempt,
  request: CallRequest,
): GatewayAction {
  const { batch, index, intent } = attempt;
  const item = batch.items[index];
  if (item === undefined) throw new RangeError(`batch ${batch.batchNo} has no item ${index}`);
  const proof = permissionProof(intent.plan, request.stepIndex, hasher);
  return {
    batchNo: batch.batchNo,
    index,
    item: { ...item, ordinal: BigInt(item.ordinal) },
    itemPath: itemPath(batch, index, hasher),
    step: request.stepIndex,
    target: request.target,
    valueWei: BigInt(request.valueWei),
    callData: request.callData,
    planHash: intent.roots.planHash,
    stepsRoot: intent.roots.stepsRoot,
    permissionIndex: proof.permissionIndex,
    permissionCount: proof.permissionCount,
    permissionPath: proof.path,
  };
}

function itemPath(batch: Attempt["batch"], index: number, hasher: Hasher): readonly Hex[] {
  const leaves = batch.items.map((item) => itemLeaf(item, hasher));
  return merklePath(leaves, index, hasher);
}

/** Null when the time is over first. Rejects when the attempt is aborted. */
function within(
  limitMs: number,
  signal: AbortSignal,
  perform: () => Promise<TransactionEnd>,
): Promise<TransactionEnd | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), limitMs);
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    perform()
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
      });
  });
}

function adopted(receipt: CallReceipt | null): EffectAnswer {
  return receipt === null ? unknown() : { status: 0, output: receipt };
}

function unknown(): EffectAnswer {
  const message = "the transaction may still take effect";
  return { status: 2, output: { error: { code: "INDETERMINATE", message } } };
}

function neverSent(reason: string): EffectAnswer {
  return { status: 1, output: { error: { code: "UNREACHABLE", message: reason } } };
}
