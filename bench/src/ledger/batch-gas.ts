import {
  type BatchItem,
  bytesToHex,
  type ClaimEntry,
  commitmentsHash,
  denseOccurrenceId,
  domainSeparator,
  type ExecutionRecord,
  encodeRecord,
  executionId,
  type Hex,
  itemsRoot,
  joinHex,
  keccakText,
  packEntries,
  recordBatchDigest,
  recordRoot,
  reportHash,
  TRIGGER_KINDS,
  verdictCommitment,
  verdictDigest,
} from "@deed/protocol/encoding";
import type { SeatVerdict } from "@deed/sdk";
import { BenchError } from "../row.ts";
import { type BenchIntent, type BenchKind, LEASE_CLASS, PERIOD_SEC } from "./bench-intents.ts";
import type { BenchLedger } from "./bench-ledger.ts";

/** Gas of the four transactions that a batch costs. */
export interface BatchGas {
  readonly claim: number;
  readonly record: number;
  readonly close: number;
  readonly finalise: number;
}

/** Every rank may claim by then. */
const ALL_RANKS_SEC = 20;
const NO_REPORT: Hex = "0x";
let salt = 0;

/** Takes one batch from claim to final, with as many executions as there are intents, or `size` of one. */
export async function batchGas(
  on: BenchLedger,
  kind: BenchKind,
  intents: readonly BenchIntent[],
  size: number,
): Promise<BatchGas> {
  const { ledger, calls, operators, send, clock } = on;
  const [executor] = operators;
  clock.advance(size * PERIOD_SEC + ALL_RANKS_SEC);
  const entries = entriesOf(on, kind, intents, size);
  const claim = await send(
    executor!.action,
    calls.claim(TRIGGER_KINDS[kind], LEASE_CLASS, packEntries(entries)),
  );
  const { batchNo } = await newestBatch(on, size);
  const items = entries.map((entry) => itemOf(on, entry, intents));
  const record = await postRecord(on, batchNo, items);
  const close = await closeRound(on);
  const finalise = await postVerdicts(on, batchNo);
  if (!(await ledger.isFinal(batchNo, size - 1))) throw unexpected("the batch is not final");
  return { claim, record, close, finalise };
}

function entriesOf(
  { clock, hasher }: BenchLedger,
  kind: BenchKind,
  intents: readonly BenchIntent[],
  size: number,
): readonly ClaimEntry[] {
  const t0Sec = Math.floor(clock.nowMs() / 1000) - ALL_RANKS_SEC;
  return Array.from({ length: size }, (_, index): ClaimEntry => {
    const { intentNo } = intents[index % intents.length]!;
    const ordinal = 1 + Math.floor(index / intents.length);
    if (kind === "interval") return { kind, intentNo, ordinal };
    salt += 1;
    return { kind, intentNo, occurrenceId: keccakText(`event ${salt}`, hasher), t0Sec };
  });
}

async function newestBatch(
  { ledger }: BenchLedger,
  size: number,
): Promise<{ readonly batchNo: number }> {
  const { number } = await ledger.head();
  const [claimed] = (await ledger.events(number, number)).filter(({ name }) => name === "Claimed");
  if (claimed?.name !== "Claimed") throw unexpected("nothing was claimed");
  const { batchNo } = claimed;
  const { count } = await ledger.batch(batchNo);
  if (count !== size) throw unexpected(`${count} of ${size} were claimed`);
  return { batchNo };
}

function itemOf(
  { ledger, hasher }: BenchLedger,
  entry: ClaimEntry,
  intents: readonly BenchIntent[],
): BatchItem {
  const { intentNo } = entry;
  const intent = intents.find((one) => one.intentNo === intentNo)!;
  const name = (occurrenceId: Hex): Hex =>
    executionId(ledger.deployment, intent.intentHash, occurrenceId, hasher);
  const first = { intentNo, attempt: 1 };
  if (entry.kind === "event") {
    const { occurrenceId, t0Sec } = entry;
    return { ...first, executionId: name(occurrenceId), ordinal: 0, t0Sec };
  }
  const { ordinal } = entry;
  const t0Sec = intent.startSec + ordinal * PERIOD_SEC;
  return {
    ...first,
    executionId: name(denseOccurrenceId("interval", ordinal, hasher)),
    ordinal,
    t0Sec,
  };
}

