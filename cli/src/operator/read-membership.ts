import { type Hex, joinHex } from "@deed/protocol/encoding";
import {
  connectGovernance,
  type Deployment,
  describeCall,
  type GovernanceProposal,
  type Ledger,
  type LedgerNode,
  type LedgerOperator,
  type LedgerTier,
  type ProposalVotes,
} from "@deed/sdk";

/** A node of an operator. */
export interface MemberNode extends LedgerNode {
  readonly nodeNo: number;
  readonly tier: LedgerTier;
  /** The key to which users seal now, x ‖ y; null when none is registered. */
  readonly sealing: Hex | null;
}

/** What the ledger says of one operator, or of one that wants to be one. */
export interface Membership {
  /** The ledger's time, as far as it is known. */
  readonly nowSec: number;
  readonly cold: Hex;
  /** Null before the admission; so is `operator`. */
  readonly operatorNo: number | null;
  readonly operator: LedgerOperator | null;
  /** The newest proposal that would admit this cold key; null when there is none, or it is admitted. */
  readonly proposal: (GovernanceProposal & { readonly votes: ProposalVotes }) | null;
  readonly nodes: readonly MemberNode[];
  readonly minBondWei: bigint;
  readonly unbondingSec: number;
  readonly hasBeaconChain: boolean;
  readonly isAway: boolean;
  readonly generation: number;
  /** From when a next one may be opened. */
  readonly nextGenerationSec: number;
  readonly isExecutor: boolean;
  readonly isVerifier: boolean;
}

/** Proposals looked at, newest first: an older one that nobody voted on has expired. */
const MOST_PROPOSALS = 200;
const NO_TIP = /^0x0*$/;

/** Of a cold key, or of an operator's number. Errors: RpcError. */
export async function readMembership(
  ledger: Ledger,
  who: { readonly cold: Hex } | { readonly operatorNo: number },
  nowMs: number,
): Promise<Membership> {
  const operatorNo = "cold" in who ? await operatorOf(ledger, who.cold) : who.operatorNo;
  const operator = operatorNo === null ? null : await ledger.operator(operatorNo);
  const cold = "cold" in who ? who.cold : (operator?.cold ?? NOBODY);
  const [head, parameters, generation, proposal] = await Promise.all([
    ledger.head(),
    ledger.parameters(),
    ledger.generation(),
    operatorNo === null ? admissionOf(ledger, cold) : null,
  ]);
  const [info, executors, verifiers] = await Promise.all([
    ledger.generationInfo(generation),
    ledger.executorsOf(generation),
    ledger.verifiersOf(generation),
  ]);
  const own = await ownOf(ledger, operatorNo);
  return {
    // A chain that rests has an old head.
    nowSec: Math.max(head.timestampSec, Math.floor(nowMs / 1000)),
    cold,
    operatorNo,
    operator,
    proposal,
    ...own,
    minBondWei: parameters.minBondWei,
    unbondingSec: parameters.unbondingSec,
    generation,
    nextGenerationSec: info.openedAtSec + parameters.generationSec,
    isExecutor: operatorNo !== null && executors.includes(operatorNo),
    isVerifier: operatorNo !== null && verifiers.includes(operatorNo),
  };
}

const NOBODY: Hex = `0x${"0".repeat(40)}`;

async function ownOf(
  ledger: Ledger,
  operatorNo: number | null,
): Promise<Pick<Membership, "nodes" | "hasBeaconChain" | "isAway">> {
  if (operatorNo === null) return { nodes: [], hasBeaconChain: false, isAway: false };
  const count = await ledger.nodeCount();
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const [tip, isAway, ...nodes] = await Promise.all([
    ledger.chainTip(operatorNo),
    ledger.isAway(operatorNo),
    ...numbers.map(async (nodeNo) => ({ ...(await ledger.node(nodeNo)), nodeNo })),
  ]);
  const own = nodes.filter((node) => node.operatorNo === operatorNo);
  return {
    nodes: await Promise.all(own.map((node) => withKeys(ledger, node))),
    hasBeaconChain: !NO_TIP.test(tip.anchor),
    isAway,
  };
}

async function withKeys(
  ledger: Ledger,
  node: LedgerNode & { readonly nodeNo: number },
): Promise<MemberNode> {
  const { nodeNo } = node;
  const [tier, keys] = await Promise.all([ledger.tierOf(nodeNo), ledger.sealingKeys(nodeNo)]);
  const seal = keys.find(({ untilSec }) => untilSec === 0);
  return { ...node, tier, sealing: seal === undefined ? null : joinHex(seal.x, seal.y) };
}

/** The newest operator with this cold key; null when none has it. */
async function operatorOf(ledger: Ledger, cold: Hex): Promise<number | null> {
  const count = await ledger.operatorCount();
  const numbers = Array.from({ length: count }, (_, index) => count - index);
  const found = await Promise.all(numbers.map((no) => ledger.operator(no)));
  const at = found.findIndex((operator) => operator.cold === cold);
  return at < 0 ? null : numbers[at]!;
}

async function admissionOf(ledger: Ledger, cold: Hex): Promise<Membership["proposal"]> {
  const { deployment, rpc } = ledger;
  const reads = connectGovernance(deployment, rpc);
  const count = await reads.proposalCount();
  const last = Math.max(0, count - MOST_PROPOSALS);
  for (let proposalNo = count; proposalNo > last; proposalNo -= 1) {
    const found = await reads.proposal(proposalNo);
    if (found === null || !admits(deployment, found, cold)) continue;
    return { ...found, votes: await reads.votes(proposalNo) };
  }
  return null;
}

function admits(deployment: Deployment, { calls }: GovernanceProposal, cold: Hex): boolean {
  return calls.some((call) => {
    const { contract, functionName, arguments: given } = describeCall(deployment, call);
    const isAdmission = contract === "registry" && functionName === "admit";
    return isAdmission && given.some(({ name, text }) => name === "cold" && text === cold);
  });
}
