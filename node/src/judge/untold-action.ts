import type { Hex } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import type { Leaf } from "@deed/protocol/transcript";
import type { BatchRow } from "../store/batches.ts";
import { fault, type Judgement } from "./judgement.ts";
import type { LedgerReader } from "./ledger-reader.ts";

export interface UntoldParts {
  readonly reader: LedgerReader;
  readonly batch: BatchRow;
  readonly plan: Plan | null;
  readonly executionId: Hex;
}

/**
 * What the executor did through the gateway under this claim, and its transcript does not say: the gateway
 * knows permissions, but no conditions. An earlier attempt's action is another executor's affair. Errors:
 * RpcError, EndpointBehindError.
 */
export async function untoldAction(
  { reader, batch, plan, executionId }: UntoldParts,
  leaves: readonly Leaf[],
): Promise<Judgement | null> {
  if (plan?.steps.some((step) => step.kind === "call") !== true) return null;
  for (const acted of await reader.actionsOf(batch)) {
    if (acted.name !== "Acted") continue;
    if (acted.executionId !== executionId || acted.nodeNo !== batch.nodeNo) continue;
    const told = leaves.filter((leaf) => leaf.step === acted.step);
    // An end that nobody knew may have been this one.
    if (told.some(({ kind, status }) => kind === "CALL" && (status === 0 || status === 2)))
      continue;
    const leaf = told.at(-1);
    return fault(leaf?.kind === "CALL" ? "WrongEffect" : "ActionNotInPlan", leaf?.index);
  }
  return null;
}
