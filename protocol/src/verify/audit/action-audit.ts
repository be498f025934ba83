import type { Bundle } from "../../bundle/bundle.ts";
import { keccak256 } from "../../encoding/hasher.ts";
import type { Hex } from "../../encoding/hex.ts";
import type { Leaf } from "../../transcript/leaf.ts";
import type { AuditContext } from "./audit-context.ts";
import type { AuditedBatch } from "./batch-audit.ts";
import { all, type Finding, failed, ok, same, unknown } from "./check.ts";
import { eventsWhere, type SeenEvent } from "./ledger-view.ts";

/** What the transcript says of on-chain calls, beside what the gateway says (spec 09, 11). */
export function actionsFinding(
  context: AuditContext,
  bundle: Bundle,
  batch: AuditedBatch | null,
): Finding {
  const calls = bundle.leaves.filter(({ kind }) => kind === "CALL");
  const done = calls.filter(({ status }) => status === 0);
  const claim = claimOf(batch);
  return all([
    calls.length === 0 ? ok("no on-chain calls") : ok(),
    ...done.map((leaf) => doneFinding(context, bundle.executionId, leaf, claim)),
    revertsFinding(context, bundle, claim),
    untoldFinding(context, bundle, claim),
  ]);
}

/** What a target reverted with, as a leaf says; null for any other leaf. */
export function revertOf({ kind, status, output }: Leaf): string | null {
  if (kind !== "CALL" || status === 0) return null;
  const { error } = (output ?? {}) as { readonly error?: { code?: string; message?: string } };
  return error?.code === "REVERTED" ? (error.message ?? "") : null;
}

/** Under which an executor may act: from the claim to the record. */
interface ClaimSpan {
  readonly batchNo: number;
  readonly nodeNo: bigint;
  readonly fromBlock: number;
  readonly toBlock: number;
}

function claimOf(batch: AuditedBatch | null): ClaimSpan | null {
  const { node = null, claim = null, recorded = null } = batch ?? {};
  if (batch === null || node === null || claim === null || recorded === null) return null;
  const { batchNo } = batch;
  const nodeNo = BigInt(node.nodeNo);
  return { batchNo, nodeNo, fromBlock: claim.blockNumber, toBlock: recorded.blockNumber };
}

const isUnder = (claim: ClaimSpan, { values, blockNumber }: SeenEvent): boolean =>
  values["nodeNo"] === claim.nodeNo &&
  blockNumber >= claim.fromBlock &&
  blockNumber <= claim.toBlock;

function doneFinding(
  context: AuditContext,
  executionId: Hex,
  leaf: Leaf,
  claim: ClaimSpan | null,
): Finding {
  const [acted] = eventsWhere(context.view, "Acted", { executionId, step: BigInt(leaf.step) });
  if (acted === undefined) return unknown(`the file does not show the call of step ${leaf.step}`);
  const input = leaf.input as { readonly [name: string]: string };
  const output = leaf.output as { readonly [name: string]: string | number };
  const { values } = acted;
  return all([
    acted.proof,
    same("target", values["target"], input["target"]),
    same("value", String(values["valueWei"]), input["valueWei"]),
    same("call data", values["callDataHash"], keccak256(input["callData"] as Hex, context.hasher)),
    same("block", acted.blockHash, output["blockHash"]),
    same("block number", acted.blockNumber, output["blockNumber"]),
    same("returned", values["returned"], output["returned"]),
    adoptionFinding(context, executionId, leaf, { acted, claim }),
  ]);
}

// What an earlier attempt did is this one's only if the gateway gave it over to this claim.
function adoptionFinding(
  context: AuditContext,
  executionId: Hex,
  { step }: Leaf,
  { acted, claim }: { readonly acted: SeenEvent; readonly claim: ClaimSpan | null },
): Finding {
  if (claim === null) return unknown("claim, record or node is missing");
  if (acted.blockNumber >= claim.fromBlock) {
    return same("node that acted", claim.nodeNo, acted.values["nodeNo"]);
  }
  const of = { executionId, step: BigInt(step), batchNo: BigInt(claim.batchNo) };
  const [adopted] = eventsWhere(context.view, "ActionAdopted", of);
  if (adopted === undefined) {
    return unknown(
      `the file does not show that batch ${claim.batchNo} adopted the call of step ${step}`,
    );
  }
  if (adopted.proof[0] !== "ok") return adopted.proof;
  return isUnder(claim, adopted)
    ? ok(
        `the call of step ${step} is node ${acted.values["nodeNo"]}'s, adopted by batch ${claim.batchNo}`,
      )
    : failed(`the call of step ${step} was not adopted between claim and record`);
}

// Each leaf that says REVERTED needs an event of its own, with the same data.
function revertsFinding(
  context: AuditContext,
  { executionId, leaves }: Bundle,
  claim: ClaimSpan | null,
): Finding {
  const told = leaves.filter((leaf) => revertOf(leaf) !== null);
  if (told.length === 0) return ok();
  if (claim === null) return unknown("claim, record or node is missing");
  const left = eventsWhere(context.view, "ActionReverted", { executionId }).filter((event) =>
    isUnder(claim, event),
  );
  const open: Leaf[] = [];
  const proofs: Finding[] = [];
  for (const leaf of told) {
    const at = left.findIndex(
      ({ values }) => values["step"] === BigInt(leaf.step) && values["returned"] === revertOf(leaf),
    );
    const [event] = at < 0 ? [] : left.splice(at, 1);
    if (event === undefined) open.push(leaf);
    else proofs.push(event.proof);
  }
  return all([...proofs, ...open.map((leaf) => otherRevert(leaf, leaves, left))]);
}

// No event says what the leaf says: another one contradicts it, none leaves it open.
function otherRevert({ step }: Leaf, leaves: readonly Leaf[], left: readonly SeenEvent[]): Finding {
  const other = left.find(({ values }) => values["step"] === BigInt(step));
  // It may be the end of a try that nobody knew.
  const isOfUnknownEnd = leaves.some((leaf) => leaf.step === step && leaf.status === 2);
  if (other === undefined || isOfUnknownEnd) {
    return unknown(`the file does not show that the call of step ${step} reverted`);
  }
  if (other.proof[0] !== "ok") return other.proof;
  return failed(`the call of step ${step} reverted with ${String(other.values["returned"])}`);
}

// What this executor did under this claim and its transcript does not say, as far as the file shows it.
function untoldFinding(
  context: AuditContext,
  { executionId, leaves }: Bundle,
  claim: ClaimSpan | null,
): Finding {
  if (claim === null) return ok();
  const untold = eventsWhere(context.view, "Acted", { executionId }).filter(
    (event) =>
      isUnder(claim, event) &&
      // An end that nobody knew may have been this one.
      !leaves.some(
        ({ kind, step, status }) =>
          kind === "CALL" &&
          BigInt(step) === event.values["step"] &&
          (status === 0 || status === 2),
      ),
  );
  const findings = untold.map(({ proof, values }) =>
    proof[0] === "ok" ? failed(`the call of step ${String(values["step"])} happened`) : proof,
  );
  return all(findings);
}
