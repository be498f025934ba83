import { governanceAbi, timelockAbi } from "@deed/contracts";
import { type Hex, keccak256 } from "@deed/protocol/encoding";
import {
  type Abi,
  decodeEventLog,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  hexToBytes,
} from "viem";
import type { LedgerCall } from "./calls.ts";
import type { Deployment } from "./deployment.ts";
import type { ProposedCall } from "./describe-call.ts";
import type { Rpc } from "./rpc.ts";

// Wide on purpose: the functions are named when the program runs.
const ABI: Abi = governanceAbi;

/** In the contract's order (IGovernance.ProposalState). */
export const PROPOSAL_STATES = [
  "none",
  "open",
  "approved",
  "rejected",
  "expired",
  "queued",
  "executed",
  "cancelled",
] as const;

export type ProposalState = (typeof PROPOSAL_STATES)[number];

/** In the contract's order (IGovernance.Restriction). */
export const RESTRICTIONS = ["pause", "suspend", "hold"] as const;

export type RestrictionName = (typeof RESTRICTIONS)[number];

export interface GovernanceProposal {
  readonly proposalNo: number;
  readonly state: ProposalState;
  readonly proposer: Hex;
  readonly reason: string;
  readonly calls: readonly ProposedCall[];
  readonly approving: number;
  readonly objecting: number;
  /** How many have to approve. */
  readonly needed: number;
  readonly expiresAtSec: number;
  /** From when it can be executed; null while it is not queued, and when that is over. */
  readonly readyAtSec: number | null;
}

/** How today's members of the council stand to a proposal. */
export interface ProposalVotes {
  readonly approved: readonly Hex[];
  readonly objected: readonly Hex[];
  /** Members who have not voted, or voted as members of before. */
  readonly silent: readonly Hex[];
}

/** A restriction by guardians, as it was proposed. */
export interface GuardianAct {
  readonly actNo: number;
  readonly kind: RestrictionName;
  /** Number of the operator or slash; 0 for a pause. */
  readonly subject: number;
  readonly durationSec: number;
  readonly applied: boolean;
  /** From then on no guardian joins. */
  readonly expiresAtSec: number;
  /** Null when the endpoint does not have its event any more; so is `guardian`. */
  readonly reason: string | null;
  readonly guardian: Hex | null;
  /** Guardians that support it, the first one included. */
  readonly supporters: readonly Hex[];
  /** Until when it holds; null while it was not applied. */
  readonly untilSec: number | null;
}

export interface GovernanceGroup {
  readonly members: readonly Hex[];
  readonly threshold: number;
}

/** Reads of the governance. */
export interface GovernanceReads {
  council(): Promise<GovernanceGroup>;
  guardians(): Promise<GovernanceGroup>;
  /** The timelock's delay, in seconds. */
  delaySec(): Promise<number>;
  proposalCount(): Promise<number>;
  /** Null when there is none of this number. */
  proposal(proposalNo: number): Promise<GovernanceProposal | null>;
  votes(proposalNo: number): Promise<ProposalVotes>;
  actCount(): Promise<number>;
  /** Null when there is none of this number. */
  guardianAct(actNo: number): Promise<GuardianAct | null>;
}

