import {
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
} from "@deed/contracts";
import type { AuditCheckpoint, Hex } from "@deed/protocol/encoding";
import { type Abi, decodeFunctionResult, encodeFunctionData } from "viem";
import { decodeLedgerLog, plain, type RawLog } from "./decode.ts";
import { type Deployment, ledgerAddresses } from "./deployment.ts";
import type { LedgerDispute, LedgerEvent } from "./events.ts";
import type {
  ChainTip,
  ColdChange,
  DoneBy,
  LedgerBatch,
  LedgerChallenge,
  LedgerCheckpoint,
  LedgerFallback,
  LedgerGeneration,
  LedgerIntentState,
  LedgerKey,
  LedgerNode,
  LedgerNodeKeys,
  LedgerOperator,
  LedgerRound,
  LedgerTier,
  SealingKey,
} from "./ledger-views.ts";
import type { LedgerParameters } from "./parameters.ts";
import type { Rpc, RpcBlock } from "./rpc.ts";

/** Reads of the ledger. Every call goes to the endpoint; nothing is cached. */
export interface Ledger {
  readonly deployment: Deployment;
  readonly rpc: Rpc;
  head(): Promise<RpcBlock>;
  block(numberOrTag: number | "latest" | "safe" | "finalized"): Promise<RpcBlock | null>;
  /** Events of the contracts in [from, to], in ledger order. */
  events(from: number, to: number): Promise<readonly LedgerEvent[]>;
  parameters(): Promise<LedgerParameters>;
  /** Nothing is claimed before; in the past when claims are taken. */
  pausedUntilSec(): Promise<number>;
  /** As they were after a block. */
  parametersAt(blockNumber: number): Promise<LedgerParameters>;
  operatorCount(): Promise<number>;
  nodeCount(): Promise<number>;
  operator(operatorNo: number): Promise<LedgerOperator>;
  node(nodeNo: number): Promise<LedgerNode>;
  keysOf(nodeNo: number): Promise<LedgerNodeKeys>;
  nodeOfActionKey(actionKey: Hex): Promise<number>;
  generation(): Promise<number>;
  generationInfo(generation: number): Promise<LedgerGeneration>;
  executorsOf(generation: number): Promise<readonly number[]>;
  verifiersOf(generation: number): Promise<readonly number[]>;
  batch(batchNo: number): Promise<LedgerBatch>;
  rootWord(batchNo: number): Promise<Hex>;
  pending(batchNo: number): Promise<bigint>;
  disputed(batchNo: number): Promise<bigint>;
  voided(batchNo: number): Promise<bigint>;
  isFinal(batchNo: number, index: number): Promise<boolean>;
  /** Report hash of a node whose verdict in this draw holds a fault; zero else. */
  faultReport(batchNo: number, draw: number, nodeNo: number): Promise<Hex>;
  committee(batchNo: number): Promise<readonly number[]>;
  fallbackOf(batchNo: number): Promise<LedgerFallback>;
  isTaken(intentNo: number, ordinal: bigint): Promise<boolean>;
  /** The newest checkpoint of a node's log, all zero before the first; and has one contradicted another? */
  auditCheckpointOf(nodeNo: number): Promise<LedgerCheckpoint>;
  claimOf(executionId: Hex): Promise<{ batchNo: number; index: number; attempt: number }>;
  isIntentLive(intentNo: number): Promise<boolean>;
  /** Its slot (spec 08). */
  intentState(intentNo: number): Promise<LedgerIntentState>;
  intentNumberOf(intentHash: Hex): Promise<number>;
  isRevoked(owner: Hex, intentHash: Hex): Promise<boolean>;
  /** Block of the first revocation; 0 when there was none. */
  revokedBlockOf(intentNo: number): Promise<number>;
  /** Spent by a registration or by an invalidation. */
  isNonceSpent(owner: Hex, nonce: bigint): Promise<boolean>;
  currentRound(): Promise<LedgerRound>;
  seedOf(round: number): Promise<{ seed: Hex; closedAtSec: number }>;
  beaconMembers(): Promise<readonly number[]>;
  hasRevealed(round: number, operatorNo: number): Promise<boolean>;
  chainTip(operatorNo: number): Promise<ChainTip>;
  /** Tip of the chain that waits until the present one has given what an open round awaits; null when none does. */
  nextChainTip(operatorNo: number): Promise<Hex | null>;
  /** Every key to which users sealed or seal, in order. */
  sealingKeys(nodeNo: number): Promise<readonly SealingKey[]>;
  tierOf(nodeNo: number): Promise<LedgerTier>;
  /** An announced cold key; null when none is. */
  coldChange(operatorNo: number): Promise<ColdChange | null>;
  dispute(disputeNo: number): Promise<LedgerDispute>;
  disputeOf(batchNo: number, index: number): Promise<number>;
  /** What is demanded of a batch's bundles; `asked` is 0 when nothing is. */
  challengeOf(batchNo: number): Promise<LedgerChallenge>;
  vaultOf(owner: Hex): Promise<Hex>;
  /** Whose claim answers for an action that was done; null when it was not. */
  doneBy(executionId: Hex, step: number): Promise<DoneBy | null>;
  /** Gas that every target gets. */
  targetGas(): Promise<number>;
  isAway(operatorNo: number): Promise<boolean>;
}

