import {
  type BatchItem,
  type Commitment,
  type Hex,
  isHex,
  LAST_FAULT_OF_RECORD,
  MAX_BATCH_ITEMS,
  RECORD_BYTES,
  type Verdict,
  type Vote,
} from "@deed/protocol/encoding";
import type {
  BatchToRecord,
  BurnToSign,
  LeafToIssue,
  TransactionToSign,
  Unsigned,
} from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";

/** Parameters of a request as they come over the socket. */
export type Wire = Readonly<Record<string, unknown>>;

const LONGEST_CALL_BYTES = 131_072;
const UINT256_DIGITS = 64;

export function parseBatch(wire: Wire): BatchToRecord {
  const items = wire["items"];
  if (!Array.isArray(items) || items.length === 0 || items.length > MAX_BATCH_ITEMS) {
    throw bad("items");
  }
  return {
    batchNo: count(wire, "batchNo"),
    items: items.map((item) => parseItem(object(item, "items"))),
    posted: big(wire, "posted"),
    records: hexUpTo(wire, "records", MAX_BATCH_ITEMS * RECORD_BYTES),
  };
}

export function parseCommitment(wire: Wire): Unsigned<Commitment> {
  return {
    batchNo: count(wire, "batchNo"),
    draw: count(wire, "draw", 255),
    commitment: hash(wire, "commitment"),
  };
}

export function parseVerdict(wire: Wire): Unsigned<Verdict> {
  return {
    batchNo: count(wire, "batchNo"),
    draw: count(wire, "draw", 255),
    recordBlockHash: hash(wire, "recordBlockHash"),
    commitmentsHash: hash(wire, "commitmentsHash"),
    fault: big(wire, "fault"),
    unable: big(wire, "unable"),
    reportHash: hash(wire, "reportHash"),
  };
}

export function parseVote(wire: Wire): Unsigned<Vote> {
  return {
    disputeNo: count(wire, "disputeNo"),
    fault: count(wire, "fault", LAST_FAULT_OF_RECORD),
    leaf: count(wire, "leaf", 65_535),
    reportHash: hash(wire, "reportHash"),
  };
}

export function parseCaBinding(wire: Wire): { operatorNo: number; endpoint: string } {
  const endpoint = wire["endpoint"];
  if (typeof endpoint !== "string" || endpoint.length > 512) throw bad("endpoint");
  return { operatorNo: count(wire, "operatorNo"), endpoint };
}

export function parseReceipt(wire: Wire): { fireHash: Hex; atMs: number } {
  return { fireHash: hash(wire, "fireHash"), atMs: count(wire, "atMs", 2 ** 48 - 1) };
}

export function parseTransaction(wire: Wire): TransactionToSign {
  return {
    ...parseBurn(wire),
    to: hexOf(wire, "to", 20),
    data: hexUpTo(wire, "data", LONGEST_CALL_BYTES),
    gas: count(wire, "gas"),
  };
}

export function parseBurn(wire: Wire): BurnToSign {
  return {
    nonce: count(wire, "nonce"),
    maxFeePerGasWei: big(wire, "maxFeePerGasWei"),
    maxPriorityFeePerGasWei: big(wire, "maxPriorityFeePerGasWei"),
  };
}

export function parseLeaf(wire: Wire): LeafToIssue {
  const nodeUri = wire["nodeUri"];
  if (typeof nodeUri !== "string" || nodeUri.length > 256) throw bad("nodeUri");
  return {
    publicKeySpki: hexUpTo(wire, "publicKeySpki", 512),
    nodeUri,
    validFromSec: count(wire, "validFromSec"),
    validToSec: count(wire, "validToSec"),
  };
}

/** A whole number from 0. */
export function count(wire: Wire, field: string, most: number = Number.MAX_SAFE_INTEGER): number {
  const value = wire[field];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0 || value > most) {
    throw bad(field);
  }
  return value;
}

/** Parameters themselves, or an object in them. */
export function object(value: unknown, field: string): Wire {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad(field);
  return value as Wire;
}

function parseItem(wire: Wire): BatchItem {
  return {
    executionId: hash(wire, "executionId"),
    intentNo: count(wire, "intentNo", 2 ** 32 - 1),
    attempt: count(wire, "attempt", 255),
    ordinal: count(wire, "ordinal"),
    t0Sec: count(wire, "t0Sec", 2 ** 40 - 1),
  };
}

function hash(wire: Wire, field: string): Hex {
  return hexOf(wire, field, 32);
}

function hexOf(wire: Wire, field: string, length: number): Hex {
  const value = wire[field];
  if (!isHex(value, length)) throw bad(field);
  return value;
}

function hexUpTo(wire: Wire, field: string, most: number): Hex {
  const value = wire[field];
  if (typeof value !== "string" || value.length > 2 + 2 * most || !isHex(value)) throw bad(field);
  return value;
}

// Numbers beyond 2^53 travel as hexadecimal text.
function big(wire: Wire, field: string): bigint {
  const value = wire[field];
  if (typeof value !== "string" || !/^0x[0-9a-f]+$/.test(value)) throw bad(field);
  if (value.length > 2 + UINT256_DIGITS) throw bad(field);
  return BigInt(value);
}

function bad(field: string): SignerError {
  return new SignerError({ code: "E_BAD_REQUEST", field });
}
