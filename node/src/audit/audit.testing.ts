import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex, type Hex, keccak256 } from "@deed/protocol/encoding";
import type { EventOf, Ledger, LedgerEvent, LedgerFact } from "@deed/sdk";
import type { AuditEntry, NewEntry } from "../signer/audit-entry.ts";
import { AuditLog } from "../signer/audit-log.ts";
import { CHAIN_ID, CONTRACTS, hash } from "../signer/signer.testing.ts";
import { type AuditSignerOptions, auditSigner } from "./audit-signer.ts";
import type { SignerAudit } from "./report.ts";

export const NODE_NO = 7;
export const OPERATOR_NO = 5;
export const DUTY: Hex = `0x${"d1".repeat(20)}`;
export const ACTION: Hex = `0x${"ac".repeat(20)}`;
const CONTRACT: Hex = `0x${"c0".repeat(20)}`;
const NOW_SEC = 1_000_000;

/** A transaction as the stand-in's chain has it. */
export interface SentTransaction {
  readonly from: Hex;
  readonly nonce: number;
  readonly to: Hex;
  readonly input: Hex;
}

/** A ledger of events that a test wrote down. */
export interface LedgerDouble {
  readonly ledger: Ledger;
  /** Adds an event and its transaction; the action key is its sender. */
  add(fact: LedgerFact, transaction?: Partial<SentTransaction>): void;
  /** A transaction of the action key of which no event tells. */
  addSilent(transaction: Partial<SentTransaction>): void;
  /** Nonces of the action key that the chain took. */
  mined: number;
}

export function ledgerDouble(): LedgerDouble {
  const events: LedgerEvent[] = [];
  const transactions = new Map<string, SentTransaction>();
  const silent: SentTransaction[] = [];
  const request = async (method: string, [value]: readonly unknown[]): Promise<unknown> => {
    if (method === "eth_getTransactionCount") return `0x${double.mined.toString(16)}`;
    if (method === "eth_getBlockByNumber") return { transactions: silent.map(wire) };
    const sent = transactions.get(String(value));
    return sent === undefined ? null : wire(sent);
  };
  const wire = (sent: SentTransaction): object => ({
    ...sent,
    nonce: `0x${sent.nonce.toString(16)}`,
  });
  const head = { number: 100, hash: hash(1), parentHash: hash(0), timestampSec: NOW_SEC };
  const ledger = {
    deployment: { fromBlock: 1, chainId: CHAIN_ID, executions: CONTRACTS.executions },
    rpc: { request },
    head: async () => head,
    nodeCount: async () => NODE_NO,
    node: async (no: number) => {
      const isOurs = no === NODE_NO;
      const [dutyKey, actionKey] = isOurs ? [DUTY, ACTION] : [hash(no), hash(no)];
      return { operatorNo: isOurs ? OPERATOR_NO : no, dutyKey, actionKey };
    },
    events: async (from: number, to: number) =>
      events.filter(({ place }) => place.blockNumber >= from && place.blockNumber <= to),
  };
  const double: LedgerDouble = {
    ledger: ledger as unknown as Ledger,
    mined: 0,
    addSilent: (transaction) => {
      silent.push({ from: ACTION, nonce: 0, to: CONTRACT, input: "0x", ...transaction });
    },
    add: (fact, transaction) => {
      const txHash = hash(1_000 + events.length);
      const place = { blockNumber: 10, blockHash: hash(10), txHash, logIndex: events.length };
      events.push({ ...fact, place } as LedgerEvent);
      if (transaction === undefined) return;
      transactions.set(txHash, {
        from: ACTION,
        nonce: 0,
        to: CONTRACT,
        input: "0x",
        ...transaction,
      });
    },
  };
  return double;
}

/** A log that was written as signers write it. */
export async function writeLog(entries: readonly NewEntry[]): Promise<{
  readonly path: string;
  readonly entries: readonly AuditEntry[];
  remove(): void;
}> {
  const folder = mkdtempSync(join(tmpdir(), "deed-audit-"));
  const path = join(folder, "audit.log");
  const log = await AuditLog.open({ path }, { nowMs: () => 5_000, visit: () => undefined });
  const genesis: NewEntry = { kind: "Genesis", body: { duty: DUTY, action: ACTION } };
  const placed = await log.append([genesis, ...entries]);
  await log.close();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { path, entries: placed.map(({ entry }) => entry), remove };
}

const RECORD = Buffer.alloc(128, 7);

export function recordEntry(seq: number, batchNo: number): NewEntry {
  const body = { batchNo, posted: "0x1", records: RECORD.toString("base64"), executions: "" };
  return { kind: "RecordBatch", seq, body };
}

export function verdictEntry(seq: number, batchNo: number, commitments = 1): NewEntry {
  const finding = { fault: "0x0", unable: "0x0", reportHash: hash(3), recordBlockHash: hash(4) };
  const body = { batchNo, draw: 0, commitmentsHash: hash(commitments), ...finding };
  return { kind: "Verdict", seq, body };
}

export function commitmentEntry(seq: number, batchNo: number): NewEntry {
  return { kind: "Commitment", seq, body: { batchNo, draw: 0, commitment: hash(9) } };
}

export function transactionEntry(nonce: number, data: Hex = "0x11223344"): NewEntry {
  return { kind: "Transaction", body: { nonce, burn: false, to: CONTRACT, data: keccak256(data) } };
}

export function claimed(batchNo: number, deadlineSec: number = NOW_SEC - 1): LedgerFact {
  const claim = { generation: 1, kind: 1, leaseClass: 1, accepted: 1n, items: "0x" as Hex };
  return { name: "Claimed", batchNo, nodeNo: NODE_NO, deadlineSec, ...claim };
}

export const FUTURE_SEC: number = NOW_SEC + 60;

/** The event that shows an entry of the log. */
export function recorded(entry: AuditEntry): LedgerFact {
  return {
    name: "Recorded",
    batchNo: Number(entry.body["batchNo"]),
    nodeNo: NODE_NO,
    posted: 1n,
    round: 1,
    auditSeq: entry.seq ?? 0,
    auditHead: entry.prev,
    records: bytesToHex(RECORD),
    signature: "0x",
  };
}

export function finalised(
  batchNo: number,
  seat: Partial<EventOf<"Finalised">["seats"][number]> | null,
): LedgerFact {
  const said = {
    fault: 0n,
    unable: 0n,
    reportHash: hash(3),
    salt: hash(5),
    signature: "0x" as Hex,
  };
  const seats = [{ nodeNo: NODE_NO, auditSeq: 1, auditHead: hash(6), ...said, ...seat }];
  const rest = { draw: 0, fault: 0n, unable: 0n, pending: 0n, round: 1, recordBlockHash: hash(4) };
  return { name: "Finalised", batchNo, ...rest, seats: seat === null ? [] : seats, reports: [] };
}

/** Audits with all defaults. */
export function audit(
  { ledger }: LedgerDouble,
  options: Partial<AuditSignerOptions>,
): Promise<SignerAudit> {
  const defaults = {
    nodeNo: null,
    logPath: null,
    storeUses: {},
    usesWithin: { fromMs: null, toMs: null },
    witnessPaths: [],
    withTransactions: true,
  };
  return auditSigner({ ...defaults, ...options }, { ledger, onProgress: () => undefined });
}