/** The governance of a network, read over `rpc`. Errors: RpcError. */
export function connectGovernance(deployment: Deployment, rpc: Rpc): GovernanceReads {
  const { governance, timelock } = deployment;
  const call = (to: Hex, data: Hex) => rpc.request<Hex>("eth_call", [{ to, data }, "latest"]);
  const read = async (functionName: GovernanceRead, args: readonly (bigint | Hex)[] = []) => {
    const data = encodeFunctionData({ abi: ABI, functionName, args });
    const answer = await call(governance, data);
    return decodeFunctionResult({ abi: ABI, functionName, data: answer });
  };
  const group = async (name: "council" | "guardians"): Promise<GovernanceGroup> => {
    const [members, threshold] = (await read(name)) as readonly [readonly Hex[], number];
    return { members: members.map((member) => member.toLowerCase() as Hex), threshold };
  };
  const timelockNumber = async (data: Hex) => Number(BigInt(await call(timelock, data)));
  return {
    council: () => group("council"),
    guardians: () => group("guardians"),
    delaySec: () =>
      timelockNumber(encodeFunctionData({ abi: timelockAbi, functionName: "getMinDelay" })),
    proposalCount: async () => Number(await read("proposalCount")),
    votes: async (proposalNo) => {
      const { members } = await group("council");
      const cast = async (name: "hasApproved" | "hasObjected") => {
        const asked = members.map((member) => read(name, [BigInt(proposalNo), member]));
        const answers = await Promise.all(asked);
        return members.filter((_, index) => answers[index] === true);
      };
      const [approved, objected] = await Promise.all([cast("hasApproved"), cast("hasObjected")]);
      const silent = members.filter((one) => !approved.includes(one) && !objected.includes(one));
      return { approved, objected, silent };
    },
    actCount: async () => Number(await read("actCount")),
    guardianAct: async (actNo) => {
      const stored = (await read("act", [BigInt(actNo)])) as StoredAct;
      if (stored.expiresAtSec === 0) return null;
      const said = await actEvents(deployment, rpc, actNo);
      const { kind, subject, durationSec, applied, expiresAtSec } = stored;
      const name = RESTRICTIONS[kind] ?? "pause";
      const act = { actNo, kind: name, subject: Number(subject), durationSec, applied };
      return { ...act, expiresAtSec, ...said };
    },
    proposal: async (proposalNo) => {
      const args = [BigInt(proposalNo)];
      const state = PROPOSAL_STATES[Number(await read("stateOf", args))] ?? "none";
      if (state === "none") return null;
      const [stored, tally, announced] = await Promise.all([
        read("proposal", args) as Promise<{ operationId: Hex; expiresAtSec: number }>,
        read("tally", args) as Promise<readonly bigint[]>,
        proposedEvent(deployment, rpc, proposalNo),
      ]);
      const timestamp =
        state === "queued"
          ? await timelockNumber(
              encodeFunctionData({
                abi: timelockAbi,
                functionName: "getTimestamp",
                args: [stored.operationId],
              }),
            )
          : null;
      if (announced === null) return null;
      const [approving = 0, objecting = 0, needed = 0] = tally.map(Number);
      const { expiresAtSec } = stored;
      const votes = { approving, objecting, needed, expiresAtSec };
      return { proposalNo, state, ...announced, ...votes, readyAtSec: timestamp };
    },
  };
}

type GovernanceRead =
  | "council"
  | "guardians"
  | "proposalCount"
  | "proposal"
  | "stateOf"
  | "tally"
  | "hasApproved"
  | "hasObjected"
  | "actCount"
  | "act";

/** IGovernance.Act */
interface StoredAct {
  readonly kind: number;
  readonly applied: boolean;
  readonly expiresAtSec: number;
  readonly durationSec: number;
  readonly subject: bigint;
}

/** The transactions of council and guardians, and those that anyone may send. */
export interface GovernanceCalls {
  propose(calls: readonly ProposedCall[], delaySec: number, reason: string): LedgerCall;
  approve(proposalNo: number, reason: string): LedgerCall;
  object(proposalNo: number, reason: string): LedgerCall;
  queue(proposalNo: number, calls: readonly ProposedCall[]): LedgerCall;
  execute(proposalNo: number, calls: readonly ProposedCall[]): LedgerCall;
  cancel(proposalNo: number): LedgerCall;
  restrict(kind: RestrictionName, subject: number, durationSec: number, reason: string): LedgerCall;
  support(actNo: number, reason: string): LedgerCall;
}

