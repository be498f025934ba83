import type { ExportedReceipt, ExportedRun } from "../../bundle/run.ts";
import { EncodingError } from "../../encoding/encoding-error.ts";
import type { Hasher } from "../../encoding/hasher.ts";
import { bytesToHex, type Hex } from "../../encoding/hex.ts";
import { ChainError } from "../chain/chain-error.ts";
import { type BlockHeader, decodeHeader } from "../chain/header.ts";
import { decodeLog, type LedgerEvent, type LedgerEventName } from "../chain/ledger-event.ts";
import { decodeReceipt } from "../chain/receipt.ts";
import { provenValue, trieKey } from "../chain/trie.ts";
import { all, type Finding, type Findings, failed, ok, unknown } from "./check.ts";

/** An event of the file, with how well it is proven. */
export interface SeenEvent extends LedgerEvent {
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Of the block's header, where the file has it. */
  readonly timestampSec: number | null;
  /** Its receipt's proof, and its block's way to the anchor. */
  readonly proof: Finding;
}

/** What the file shows of the ledger: its events by name and by what they are about. */
export interface LedgerView {
  readonly bySubject: ReadonlyMap<string, readonly SeenEvent[]>;
}

// The parameters by which events are looked up.
const SUBJECTS = ["intentHash", "batchNo", "nodeNo", "generation", "round", "executionId"];

/** Reads headers and receipts, links them to the anchors, and decodes the events. */
export function viewLedger(
  run: ExportedRun,
  anchors: readonly Hex[],
  findings: Findings,
  hasher: Hasher,
): LedgerView {
  const headers = readHeaders(run, hasher);
  const linked = linkHeaders(headers, anchors, findings);
  const events: SeenEvent[] = [];
  const proofs: Finding[] = [];
  for (const receipt of eachOnce(run.receipts)) {
    const header = headers.byHash.get(receipt.blockHash) ?? null;
    const inclusion = proveReceipt(receipt, header, hasher);
    proofs.push(inclusion);
    const proof = all([inclusion, linkOf(receipt, linked)]);
    events.push(...eventsOf(run, receipt, header, proof));
  }
  findings.add("receipt-proofs", "", proofs.length === 0 ? unknown("no receipts") : all(proofs));
  return { bySubject: indexEvents(events) };
}

// One that the file holds twice did not happen twice.
function eachOnce(receipts: readonly ExportedReceipt[]): Iterable<ExportedReceipt> {
  const byContent = receipts.map((receipt) => {
    const { blockNumber, blockHash, transactionIndex, proof } = receipt;
    const place = [blockNumber, blockHash, transactionIndex];
    return [[...place, receipt.receipt, ...proof].join(" "), receipt] as const;
  });
  return new Map(byContent).values();
}

function indexEvents(events: readonly SeenEvent[]): ReadonlyMap<string, readonly SeenEvent[]> {
  const bySubject = new Map<string, SeenEvent[]>();
  const inOrder = [...events].sort((left, right) => left.blockNumber - right.blockNumber);
  for (const event of inOrder) {
    for (const subject of SUBJECTS) {
      const value = event.values[subject];
      if (value === undefined) continue;
      const key = `${event.name} ${subject} ${String(value)}`;
      const others = bySubject.get(key);
      if (others === undefined) bySubject.set(key, [event]);
      else others.push(event);
    }
  }
  return bySubject;
}

/**
 * The events of a name whose parameters have these values, in the order of the ledger; proven ones if there
 * are. The first parameter is one of those by which events are kept.
 */
export function eventsWhere(
  view: LedgerView,
  name: LedgerEventName,
  values: { readonly [parameter: string]: bigint | string },
): readonly SeenEvent[] {
  const [[subject, value] = [], ...others] = Object.entries(values);
  const found = (view.bySubject.get(`${name} ${subject} ${String(value)}`) ?? []).filter((event) =>
    others.every(([parameter, wanted]) => event.values[parameter] === wanted),
  );
  // What is not proven must not stand beside, or before, what is.
  const proven = found.filter((event) => event.proof[0] === "ok");
  return proven.length > 0 ? proven : found;
}

interface Headers {
  readonly byHash: ReadonlyMap<Hex, BlockHeader>;
  readonly malformed: string | null;
}

