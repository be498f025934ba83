import {
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
} from "@deed/contracts";
import {
  type AuditCheckpoint,
  type Hex,
  type Intent,
  packSeatEntries,
} from "@deed/protocol/encoding";
import type { Evidence, RecordProof } from "@deed/protocol/verify";
import { type Abi, encodeFunctionData } from "viem";
import type { Deployment } from "./deployment.ts";
import type { LedgerItem, SeatVerdict } from "./events.ts";
import { encodeEvidence, recordArgument } from "./evidence.ts";

/** A transaction without sender, nonce and fees. */
export interface LedgerCall {
  readonly to: Hex;
  readonly data: Hex;
  readonly valueWei: bigint;
}

/** An item of an earlier batch, with its proof, for a later attempt (spec 04). */
export interface ReclaimItem {
  readonly batchNo: number;
  readonly index: number;
  readonly item: LedgerItem;
  readonly recordRoot: Hex;
  readonly itemsRoot: Hex;
  readonly path: readonly Hex[];
}

/** One on-chain step with its two proofs (spec 09). */
export interface GatewayAction {
  readonly batchNo: number;
  readonly index: number;
  readonly item: LedgerItem;
  readonly itemPath: readonly Hex[];
  readonly step: number;
  readonly target: Hex;
  readonly valueWei: bigint;
  readonly callData: Hex;
  readonly planHash: Hex;
  readonly stepsRoot: Hex;
  readonly permissionIndex: number;
  readonly permissionCount: number;
  readonly permissionPath: readonly Hex[];
}

/** Call data for every transaction that a node or a user sends. */
export interface LedgerCalls {
  register(intent: Intent, signature: Hex, yaml: Hex): LedgerCall;
  revoke(intentHash: Hex): LedgerCall;
  revokeBySignature(signer: Hex, intentHash: Hex, signature: Hex): LedgerCall;
  invalidateNonce(nonce: bigint): LedgerCall;
  invalidateNonceBySignature(owner: Hex, nonce: bigint, signature: Hex): LedgerCall;
  claim(kind: number, leaseClass: number, items: Hex): LedgerCall;
  reclaim(leaseClass: number, items: readonly ReclaimItem[]): LedgerCall;
  record(record: {
    readonly batchNo: number;
    readonly posted: bigint;
    readonly auditSeq: number;
    readonly auditHead: Hex;
    readonly records: Hex;
    readonly signature: Hex;
  }): LedgerCall;
  checkpointAudit(checkpoint: AuditCheckpoint & { readonly signature: Hex }): LedgerCall;
  reveal(round: number, operatorNos: readonly number[], preimages: readonly Hex[]): LedgerCall;
  closeRound(round: number): LedgerCall;
  commitChain(operatorNo: number, tip: Hex): LedgerCall;
  finalise(
    batchNo: number,
    recordBlockHash: Hex,
    seats: readonly SeatVerdict[],
    reports: readonly Hex[],
  ): LedgerCall;
  openFallback(batchNo: number): LedgerCall;
  postCommitment(commitment: {
    readonly batchNo: number;
    readonly nodeNo: number;
    readonly commitment: Hex;
    readonly auditSeq: number;
    readonly auditHead: Hex;
    readonly signature: Hex;
  }): LedgerCall;
  revealVerdict(
    batchNo: number,
    recordBlockHash: Hex,
    verdict: SeatVerdict,
    report: Hex,
  ): LedgerCall;
  advanceFallback(batchNo: number): LedgerCall;
  openDispute(batchNo: number, index: number, reporterNodeNo: number, report: Hex): LedgerCall;
  openUnverified(batchNo: number, index: number): LedgerCall;
  respond(disputeNo: number, data: Hex): LedgerCall;
  commitVote(disputeNo: number, commitment: Hex): LedgerCall;
  revealVote(vote: {
    readonly disputeNo: number;
    readonly nodeNo: number;
    readonly fault: number;
    readonly leaf: number;
    readonly reportHash: Hex;
    readonly salt: Hex;
    readonly auditSeq: number;
    readonly auditHead: Hex;
    readonly signature: Hex;
  }): LedgerCall;
  resolveDispute(disputeNo: number): LedgerCall;
  claimWithoutRecord(batchNo: number): LedgerCall;
  actedWithoutRecord(executionId: Hex, step: number): LedgerCall;
  settleUnopened(batchNo: number, index: number): LedgerCall;
  /** The sender's operator is away, and back from now on. */
  comeBack(): LedgerCall;
  prove(evidence: Evidence): LedgerCall;
  challengeData(batchNo: number, bits: bigint): LedgerCall;
  /** An empty bundle: the record says that it is too large for an answer. */
  answerData(record: RecordProof, bundle: Hex): LedgerCall;
  endChallenge(batchNo: number): LedgerCall;
  act(actions: readonly GatewayAction[]): LedgerCall;
  createVault(owner: Hex): LedgerCall;
  openGeneration(): LedgerCall;
}

