import {
  beaconAbi,
  disputesAbi,
  executionsAbi,
  gatewayAbi,
  intentsAbi,
  registryAbi,
} from "@deed/contracts";
import { type Hex, unpackSeatEntries } from "@deed/protocol/encoding";
import { type Abi, decodeEventLog } from "viem";
import type { Deployment } from "./deployment.ts";
import type { LedgerEvent, LedgerFact, LogPlace } from "./events.ts";

/** A log as JSON-RPC gives it. */
export interface RawLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex | null;
  readonly blockHash: Hex | null;
  readonly transactionHash: Hex | null;
  readonly logIndex: Hex | null;
}

/** Solidity's uint64 that stay below 2^53 for any chain that lives on earth. */
const COUNTERS = new Set([
  ...["batchNo", "disputeNo", "auditSeq"],
  // Of an audit checkpoint.
  ...["entries", "records", "commitments", "verdicts", "votes", "dutyUses", "actionUses"],
]);

const KEPT_REGISTRY_EVENTS = new Set(["GenerationOpened", "Slashed"]);

const FACTS: ReadonlySet<string> = new Set<LedgerFact["name"]>([
  "Registered",
  "RevokedIntent",
  "Claimed",
  "Reclaimed",
  "Recorded",
  "Finalised",
  "FallbackOpened",
  "SeatsDrawn",
  "CommitmentPosted",
  "VerdictRevealed",
  "SeatsReplaced",
  "BatchExpired",
  "ExecutionSettled",
  "RoundAssigned",
  "PreimagesRevealed",
  "RoundClosed",
  "DisputeOpened",
  "Responded",
  "VoteCommitted",
  "VoteRevealed",
  "DisputeResolved",
  "FaultJudged",
  "FaultProven",
  "DataChallenged",
  "DataAnswered",
  "ChallengeEnded",
  "Slashed",
  "Acted",
  "ActionReverted",
  "ActionSkipped",
  "ActionAdopted",
  "WentAway",
  "GenerationOpened",
  "AuditCheckpointed",
  "AuditContradicted",
]);

/**
 * Reads one log of the ledger's contracts.
 * @returns null for logs of other contracts and for events that nobody acts upon; `Unreadable` for one of ours
 * that this version does not know.
 */
export function decodeLedgerLog(deployment: Deployment, log: RawLog): LedgerEvent | null {
  const place = placeOf(log);
  const address = log.address.toLowerCase();
  const abi = abiAt(deployment, address);
  if (abi === null || place === null) return null;
  const [first, ...rest] = log.topics;
  if (first === undefined) return null;
  let decoded: { eventName: string; args: unknown };
  try {
    decoded = decodeEventLog({ abi, data: log.data, topics: [first, ...rest] }) as typeof decoded;
  } catch {
    return { name: "Unreadable", topic: first, place };
  }
  const { eventName, args } = decoded;
  if (address === deployment.registry && !KEPT_REGISTRY_EVENTS.has(eventName)) {
    return { name: "RegistryChanged", event: eventName, place };
  }
  if (!FACTS.has(eventName)) return null;
  const values = plain(args) as object;
  const seats = eventName === "Finalised" ? seatsIn(values as { verdicts: Hex }) : {};
  return { name: eventName, ...values, ...seats, place } as LedgerEvent;
}

/** The ledger took these entries, so they can be read. */
function seatsIn({ verdicts }: { readonly verdicts: Hex }): object {
  const entries = unpackSeatEntries(verdicts);
  return {
    seats: entries.map(({ report: _, ...seat }) => seat),
    reports: entries.map(({ report }) => report),
  };
}

function abiAt(deployment: Deployment, address: string): Abi | null {
  switch (address) {
    case deployment.executions:
      return executionsAbi;
    case deployment.beacon:
      return beaconAbi;
    case deployment.intents:
      return intentsAbi;
    case deployment.gateway:
      return gatewayAbi;
    case deployment.disputes:
      return disputesAbi;
    case deployment.registry:
      return registryAbi;
    default:
      return null;
  }
}

function placeOf(log: RawLog): LogPlace | null {
  const { blockNumber, blockHash, transactionHash, logIndex } = log;
  if (!blockNumber || !blockHash || !transactionHash || !logIndex) return null;
  return {
    blockNumber: Number(blockNumber),
    blockHash,
    txHash: transactionHash,
    logIndex: Number(logIndex),
  };
}

/** Text of people: it may look like an address and stays as it was signed. */
const TEXTS = new Set([
  "name",
  "summary",
  "call",
  "region",
  "provider",
  "metadataUri",
  "endpoint",
  "reason",
]);

/** Counters to numbers, addresses to lower case; everything else as viem gives it. */
export function plain(value: unknown, key = ""): unknown {
  if (typeof value === "bigint") return COUNTERS.has(key) ? Number(value) : value;
  if (typeof value === "string") {
    const isAddress = !TEXTS.has(key) && /^0x[0-9a-fA-F]{40}$/.test(value);
    return isAddress ? value.toLowerCase() : value;
  }
  if (Array.isArray(value)) return value.map((entry) => plain(entry, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => [name, plain(entry, name)]),
    );
  }
  return value;
}