function readHeaders(run: ExportedRun, hasher: Hasher): Headers {
  const byHash = new Map<Hex, BlockHeader>();
  let malformed: string | null = null;
  for (const [index, text] of run.headers.entries()) {
    const header = attempt(() => decodeHeader(text, hasher));
    if (header instanceof Error) malformed = `header ${index}: ${header.message}`;
    else byHash.set(header.hash, header);
  }
  return { byHash, malformed };
}

// From each anchor down by parent hashes. Without an anchor the newest header stands for one, and is trusted.
function linkHeaders(
  headers: Headers,
  anchors: readonly Hex[],
  findings: Findings,
): ReadonlySet<Hex> {
  const newest = [...headers.byHash.values()].reduce<BlockHeader | null>(
    (best, header) => (best === null || header.number > best.number ? header : best),
    null,
  );
  const given = anchors.filter((anchor) => headers.byHash.has(anchor));
  const start = anchors.length > 0 ? given : newest === null ? [] : [newest.hash];
  const linked = new Set<Hex>();
  for (const anchor of start) {
    let header = headers.byHash.get(anchor);
    while (header !== undefined && !linked.has(header.hash)) {
      linked.add(header.hash);
      const parent = headers.byHash.get(header.parentHash);
      header = parent !== undefined && parent.number === header.number - 1 ? parent : undefined;
    }
  }
  for (const hash of start) {
    findings.trust(`block ${headers.byHash.get(hash)!.number} of the ledger is ${hash}`);
  }
  findings.add("anchor", "", anchorFinding(anchors, given, newest));
  findings.add("header-chain", "", chainFinding(headers, linked));
  return linked;
}

function anchorFinding(
  anchors: readonly Hex[],
  given: readonly Hex[],
  newest: BlockHeader | null,
): Finding {
  if (anchors.length === 0) {
    if (newest === null) return unknown("no headers");
    return unknown(`no block hash was given; block ${newest.number} was taken at its word`);
  }
  const missing = anchors.filter((anchor) => !given.includes(anchor));
  return missing.length === 0 ? ok() : unknown(`the file has no header of ${missing.join(", ")}`);
}

function chainFinding(headers: Headers, linked: ReadonlySet<Hex>): Finding {
  if (headers.malformed !== null) return failed(headers.malformed);
  const loose = [...headers.byHash.values()].filter((header) => !linked.has(header.hash));
  if (linked.size === 0) return unknown("no header is linked to an anchor");
  if (loose.length === 0) return ok(`${linked.size} headers`);
  return unknown(`no way from block ${loose[0]!.number} to an anchor`);
}

function linkOf(receipt: ExportedReceipt, linked: ReadonlySet<Hex>): Finding {
  if (linked.has(receipt.blockHash)) return ok();
  return unknown(`block ${receipt.blockNumber} is not linked to an anchor`);
}

function proveReceipt(
  receipt: ExportedReceipt,
  header: BlockHeader | null,
  hasher: Hasher,
): Finding {
  const place = `receipt ${receipt.transactionIndex} of block ${receipt.blockNumber}`;
  if (header === null) return unknown(`${place}: the file has no header of its block`);
  if (header.number !== receipt.blockNumber)
    return failed(`${place}: the block has another number`);
  const key = trieKey(receipt.transactionIndex);
  const value = attempt(() => provenValue(header.receiptsRoot, key, receipt.proof, hasher));
  if (value instanceof Error) return failed(`${place}: ${value.message}`);
  if (value === "cut") return unknown(`${place}: the file has not all of its proof`);
  const isShown = value !== null && bytesToHex(value) === receipt.receipt;
  return isShown ? ok() : failed(`${place}: its proof shows something else`);
}

function eventsOf(
  run: ExportedRun,
  receipt: ExportedReceipt,
  header: BlockHeader | null,
  proof: Finding,
): SeenEvent[] {
  const decoded = attempt(() => decodeReceipt(receipt.receipt));
  if (decoded instanceof Error || !decoded.isSuccess) return [];
  return decoded.logs.flatMap((log): SeenEvent[] => {
    const event = attempt(() => decodeLog(log, run.contracts));
    if (event === null || event instanceof Error) return [];
    const { blockNumber, blockHash } = receipt;
    const timestampSec = header?.timestampSec ?? null;
    return [{ ...event, blockNumber, blockHash, timestampSec, proof }];
  });
}

/** Runs what reads bytes of the file; what they cannot be is an answer, not an exception. */
export function attempt<T>(read: () => T): T | ChainError | EncodingError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ChainError || error instanceof EncodingError) return error;
    throw error;
  }
}