/** Encodes calls for one deployment. */
export function ledgerCalls(deployment: Deployment): LedgerCalls {
  return {
    ...intentCalls(deployment),
    ...batchCalls(deployment),
    ...verdictCalls(deployment),
    ...beaconCalls(deployment),
    ...disputeCalls(deployment),
    act: (actions) =>
      encode(deployment.gateway, gatewayAbi, "act", [
        actions.map((action) => ({ ...action, batchNo: BigInt(action.batchNo) })),
      ]),
    createVault: (owner) => encode(deployment.gateway, gatewayAbi, "createVault", [owner]),
    openGeneration: () => encode(deployment.registry, registryAbi, "openGeneration", []),
  };
}

type IntentCalls = Pick<
  LedgerCalls,
  "register" | "revoke" | "revokeBySignature" | "invalidateNonce" | "invalidateNonceBySignature"
>;

function intentCalls({ intents }: Deployment): IntentCalls {
  const on = (name: string, ...args: unknown[]) => encode(intents, intentsAbi, name, args);
  return {
    register: (intent, signature, yaml) => on("register", intent, signature, yaml),
    revoke: (intentHash) => on("revoke", intentHash),
    revokeBySignature: (signer, intentHash, signature) =>
      on("revokeBySignature", signer, intentHash, signature),
    invalidateNonce: (nonce) => on("invalidateNonce", nonce),
    invalidateNonceBySignature: (owner, nonce, signature) =>
      on("invalidateNonceBySignature", owner, nonce, signature),
  };
}

function batchCalls({
  executions,
}: Deployment): Pick<LedgerCalls, "claim" | "reclaim" | "record" | "checkpointAudit"> {
  const on = (name: string, ...args: unknown[]) => encode(executions, executionsAbi, name, args);
  return {
    claim: (kind, leaseClass, items) => on("claim", kind, leaseClass, items),
    reclaim: (leaseClass, items) => {
      const encoded = items.map((item) => ({ ...item, batchNo: BigInt(item.batchNo) }));
      return on("reclaim", leaseClass, encoded);
    },
    record: (r) =>
      on(
        "record",
        BigInt(r.batchNo),
        r.posted,
        BigInt(r.auditSeq),
        r.auditHead,
        r.records,
        r.signature,
      ),
    checkpointAudit: ({ signature, ...checkpoint }) =>
      on("checkpointAudit", wide(checkpoint), signature),
  };
}

/** With its counters as the ABI wants them. */
function wide(checkpoint: AuditCheckpoint): object {
  const { nodeNo, auditHead, ...counters } = checkpoint;
  const wider = Object.entries(counters).map(([name, count]) => [name, BigInt(count)]);
  return { nodeNo, auditHead, ...Object.fromEntries(wider) };
}

type VerdictCalls = Pick<
  LedgerCalls,
  "finalise" | "openFallback" | "postCommitment" | "revealVerdict" | "advanceFallback"
>;

