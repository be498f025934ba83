import {
  type BatchItem,
  type Commitment,
  type Hex,
  isHex,
  type KeyRotation,
  LAST_FAULT_OF_RECORD,
  MAX_BATCH_ITEMS,
  MAX_SEALED_BYTES,
  RECORD_BYTES,
  type Verdict,
  type Vote,
} from "@deed/protocol/encoding";
import { AUDITED_KINDS } from "./audit-entry.ts";
import type { ChainName, ChainPosition } from "./beacon-chains.ts";
import { checkMinimum } from "./config.ts";
import type {
  AuditMinimum,
  BatchToRecord,
  Begun,
  BoxToOpen,
  BurnToSign,
  LeafToIssue,
  LedgerSight,
  SeenTransaction,
  TransactionToSign,
  Unsigned,
} from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";

/** Parameters of a request as they come over the socket. */
export type Wire = Readonly<Record<string, unknown>>;

const LONGEST_CALL_BYTES = 131_072;
const LONGEST_BOX_BYTES = 1 + 8 + 65 + MAX_SEALED_BYTES + 16;
const LAST_SEC = 2 ** 40 - 1;
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
    ...begun(wire),
  };
}

export function parseCommitment(wire: Wire): Unsigned<Commitment> {
  return {
    batchNo: count(wire, "batchNo"),
    draw: count(wire, "draw", 255),
    commitment: hash(wire, "commitment"),
    ...begun(wire),
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
    ...begun(wire),
  };
}

export function parseVote(wire: Wire): Unsigned<Vote> {
  return {
    disputeNo: count(wire, "disputeNo"),
    fault: count(wire, "fault", LAST_FAULT_OF_RECORD),
    leaf: count(wire, "leaf", 65_535),
    reportHash: hash(wire, "reportHash"),
    ...begun(wire),
  };
}

export function parseCaBinding(wire: Wire): {
  operatorNo: number;
  endpoint: string;
  caHash?: Hex;
} & Begun {
  const endpoint = wire["endpoint"];
  if (typeof endpoint !== "string" || endpoint.length > 512) throw bad("endpoint");
  return { operatorNo: count(wire, "operatorNo"), endpoint, ...parseCaHash(wire), ...begun(wire) };
}

/** Nothing, or which CA key. */
export function parseCaHash(wire: Wire): { caHash: Hex } | undefined {
  return wire["caHash"] === undefined ? undefined : { caHash: hash(wire, "caHash") };
}

export function parsePosition(wire: Wire): ChainPosition {
  const position = {
    anchor: hash(wire, "anchor"),
    usedPreimages: count(wire, "usedPreimages"),
    behind: count(wire, "behind"),
  };
  if (position.behind > position.usedPreimages) throw bad("behind");
  return position;
}

/** Nothing, or which chain. */
export function parseChainName(wire: Wire): ChainName | undefined {
  if (wire["set"] === undefined && wire["chainNo"] === undefined) return undefined;
  return { set: count(wire, "set"), chainNo: count(wire, "chainNo") };
}

export function parseSealingBinding(wire: Wire): { operatorNo: number; sealing?: Hex } & Begun {
  const operatorNo = count(wire, "operatorNo");
  if (wire["sealing"] === undefined) return { operatorNo, ...begun(wire) };
  return { operatorNo, sealing: hexOf(wire, "sealing", 64), ...begun(wire) };
}

export function parseBoxToOpen(wire: Wire): BoxToOpen {
  const name = wire["name"];
  if (typeof name !== "string" || name === "" || name.length > 128) throw bad("name");
  const intentHash = hash(wire, "intentHash");
  if (/^0x0*$/.test(intentHash)) throw bad("intentHash");
  return { intentHash, name, box: hexUpTo(wire, "box", LONGEST_BOX_BYTES) };
}

export function parseReceipt(wire: Wire): { fireHash: Hex; atMs: number } & Begun {
  const atMs = count(wire, "atMs", 2 ** 48 - 1);
  return { fireHash: hash(wire, "fireHash"), atMs, ...begun(wire) };
}

export function parseWitnessed(wire: Wire): { checkpointDigest: Hex; atMs: number } & Begun {
  const checkpointDigest = hash(wire, "checkpointDigest");
  return { checkpointDigest, atMs: count(wire, "atMs", 2 ** 48 - 1), ...begun(wire) };
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
    ...(wire["gas"] === undefined ? {} : { gas: count(wire, "gas") }),
    maxFeePerGasWei: big(wire, "maxFeePerGasWei"),
    maxPriorityFeePerGasWei: big(wire, "maxPriorityFeePerGasWei"),
    ...(wire["from"] === undefined ? {} : { from: hexOf(wire, "from", 20) }),
  };
}

/** Transactions that one sight may show. */
const MOST_SEEN = 1_000;

export function parseSight(wire: Wire): LedgerSight {
  const minimum = object(wire["minimum"], "minimum") as AuditMinimum;
  checkMinimum(minimum);
  const given = object(wire["heads"], "heads");
  const heads = AUDITED_KINDS.flatMap((kind) => {
    if (given[kind] === undefined) return [];
    const place = object(given[kind], "heads");
    return [[kind, { seq: count(place, "seq"), head: hash(place, "head") }]];
  });
  const counts = object(wire["nonces"], "nonces");
  const nonces = Object.keys(counts).map((key) => [key, count(counts, key)]);
  return {
    minimum,
    nonces: Object.fromEntries(nonces),
    heads: Object.fromEntries(heads),
    transactions: parseSeen(wire["transactions"]),
  };
}

function parseSeen(given: unknown): readonly SeenTransaction[] {
  if (!Array.isArray(given) || given.length > MOST_SEEN) throw bad("transactions");
  return given.map((one) => {
    const seen = object(one, "transactions");
    return {
      from: hexOf(seen, "from", 20),
      nonce: count(seen, "nonce"),
      to: seen["to"] === null ? null : hexOf(seen, "to", 20),
      dataHash: hash(seen, "dataHash"),
    };
  });
}

export function parseLeaf(wire: Wire): LeafToIssue {
  const nodeUri = wire["nodeUri"];
  if (typeof nodeUri !== "string" || nodeUri.length > 256) throw bad("nodeUri");
  return {
    publicKeySpki: hexUpTo(wire, "publicKeySpki", 512),
    nodeUri,
    validFromSec: count(wire, "validFromSec"),
    validToSec: count(wire, "validToSec"),
    ...parseCaHash(wire),
  };
}

export function parseKeyRotation(wire: Wire): Omit<KeyRotation, "nodeNo"> {
  return {
    dutyKey: hexOf(wire, "dutyKey", 20),
    actionKey: hexOf(wire, "actionKey", 20),
    fromSec: count(wire, "fromSec", LAST_SEC),
  };
}

/** Whose key signs for a duty. */
export function begun(wire: Wire): Begun {
  return {
    ...(wire["sinceSec"] === undefined ? {} : { sinceSec: count(wire, "sinceSec", LAST_SEC) }),
    ...(wire["dutyKey"] === undefined ? {} : { dutyKey: hexOf(wire, "dutyKey", 20) }),
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
