import type { Hex } from "@deed/protocol/encoding";
import {
  callSignature,
  type Deployment,
  type LedgerCall,
  type LedgerCalls,
  ledgerCalls,
} from "@deed/sdk";

/** A function of a contract that a node's action key calls. */
export interface NodeCall {
  readonly contract: Hex;
  /** Name and types of its arguments. */
  readonly function: string;
  readonly ownNode?: readonly number[];
  readonly ownRecord?: readonly number[];
}

/** What of the arguments is bound to the node: where its number stands, or a batch that its signer signed a record of. */
const BOUND: Readonly<Record<string, Pick<NodeCall, "ownNode" | "ownRecord">>> = {
  record: { ownRecord: [0] },
  revealVerdict: { ownNode: [2, 0] },
  revealVote: { ownNode: [1] },
};

const WORD: Hex = `0x${"00".repeat(32)}`;
const ADDRESS: Hex = `0x${"00".repeat(20)}`;

/** Everything that a node sends, and nothing that moves money or keys: the signer allows no more. */
export function nodeCalls(deployment: Deployment): readonly NodeCall[] {
  return samplesOf(ledgerCalls(deployment)).map(({ to, data }) => {
    const signature = callSignature(data);
    const [name = ""] = signature.split("(");
    return { contract: to, function: signature, ...BOUND[name] };
  });
}

function samplesOf(calls: LedgerCalls): readonly LedgerCall[] {
  const audit = { auditSeq: 0, auditHead: WORD, signature: "0x" } as const;
  const verdict = { nodeNo: 0, fault: 0n, unable: 0n, reportHash: WORD, salt: WORD, ...audit };
  const intent = {
    owner: ADDRESS,
    revoker: ADDRESS,
    name: "",
    summary: "",
    yamlHash: WORD,
    planRoot: WORD,
    runtime: 0,
    kind: 0,
    leaseClass: 0,
    start: 0,
    period: 0,
    catchUp: 0,
    validUntilSec: 0,
    maxExecutions: 0,
    perHour: 0,
    nonce: 0n,
    permissions: [],
  };
  return [
    calls.register(intent, "0x", "0x"),
    calls.revokeBySignature(ADDRESS, WORD, "0x"),
    calls.invalidateNonceBySignature(ADDRESS, 0n, "0x"),
    calls.claim(1, 0, "0x"),
    calls.reclaim(0, []),
    calls.record({ batchNo: 0, posted: 0n, records: "0x", ...audit }),
    checkpointCall(calls),
    calls.reveal(0, [], []),
    calls.closeRound(0),
    calls.finalise(0, WORD, [], []),
    calls.openFallback(0),
    calls.postCommitment({ batchNo: 0, nodeNo: 0, commitment: WORD, ...audit }),
    calls.revealVerdict(0, WORD, verdict, "0x"),
    calls.advanceFallback(0),
    ...disputeCalls(calls),
    calls.commitVote(0, WORD),
    calls.revealVote({
      disputeNo: 0,
      nodeNo: 0,
      fault: 0,
      leaf: 0,
      reportHash: WORD,
      salt: WORD,
      ...audit,
    }),
    calls.resolveDispute(0),
    calls.claimWithoutRecord(0),
    calls.actedWithoutRecord(WORD, 0),
    calls.settleUnopened(0, 0),
    calls.comeBack(),
    ...evidenceCalls(calls),
    calls.act([]),
    calls.createVault(ADDRESS),
    calls.openGeneration(),
  ];
}

function evidenceCalls(calls: LedgerCalls): readonly LedgerCall[] {
  const item = { executionId: WORD, intentNo: 0, attempt: 0, ordinal: 0, t0Sec: 0 };
  const place = { batchNo: 0, index: 0, itemPath: [], recordPath: [] };
  const record = { ...place, item, record: "0x" } as const;
  return [
    // Of each fault the same function: what it says differs.
    calls.prove({ fault: "BrokenLeafChain", record, leaves: [] }),
    calls.challengeData(0, 0n),
    calls.answerData(record, "0x"),
    calls.endChallenge(0),
  ];
}

function disputeCalls(calls: LedgerCalls): readonly LedgerCall[] {
  return [calls.openDispute(0, 0, 0, "0x"), calls.openUnverified(0, 0), calls.respond(0, "0x")];
}

function checkpointCall(calls: LedgerCalls): LedgerCall {
  const signed = { records: 0, commitments: 0, verdicts: 0, votes: 0 };
  const counters = { nodeNo: 0, entries: 0, ...signed, dutyUses: 0, actionUses: 0 };
  return calls.checkpointAudit({ ...counters, auditSeq: 0, auditHead: WORD, signature: "0x" });
}