type Read = (
  contract: "registry" | "intents" | "beacon" | "executions" | "disputes" | "gateway",
  name: string,
  ...args: unknown[]
) => Promise<unknown>;

const ABIS: Record<Parameters<Read>[0], Abi> = {
  registry: registryAbi,
  intents: intentsAbi,
  beacon: beaconAbi,
  executions: executionsAbi,
  disputes: disputesAbi,
  gateway: gatewayAbi,
};

/** Reads over one endpoint. Errors: RpcError. */
export function connectLedger(deployment: Deployment, collaborators: { rpc: Rpc }): Ledger {
  const { rpc } = collaborators;
  const readAt =
    (tag: string): Read =>
    async (contract, name, ...args) => {
      const abi = ABIS[contract];
      const data = encodeFunctionData({ abi, functionName: name, args });
      const result = await rpc.request<Hex>("eth_call", [{ to: deployment[contract], data }, tag]);
      return plain(decodeFunctionResult({ abi, functionName: name, data: result }));
    };
  const read = readAt("latest");
  const block: Ledger["block"] = async (numberOrTag) => {
    const tag = typeof numberOrTag === "number" ? hexNumber(numberOrTag) : numberOrTag;
    const raw = await rpc.request<RawBlock | null>("eth_getBlockByNumber", [tag, false]);
    return raw === null ? null : blockOf(raw);
  };
  return {
    deployment,
    rpc,
    block,
    head: async () => {
      const head = await block("latest");
      if (head === null) throw new TypeError("an endpoint without a latest block");
      return head;
    },
    events: (from, to) => readEvents(deployment, rpc, from, to),
    parametersAt: (blockNumber) =>
      readAt(hexNumber(blockNumber))("registry", "parameters") as Promise<LedgerParameters>,
    ...registryReads(read),
    ...executionReads(read),
    ...otherReads(read),
  };
}

async function readEvents(
  deployment: Deployment,
  rpc: Rpc,
  from: number,
  to: number,
): Promise<readonly LedgerEvent[]> {
  const filter = {
    address: ledgerAddresses(deployment),
    fromBlock: hexNumber(from),
    toBlock: hexNumber(to),
  };
  const logs = await rpc.request<readonly RawLog[]>("eth_getLogs", [filter]);
  return logs.flatMap((log) => decodeLedgerLog(deployment, log) ?? []);
}

function registryReads(read: Read) {
  return {
    parameters: () => read("registry", "parameters") as Promise<LedgerParameters>,
    pausedUntilSec: async () => {
      const head = (await read("registry", "head")) as { readonly pausedUntilSec: number };
      return head.pausedUntilSec;
    },
    operatorCount: () => read("registry", "operatorCount") as Promise<number>,
    nodeCount: () => read("registry", "nodeCount") as Promise<number>,
    operator: (no: number) => read("registry", "operator", no) as Promise<LedgerOperator>,
    node: (no: number) => read("registry", "node", no) as Promise<LedgerNode>,
    keysOf: async (no: number) => {
      const found = (await read("registry", "keysOf", no)) as [LedgerKey[], LedgerKey[]];
      return { dutyKeys: found[0], actionKeys: found[1] };
    },
    nodeOfActionKey: (key: Hex) => read("registry", "nodeOfActionKey", key) as Promise<number>,
    generation: () => read("registry", "generation") as Promise<number>,
    generationInfo: (no: number) =>
      read("registry", "generationInfo", no) as Promise<LedgerGeneration>,
    executorsOf: (no: number) => read("registry", "executorsOf", no) as Promise<readonly number[]>,
    verifiersOf: (no: number) => read("registry", "verifiersOf", no) as Promise<readonly number[]>,
  };
}

