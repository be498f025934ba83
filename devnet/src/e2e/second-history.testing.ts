import { executionsAbi } from "@deed/contracts";
import {
  type BatchItem,
  bytesToHex,
  type ClaimEntry,
  commitmentsHash,
  decodeRecord,
  domainSeparator,
  encodeRecord,
  encodeReport,
  type Hex,
  hexToBytes,
  itemLeaf,
  merkleRoot,
  packEntries,
  recordBatchDigest,
  recordRoot,
  reportHash,
  unpackSeatEntries,
  verdictCommitment,
  verdictDigest,
  ZERO_WORD,
} from "@deed/protocol/encoding";
import { type EventOf, ledgerCalls, type SeatVerdict } from "@deed/sdk";
import { decodeFunctionData, parseTransaction } from "viem";
import { createSender, type Sender } from "../network/sender.ts";
import { pause } from "../story/pause.ts";
import type { ForkedChain } from "./forked-chain.testing.ts";
import { waitSignal } from "./network.testing.ts";
import type { StolenKeys } from "./node-keys.testing.ts";
import { revertOf } from "./reverts.testing.ts";

const TURN_MS = 200;

// What nodes that keep no signer's rules sign for a second history of the chain.

/** A `finalise` that is on its way. */
export interface HeldVerdicts {
  readonly batchNo: number;
  readonly recordBlockHash: Hex;
  readonly seats: readonly SeatVerdict[];
}

/** Reads the call of a raw transaction. */
export function verdictsIn(raw: Hex): HeldVerdicts {
  const data = parseTransaction(raw).data ?? "0x";
  const { functionName, args } = decodeFunctionData({ abi: executionsAbi, data });
  if (functionName !== "finalise") throw new TypeError(`${functionName} is no finalise`);
  const [batchNo, recordBlockHash, verdicts] = args;
  return {
    batchNo: Number(batchNo),
    recordBlockHash,
    seats: unpackSeatEntries(verdicts).map(({ report: _, ...seat }) => seat),
  };
}

/**
 * Finalises the batch with a fault that one seat names there and nowhere else. The others sign the same finding as
 * before under the new set, as honest seats would.
 */
export async function finaliseAnew(
  fork: ForkedChain,
  held: HeldVerdicts,
  parts: {
    readonly liarNo: number;
    readonly sender: Sender;
    keysOf(nodeNo: number): Promise<StolenKeys>;
  },
): Promise<void> {
  const { batchNo, recordBlockHash } = held;
  const { deployment } = fork.ledger;
  const report = encodeReport([{ index: 0, leaf: 1, fault: "WrongStep" }]);
  const told = held.seats.map((seat) =>
    seat.nodeNo === parts.liarNo ? { ...seat, fault: 1n, reportHash: reportHash(report) } : seat,
  );
  const place = { batchNo, draw: 0 };
  const set = commitmentsHash(told.map((seat) => verdictCommitment({ ...seat, ...place })));
  const domain = executionsDomain(fork);
  const seats: SeatVerdict[] = [];
  for (const seat of told) {
    const verdict = { ...seat, ...place, recordBlockHash, commitmentsHash: set };
    const { duty } = await parts.keysOf(seat.nodeNo);
    seats.push({ ...seat, signature: await duty(verdictDigest(verdict, domain)) });
  }
  const reports = told.map(({ nodeNo }) => (nodeNo === parts.liarNo ? report : "0x"));
  const call = ledgerCalls(deployment).finalise(batchNo, recordBlockHash, seats, reports);
  await parts.sender.send("finalise of the second history", call);
}

/** A record of the first history, and what was claimed. */
export interface Recorded {
  readonly item: BatchItem;
  readonly entry: ClaimEntry;
  readonly kind: number;
  readonly leaseClass: number;
  readonly recorded: EventOf<"Recorded">;
}

/** Claims and records the same execution by the liar, with another end than the first history has. */
export async function recordAnew(
  fork: ForkedChain,
  { item, entry, kind, leaseClass, recorded }: Recorded,
  liar: StolenKeys,
): Promise<void> {
  const { rpc, deployment } = fork.ledger;
  const calls = ledgerCalls(deployment);
  const action = createSender(liar.action as never, { rpc, chainId: deployment.chainId });
  const claim = calls.claim(kind, leaseClass, packEntries([entry]));
  // In its turn, as in any history.
  const signal = waitSignal("the liar's turn");
  while ((await revertOf(rpc, claim, liar.action.address as Hex)) !== null) {
    await pause(TURN_MS, signal);
  }
  await action.send("claim", claim);
  const { batchNo } = recorded;
  const honest = decodeRecord(hexToBytes(recorded.records));
  const record = encodeRecord({ ...honest, endedMs: honest.endedMs + 1 });
  const batch = {
    batchNo,
    itemsRoot: merkleRoot([itemLeaf(item)]),
    recordRoot: recordRoot([record], 1n, 1),
    posted: 1n,
    auditSeq: 1,
    auditHead: ZERO_WORD,
  };
  const signature = await liar.duty(recordBatchDigest(batch, executionsDomain(fork)));
  const { auditSeq, auditHead } = batch;
  const records = bytesToHex(record);
  const call = calls.record({ batchNo, posted: 1n, auditSeq, auditHead, records, signature });
  await action.send("record", call);
}

function executionsDomain({ ledger }: ForkedChain): Hex {
  const { chainId, executions } = ledger.deployment;
  return domainSeparator({ chainId, verifyingContract: executions });
}
