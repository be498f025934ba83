import { directoryAbi, governanceAbi, registryAbi, timelockAbi } from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, decodeEventLog, toEventSelector } from "viem";
import { plain, type RawLog } from "./decode.ts";
import type { Deployment } from "./deployment.ts";
import type { Rpc } from "./rpc.ts";

/** Something that council, guardians or their contracts did. */
export interface GovernanceEvent {
  readonly blockNumber: number;
  readonly txHash: Hex;
  readonly contract: GoverningContract;
  /** As the contract's ABI names it; null for one that this version does not know. */
  readonly event: string | null;
  /** By the names of the ABI; numbers beyond 32 bits are bigints. */
  readonly args: Readonly<Record<string, unknown>>;
}

export type GoverningContract = "governance" | "timelock" | "directory" | "registry";

const ABIS: Readonly<Record<GoverningContract, Abi>> = {
  governance: governanceAbi,
  timelock: timelockAbi,
  directory: directoryAbi,
  registry: registryAbi,
};

/** Of the registry: what only council or guardians do. The rest is operators' and nodes' daily life. */
const DECISIONS: ReadonlySet<string> = new Set([
  "OperatorAdmitted",
  "OperatorStatusChanged",
  "TierVerified",
  "MinimumKeyTierChanged",
  "ParametersChanged",
  "RuntimeApproved",
  "RuntimeDeprecated",
  "CouncilChanged",
  "GuardianChanged",
  "ClaimsPausedUntil",
  "SlashHeld",
  "InsurancePaid",
]);

/** Governance's events in [from, to], in ledger order. Errors: RpcError. */
export async function governanceEvents(
  deployment: Deployment,
  rpc: Rpc,
  range: { readonly from: number; readonly to: number },
): Promise<readonly GovernanceEvent[]> {
  const hex = (value: number): Hex => `0x${value.toString(16)}`;
  const blocks = { fromBlock: hex(range.from), toBlock: hex(range.to) };
  const { governance, timelock, directory, registry } = deployment;
  const [own, decisions] = await Promise.all([
    rpc.request<readonly RawLog[]>("eth_getLogs", [
      { ...blocks, address: [governance, timelock, directory] },
    ]),
    rpc.request<readonly RawLog[]>("eth_getLogs", [
      { ...blocks, address: registry, topics: [decisionTopics()] },
    ]),
  ]);
  return [...own, ...decisions].sort(inLedgerOrder).flatMap((log) => decode(deployment, log) ?? []);
}

function decisionTopics(): readonly Hex[] {
  return (registryAbi as Abi).flatMap((entry) =>
    entry.type === "event" && DECISIONS.has(entry.name) ? [toEventSelector(entry)] : [],
  );
}

function inLedgerOrder(a: RawLog, b: RawLog): number {
  return Number(a.blockNumber) - Number(b.blockNumber) || Number(a.logIndex) - Number(b.logIndex);
}

function decode(deployment: Deployment, log: RawLog): GovernanceEvent | null {
  const names = Object.keys(ABIS) as readonly GoverningContract[];
  const contract = names.find((name) => deployment[name] === log.address.toLowerCase());
  if (contract === undefined || log.blockNumber === null || log.transactionHash === null) {
    return null;
  }
  const place = { blockNumber: Number(log.blockNumber), txHash: log.transactionHash, contract };
  const [first, ...rest] = log.topics;
  if (first === undefined) return { ...place, event: null, args: {} };
  try {
    const topics: [Hex, ...Hex[]] = [first, ...rest];
    const { eventName = null, args } = decodeEventLog({
      abi: ABIS[contract],
      data: log.data,
      topics,
    }) as { readonly eventName?: string; readonly args?: unknown };
    return {
      ...place,
      event: eventName,
      args: (plain(args ?? {}) ?? {}) as GovernanceEvent["args"],
    };
  } catch {
    return { ...place, event: null, args: { topic: first } };
  }
}