function executionReads(read: Read) {
  return {
    batch: (no: number) => read("executions", "batch", BigInt(no)) as Promise<LedgerBatch>,
    rootWord: (no: number) => read("executions", "rootWord", BigInt(no)) as Promise<Hex>,
    pending: (no: number) => read("executions", "pending", BigInt(no)) as Promise<bigint>,
    disputed: (no: number) => read("executions", "disputed", BigInt(no)) as Promise<bigint>,
    voided: (no: number) => read("executions", "voided", BigInt(no)) as Promise<bigint>,
    isFinal: (no: number, index: number) =>
      read("executions", "isFinal", BigInt(no), index) as Promise<boolean>,
    faultReport: (no: number, draw: number, nodeNo: number) =>
      read("executions", "faultReport", BigInt(no), draw, nodeNo) as Promise<Hex>,
    committee: (no: number) =>
      read("executions", "committee", BigInt(no)) as Promise<readonly number[]>,
    fallbackOf: (no: number) =>
      read("executions", "fallbackOf", BigInt(no)) as Promise<LedgerFallback>,
    isTaken: (intentNo: number, ordinal: bigint) =>
      read("executions", "isTaken", intentNo, ordinal) as Promise<boolean>,
    auditCheckpointOf: async (no: number) => {
      const found = (await read("executions", "auditCheckpointOf", no)) as [
        AuditCheckpoint,
        boolean,
      ];
      return { ...found[0], contradicted: found[1] };
    },
    claimOf: async (executionId: Hex) => {
      const found = (await read("executions", "claimOf", executionId)) as [bigint, number, number];
      return { batchNo: Number(found[0]), index: found[1], attempt: found[2] };
    },
  };
}

function otherReads(read: Read) {
  return {
    isIntentLive: (no: number) => read("intents", "isLive", no) as Promise<boolean>,
    intentState: (no: number) => read("intents", "state", no) as Promise<LedgerIntentState>,
    intentNumberOf: (hash: Hex) => read("intents", "numberOf", hash) as Promise<number>,
    revokedBlockOf: (no: number) => read("intents", "revokedBlockOf", no) as Promise<number>,
    isNonceSpent: (owner: Hex, nonce: bigint) =>
      read("intents", "isNonceSpent", owner, nonce) as Promise<boolean>,
    isRevoked: (owner: Hex, hash: Hex) =>
      read("intents", "isRevoked", owner, hash) as Promise<boolean>,
    currentRound: async () => {
      const found = (await read("beacon", "currentRound")) as [number, number, number, boolean];
      return {
        round: found[0],
        openBlock: found[1],
        openedAtSec: found[2],
        waiting: found[3],
      };
    },
    seedOf: async (round: number) => {
      const found = (await read("beacon", "seedOf", round)) as [Hex, number];
      return { seed: found[0], closedAtSec: found[1] };
    },
    beaconMembers: () => read("beacon", "members") as Promise<readonly number[]>,
    hasRevealed: (round: number, operatorNo: number) =>
      read("beacon", "hasRevealed", round, operatorNo) as Promise<boolean>,
    chainTip: async (operatorNo: number) => {
      const found = (await read("beacon", "tipOf", operatorNo)) as [Hex, number, number];
      return { anchor: found[0], usedPreimages: found[1], behind: found[2] };
    },
    nextChainTip: async (operatorNo: number) => {
      const tip = (await read("beacon", "nextTipOf", operatorNo)) as Hex;
      return BigInt(tip) === 0n ? null : tip;
    },
    sealingKeys: (nodeNo: number) =>
      read("registry", "sealingKeys", nodeNo) as Promise<readonly SealingKey[]>,
    tierOf: (nodeNo: number) => read("registry", "tierOf", nodeNo) as Promise<LedgerTier>,
    coldChange: async (operatorNo: number) => {
      const found = (await read("registry", "coldChange", operatorNo)) as ColdChange;
      return found.fromSec === 0 ? null : found;
    },
    dispute: (no: number) => read("disputes", "dispute", BigInt(no)) as Promise<LedgerDispute>,
    challengeOf: (no: number) =>
      read("disputes", "challengeOf", BigInt(no)) as Promise<LedgerChallenge>,
    disputeOf: async (batchNo: number, index: number) =>
      Number(await read("disputes", "disputeOf", BigInt(batchNo), index)),
    vaultOf: (owner: Hex) => read("gateway", "vaultOf", owner) as Promise<Hex>,
    doneBy: async (executionId: Hex, step: number) => {
      const found = (await read("gateway", "doneBy", executionId, step)) as [
        bigint,
        number,
        number,
      ];
      const [batchNo, index, attempt] = found;
      return batchNo === 0n ? null : { batchNo: Number(batchNo), index, attempt };
    },
    targetGas: async () => Number(await read("gateway", "targetGas")),
    isAway: (operatorNo: number) => read("beacon", "isAway", operatorNo) as Promise<boolean>,
  };
}

interface RawBlock {
  readonly number: Hex;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestamp: Hex;
}

function blockOf(raw: RawBlock): RpcBlock {
  return {
    number: Number(raw.number),
    hash: raw.hash,
    parentHash: raw.parentHash,
    timestampSec: Number(raw.timestamp),
  };
}

function hexNumber(value: number): Hex {
  return `0x${value.toString(16)}`;
}
