import type { AuditedContracts } from "../../bundle/run.ts";
import { type Hasher, keccakText, nobleHasher } from "../../encoding/hasher.ts";
import { type Hex, hexToBytes } from "../../encoding/hex.ts";
import { type AbiType, type AbiValue, abiType, decodeAbi, splitTypes } from "./abi.ts";
import type { Log } from "./receipt.ts";

// The events that an audit reads, as the contracts declare them. Indexed parameters stand first in each.

const NODE = "(uint32,uint8,uint8,bool,address,address,bytes32,string)";
const ITEM = "(bytes32,uint32,uint8,uint64,uint40)";
const INTENT =
  "(address,address,string,string,bytes32,bytes32,uint16,uint8,uint8,uint40,uint32,uint8,uint40,uint32,uint16,uint256,(address,string,uint256)[])";

interface Declaration {
  readonly contract: keyof AuditedContracts;
  /** `type name` of the parameters; the first `indexed` of them are topics. */
  readonly indexed: number;
  readonly parameters: string;
}

export type LedgerEventName =
  | "Registered"
  | "Claimed"
  | "Reclaimed"
  | "Recorded"
  | "Finalised"
  | "ExecutionSettled"
  | "FaultProven"
  | "NodeAdded"
  | "KeysRotated"
  | "GenerationOpened"
  | "PreimagesRevealed"
  | "RoundClosed"
  | "Acted"
  | "ActionReverted"
  | "ActionAdopted";

const DECLARATIONS: { readonly [name in LedgerEventName]: Declaration } = {
  Registered: {
    contract: "intents",
    indexed: 3,
    parameters: `uint32 intentNo,bytes32 intentHash,address owner,${INTENT} intent,bytes signature,bytes yaml`,
  },
  Claimed: {
    contract: "executions",
    indexed: 2,
    parameters:
      "uint64 batchNo,uint32 nodeNo,uint32 generation,uint40 deadlineSec,uint8 kind,uint8 leaseClass,uint256 accepted,bytes items",
  },
  Reclaimed: {
    contract: "executions",
    indexed: 2,
    parameters: `uint64 batchNo,uint32 nodeNo,uint32 generation,uint40 deadlineSec,uint256 accepted,${ITEM}[] items`,
  },
  Recorded: {
    contract: "executions",
    indexed: 2,
    parameters:
      "uint64 batchNo,uint32 nodeNo,uint256 posted,uint40 round,uint64 auditSeq,bytes32 auditHead,bytes records,bytes signature",
  },
  Finalised: {
    contract: "executions",
    indexed: 1,
    parameters:
      "uint64 batchNo,uint8 draw,uint256 fault,uint256 unable,uint256 pending,uint40 round,bytes32 recordBlockHash,bytes verdicts",
  },
  ExecutionSettled: {
    contract: "executions",
    indexed: 2,
    parameters: "uint64 batchNo,uint16 index,bool upheld,bool verified",
  },
  FaultProven: {
    contract: "disputes",
    indexed: 3,
    parameters:
      "uint16 fault,uint32 operatorNo,uint64 batchNo,uint16 index,uint16 leaf,uint32 reporterNo,uint256 slashedWei",
  },
  NodeAdded: {
    contract: "registry",
    indexed: 2,
    parameters: `uint32 nodeNo,uint32 operatorNo,${NODE} node`,
  },
  KeysRotated: {
    contract: "registry",
    indexed: 1,
    parameters: "uint32 nodeNo,address dutyKey,address actionKey,uint40 fromSec,bool atOnce",
  },
  GenerationOpened: {
    contract: "registry",
    indexed: 1,
    parameters: "uint32 generation,uint32[] executors,uint32[] verifiers,bytes32 seed",
  },
  PreimagesRevealed: {
    contract: "beacon",
    indexed: 1,
    parameters: "uint40 round,uint32[] operatorNos,bytes32[] preimages",
  },
  RoundClosed: {
    contract: "beacon",
    indexed: 1,
    parameters: "uint40 round,bytes27 seed,uint32[] missing",
  },
  Acted: {
    contract: "gateway",
    indexed: 3,
    parameters:
      "bytes32 executionId,uint16 step,address vault,uint32 nodeNo,address target,uint256 valueWei,bytes32 callDataHash,bytes returned",
  },
  ActionReverted: {
    contract: "gateway",
    indexed: 2,
    parameters: "bytes32 executionId,uint16 step,uint32 nodeNo,bytes returned",
  },
  ActionAdopted: {
    contract: "gateway",
    indexed: 2,
    parameters: "bytes32 executionId,uint16 step,uint32 nodeNo,uint64 batchNo",
  },
};

/** A decoded event; its values by the parameters' names. */
export interface LedgerEvent {
  readonly name: LedgerEventName;
  readonly values: { readonly [parameter: string]: AbiValue };
}

interface EventType {
  readonly name: LedgerEventName;
  readonly contract: keyof AuditedContracts;
  readonly names: readonly string[];
  readonly indexed: readonly AbiType[];
  readonly data: readonly AbiType[];
}

/** Canonical signatures by event, for example `RoundClosed(uint40,bytes27,uint32[])`. */
export const EVENT_SIGNATURES: { readonly [name in LedgerEventName]: string } = Object.fromEntries(
  Object.entries(DECLARATIONS).map(([name, { parameters }]) => [
    name,
    `${name}(${splitTypes(parameters).map(typeOf).join(",")})`,
  ]),
) as { [name in LedgerEventName]: string };

const byTopic: ReadonlyMap<Hex, EventType> = new Map(
  (Object.keys(DECLARATIONS) as LedgerEventName[]).map((name) => [
    keccakText(EVENT_SIGNATURES[name]),
    eventType(name, DECLARATIONS[name]),
  ]),
);

/** `topic0` of an event. */
export function eventTopic(name: LedgerEventName, hasher: Hasher = nobleHasher): Hex {
  return keccakText(EVENT_SIGNATURES[name], hasher);
}

/** The event of a log; null when it is another contract's or none of these. @throws ChainError */
export function decodeLog(log: Log, contracts: AuditedContracts): LedgerEvent | null {
  const type = byTopic.get(log.topics[0] ?? "0x");
  if (type === undefined || contracts[type.contract] !== log.address) return null;
  if (log.topics.length !== type.indexed.length + 1) return null;
  const indexed = log.topics
    .slice(1)
    .map((topic, index) => decodeAbi([type.indexed[index]!], hexToBytes(topic))[0]!);
  const values = [...indexed, ...decodeAbi(type.data, hexToBytes(log.data))];
  const entries = type.names.map((name, index): [string, AbiValue] => [name, values[index]!]);
  return { name: type.name, values: Object.fromEntries(entries) };
}

function eventType(name: LedgerEventName, declaration: Declaration): EventType {
  const parameters = splitTypes(declaration.parameters);
  const types = parameters.map((parameter) => abiType(typeOf(parameter)));
  return {
    name,
    contract: declaration.contract,
    names: parameters.map((parameter) => parameter.slice(parameter.lastIndexOf(" ") + 1)),
    indexed: types.slice(0, declaration.indexed),
    data: types.slice(declaration.indexed),
  };
}

function typeOf(parameter: string): string {
  return parameter.slice(0, parameter.lastIndexOf(" "));
}