function verdictCalls({ executions }: Deployment): VerdictCalls {
  const on = (name: string, batchNo: number, ...args: unknown[]) =>
    encode(executions, executionsAbi, name, [BigInt(batchNo), ...args]);
  return {
    finalise: (batchNo, recordBlockHash, seats, reports) =>
      on("finalise", batchNo, recordBlockHash, packSeatEntries(withReports(seats, reports))),
    openFallback: (batchNo) => on("openFallback", batchNo),
    postCommitment: (c) =>
      on(
        "postCommitment",
        c.batchNo,
        c.nodeNo,
        c.commitment,
        BigInt(c.auditSeq),
        c.auditHead,
        c.signature,
      ),
    revealVerdict: (batchNo, recordBlockHash, verdict, report) =>
      on("revealVerdict", batchNo, recordBlockHash, seatArgument(verdict), report),
    advanceFallback: (batchNo) => on("advanceFallback", batchNo),
  };
}

function beaconCalls({
  beacon,
}: Deployment): Pick<LedgerCalls, "reveal" | "closeRound" | "commitChain" | "comeBack"> {
  const on = (name: string, ...args: unknown[]) => encode(beacon, beaconAbi, name, args);
  return {
    reveal: (round, operatorNos, preimages) => on("reveal", round, operatorNos, preimages),
    closeRound: (round) => on("closeRound", round),
    commitChain: (operatorNo, tip) => on("commitChain", operatorNo, tip),
    comeBack: () => on("comeBack"),
  };
}

type DisputeCalls = Pick<
  LedgerCalls,
  | "openDispute"
  | "openUnverified"
  | "respond"
  | "commitVote"
  | "revealVote"
  | "resolveDispute"
  | "claimWithoutRecord"
  | "actedWithoutRecord"
  | "settleUnopened"
  | "prove"
  | "challengeData"
  | "answerData"
  | "endChallenge"
>;

function disputeCalls({ disputes }: Deployment): DisputeCalls {
  const on = (name: string, no: number, ...args: unknown[]) =>
    encode(disputes, disputesAbi, name, [BigInt(no), ...args]);
  return {
    openDispute: (batchNo, index, reporterNodeNo, report) =>
      on("open", batchNo, index, reporterNodeNo, report),
    openUnverified: (batchNo, index) => on("openUnverified", batchNo, index),
    respond: (disputeNo, data) => on("respond", disputeNo, data),
    commitVote: (disputeNo, commitment) => on("commitVote", disputeNo, commitment),
    revealVote: (v) =>
      on(
        "revealVote",
        v.disputeNo,
        v.nodeNo,
        v.fault,
        v.leaf,
        v.reportHash,
        v.salt,
        BigInt(v.auditSeq),
        v.auditHead,
        v.signature,
      ),
    resolveDispute: (disputeNo) => on("resolve", disputeNo),
    claimWithoutRecord: (batchNo) => on("claimWithoutRecord", batchNo),
    actedWithoutRecord: (executionId, step) =>
      encode(disputes, disputesAbi, "actedWithoutRecord", [executionId, step]),
    settleUnopened: (batchNo, index) => on("settleUnopened", batchNo, index),
    prove: (evidence) => {
      const { fault, evidence: bytes } = encodeEvidence(evidence);
      return encode(disputes, disputesAbi, "prove", [fault, bytes]);
    },
    challengeData: (batchNo, bits) => on("challengeData", batchNo, bits),
    answerData: (record, bundle) =>
      encode(disputes, disputesAbi, "answerData", [recordArgument(record), bundle]),
    endChallenge: (batchNo) => on("endChallenge", batchNo),
  };
}

function encode(to: Hex, abi: Abi, functionName: string, args: readonly unknown[]): LedgerCall {
  return { to, data: encodeFunctionData({ abi, functionName, args }), valueWei: 0n };
}

function withReports(seats: readonly SeatVerdict[], reports: readonly Hex[]) {
  return seats.map((seat, index) => ({ ...seat, report: reports[index] ?? "0x" }) as const);
}

function seatArgument(seat: SeatVerdict): unknown {
  return { ...seat, auditSeq: BigInt(seat.auditSeq) };
}
