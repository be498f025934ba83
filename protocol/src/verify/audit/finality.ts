import type { ExportedExecution } from "../../bundle/run.ts";
import { faultName } from "../../encoding/fault.ts";
import type { AuditContext } from "./audit-context.ts";
import { all, type Finding, failed, ok, unknown } from "./check.ts";
import type { AuditedDraw } from "./committee-audit.ts";
import { eventsWhere, type SeenEvent } from "./ledger-view.ts";

/** Is the execution final, and who found it right? */
export function finalityFinding(
  context: AuditContext,
  execution: ExportedExecution,
  around: { readonly draws: readonly AuditedDraw[] },
): Finding {
  const { batchNo, index } = execution;
  const place = { batchNo: BigInt(batchNo), index: BigInt(index) };
  const [settled] = eventsWhere(context.view, "ExecutionSettled", place);
  if (settled !== undefined) {
    if (settled.values["upheld"] === true) {
      return failed(proven(context, settled) ?? "a dispute voided the record: it was found wrong");
    }
    if (settled.values["verified"] !== true) return failed("a dispute could not verify the record");
    return all([settled.proof, ok("found right by the vote of all")]);
  }
  const has = (bits: unknown) => (((bits as bigint) >> BigInt(index)) & 1n) === 1n;
  for (const { draw, finalised, seats } of around.draws) {
    if (has(finalised.values["fault"]))
      return failed("a verifier found a fault; the dispute is open");
    if (has(finalised.values["pending"])) continue;
    const who = seats === 0 ? "the seats" : `${seats} of ${seats} seats`;
    return all([finalised.proof, ok(`found right by ${who} of draw ${draw}`)]);
  }
  return unknown("the file shows no verdict on it");
}

/** What a contract found by evidence, of which the settlement followed; null when a vote decided. */
function proven(context: AuditContext, settled: SeenEvent): string | null {
  const { batchNo, index } = settled.values as { batchNo: bigint; index: bigint };
  const [found] = eventsWhere(context.view, "FaultProven", { batchNo, index }).filter(
    ({ blockHash }) => blockHash === settled.blockHash,
  );
  if (found === undefined) return null;
  const { fault, operatorNo, leaf, slashedWei } = found.values;
  const name = faultName(Number(fault)) ?? `fault ${fault}`;
  return `a contract found ${name} at leaf ${leaf} proven and voided the record; operator ${operatorNo} was slashed ${slashedWei} wei for it`;
}
