import type { EventOf } from "@deed/sdk";
import type { DisputeState } from "../../store/disputes.ts";
import { FactError, type FactsContext } from "./facts-context.ts";

const OUTCOMES: Readonly<Record<number, DisputeState>> = {
  2: "upheld",
  3: "rejected",
  4: "unverified",
};

export function applyDisputeOpened(context: FactsContext, event: EventOf<"DisputeOpened">): void {
  const { dispute } = event;
  context.tables.disputes.insertIfAbsent({
    disputeNo: event.disputeNo,
    batchNo: event.batchNo,
    batchIndex: event.index,
    leaf: dispute.leaf,
    fault: dispute.fault,
    accusedNo: dispute.accusedNo,
    reporterNo: dispute.reporterNo,
    generation: dispute.generation,
    openedBlock: event.place.blockNumber,
    state: "open",
    responseEndsSec: dispute.responseEndsSec,
    commitEndsSec: dispute.commitEndsSec,
    revealEndsSec: dispute.revealEndsSec,
    myFault: null,
    myLeaf: null,
    myReportHash: null,
    mySalt: null,
    myCommitment: null,
    auditSeq: null,
    auditHead: null,
    signature: null,
    guilty: null,
    innocent: null,
    foundFault: null,
    foundLeaf: null,
    slashedWei: null,
    updatedMs: context.nowMs,
  });
}

export function applyDisputeResolved(
  context: FactsContext,
  event: EventOf<"DisputeResolved">,
): void {
  const { disputeNo, fault, leaf, guilty, innocent, slashedWei } = event;
  const state = OUTCOMES[event.status];
  if (state === undefined) {
    throw new FactError({ code: "FACT_UNKNOWN_STATUS", status: event.status });
  }
  context.tables.disputes.update(
    { disputeNo },
    {
      state,
      foundFault: fault,
      foundLeaf: leaf,
      guilty,
      innocent,
      slashedWei,
      updatedMs: context.nowMs,
    },
  );
}