async function postRecord(
  on: BenchLedger,
  batchNo: number,
  items: readonly BatchItem[],
): Promise<number> {
  const { calls, operators, hasher, send } = on;
  const [executor] = operators;
  const records = items.map(({ executionId: name }) => encodeRecord(recordOf(name)));
  const posted = (1n << BigInt(items.length)) - 1n;
  const position = { auditSeq: batchNo, auditHead: keccakText(`head ${batchNo}`, hasher) };
  const signed = {
    ...{ batchNo, posted, ...position },
    itemsRoot: itemsRoot(items, hasher),
    recordRoot: recordRoot(records, posted, items.length, hasher),
  };
  const signature = executor!.duty.signDigest(recordBatchDigest(signed, domainOf(on), hasher));
  const hex = joinHex(...records.map((record) => bytesToHex(record)));
  // Anyone may post it; the executor does.
  return send(
    executor!.action,
    calls.record({ batchNo, posted, ...position, records: hex, signature }),
  );
}

function recordOf(name: Hex): ExecutionRecord {
  return {
    ...{ transcriptRoot: name, bundleSha256: name, status: "ok", sandbox: "process", runtime: 1 },
    adapter: "process",
    ...{ leafCount: 4, attempt: 1, startedMs: 1_800_000_000_123, endedMs: 1_800_000_000_456 },
    feeGwei: 0n,
    bundleBytes: 0,
  };
}

/** All preimages in one transaction, which closes the round. */
async function closeRound({ ledger, calls, operators, send }: BenchLedger): Promise<number> {
  const { round } = await ledger.currentRound();
  const members = await ledger.beaconMembers();
  const preimages = members.map((operatorNo) => operators[operatorNo - 1]!.nextPreimage());
  return send(operators[0]!.action, calls.reveal(round, members, preimages));
}

async function postVerdicts(on: BenchLedger, batchNo: number): Promise<number> {
  const { ledger, calls, operators, hasher, send } = on;
  const seated = await ledger.committee(batchNo);
  const { recordBlock, draw } = await ledger.batch(batchNo);
  const block = await ledger.block(recordBlock);
  const recordBlockHash = block!.hash;
  const openings = seated.map((nodeNo) => ({
    ...{ batchNo, draw, nodeNo, fault: 0n, unable: 0n },
    ...{ reportHash: reportHash(NO_REPORT, hasher), salt: keccakText(`salt ${nodeNo}`, hasher) },
  }));
  const set = commitmentsHash(
    openings.map((opening) => verdictCommitment(opening, hasher)),
    hasher,
  );
  const seats = openings.map((opening): SeatVerdict => {
    const { nodeNo } = opening;
    const position = { auditSeq: batchNo, auditHead: keccakText(`head ${nodeNo}`, hasher) };
    const verdict = { ...opening, ...position, recordBlockHash, commitmentsHash: set };
    const digest = verdictDigest(verdict, domainOf(on), hasher);
    return { ...opening, ...position, signature: operators[nodeNo - 1]!.duty.signDigest(digest) };
  });
  const first = operators[seated[0]! - 1]!;
  const reports = seats.map(() => NO_REPORT);
  return send(first.action, calls.finalise(batchNo, recordBlockHash, seats, reports));
}

function domainOf({ ledger }: BenchLedger): Hex {
  const { chainId, executions } = ledger.deployment;
  return domainSeparator({ chainId, verifyingContract: executions });
}

function unexpected(reason: string): BenchError {
  return new BenchError({ code: "UNEXPECTED_RESULT", reason });
}