/** Encodes them for one network. */
export function governanceCalls({ governance, timelock }: Deployment): GovernanceCalls {
  const own = (functionName: string, args: readonly unknown[]): LedgerCall => ({
    to: governance,
    data: encodeFunctionData({ abi: ABI, functionName, args }),
    valueWei: 0n,
  });
  const no = BigInt;
  return {
    propose: (calls, delaySec, reason) => own("propose", [calls, delaySec, reason]),
    approve: (proposalNo, reason) => own("approve", [no(proposalNo), reason]),
    object: (proposalNo, reason) => own("object", [no(proposalNo), reason]),
    queue: (proposalNo, calls) => own("queue", [no(proposalNo), calls]),
    cancel: (proposalNo) => own("cancel", [no(proposalNo)]),
    restrict: (kind, subject, durationSec, reason) =>
      own("restrict", [RESTRICTIONS.indexOf(kind), no(subject), durationSec, reason]),
    support: (actNo, reason) => own("support", [no(actNo), reason]),
    execute: (proposalNo, calls) => ({
      to: timelock,
      data: encodeFunctionData({
        abi: timelockAbi,
        functionName: "executeBatch",
        args: [
          calls.map(({ target }) => target),
          calls.map(({ valueWei }) => valueWei),
          calls.map(({ data }) => data),
          NO_PREDECESSOR,
          saltOf(governance, proposalNo),
        ],
      }),
      valueWei: calls.reduce((sum, { valueWei }) => sum + valueWei, 0n),
    }),
  };
}

const NO_PREDECESSOR: Hex = `0x${"0".repeat(64)}`;

/** As Governance.saltOf. */
function saltOf(governance: Hex, proposalNo: number): Hex {
  const types = [{ type: "address" }, { type: "uint64" }] as const;
  return keccak256(hexToBytes(encodeAbiParameters(types, [governance, BigInt(proposalNo)])));
}

/** Null when the endpoint does not have it any more. */
async function proposedEvent(
  { governance, fromBlock }: Deployment,
  rpc: Rpc,
  proposalNo: number,
): Promise<Pick<GovernanceProposal, "proposer" | "reason" | "calls"> | null> {
  const abi = governanceAbi;
  const args = { proposalNo: BigInt(proposalNo) };
  const topics = encodeEventTopics({ abi, eventName: "Proposed", args });
  const filter = { address: governance, fromBlock: `0x${fromBlock.toString(16)}`, topics };
  const logs = await rpc.request<readonly ProposedLog[]>("eth_getLogs", [filter]);
  if (logs[0] === undefined) return null;
  const decoded = decodeEventLog({ abi, eventName: "Proposed", ...logs[0] });
  const { proposer, reason, calls } = decoded.args;
  return { proposer: proposer.toLowerCase() as Hex, reason, calls };
}

/** What the events of one act say beside its storage. */
async function actEvents(
  { governance, fromBlock }: Deployment,
  rpc: Rpc,
  actNo: number,
): Promise<Pick<GuardianAct, "reason" | "guardian" | "supporters" | "untilSec">> {
  const abi = governanceAbi;
  const names = ["RestrictionProposed", "RestrictionSupported", "Restricted"] as const;
  const selectors = names.map((eventName) => encodeEventTopics({ abi, eventName })[0]);
  const number: Hex = `0x${actNo.toString(16).padStart(64, "0")}`;
  const topics = [selectors, number];
  const filter = { address: governance, fromBlock: `0x${fromBlock.toString(16)}`, topics };
  const logs = await rpc.request<readonly ProposedLog[]>("eth_getLogs", [filter]);
  const events = logs.map((log) => decodeEventLog({ abi, ...log }));
  const first = events.find(({ eventName }) => eventName === "RestrictionProposed");
  const applied = events.find(({ eventName }) => eventName === "Restricted");
  const supporters = events.flatMap(({ args }) =>
    "guardian" in args ? [args.guardian.toLowerCase() as Hex] : [],
  );
  const isProposed = first !== undefined && "reason" in first.args;
  return {
    reason: isProposed ? (first.args as { readonly reason: string }).reason : null,
    guardian: supporters[0] ?? null,
    supporters,
    untilSec:
      applied === undefined ? null : Number((applied.args as { untilSec: number }).untilSec),
  };
}

interface ProposedLog {
  readonly data: Hex;
  readonly topics: [Hex, ...Hex[]];
}
