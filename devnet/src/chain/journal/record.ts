/** What a chain is made with; fixed for its life. */
export interface ChainHeader {
  readonly version: number;
  readonly chainId: number;
  readonly genesisTimestampSec: number;
  /** The engine's own name and version, as in `web3_clientVersion`. */
  readonly engine: string;
  /** The engine's settings that decide what blocks look like. */
  readonly rules: readonly string[];
  readonly accounts: readonly GenesisAccount[];
}

/** An account that has funds, or is a contract, from the first block on; `balance` in wei, decimal. */
export interface GenesisAccount {
  readonly address: string;
  readonly balance: string;
  /** What it runs, in hexadecimal. */
  readonly code?: string;
}

/** Written and synchronised before a block is made. */
export interface GroupRecord {
  readonly kind: "group";
  readonly number: number;
  readonly timestampSec: number;
  readonly transactions: readonly Uint8Array[];
}

/** Written after the block was made. */
export interface SealRecord {
  readonly kind: "seal";
  readonly number: number;
  readonly hash: Uint8Array;
  /** Places in the group of transactions that the block could not include. */
  readonly excluded: readonly number[];
}

export type JournalRecord =
  | { readonly kind: "header"; readonly header: ChainHeader }
  | GroupRecord
  | SealRecord;

const kinds = { header: 1, group: 2, seal: 3 } as const;
const hashBytes = 32;

/** The body of a frame. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  switch (record.kind) {
    case "header": {
      const json = new TextEncoder().encode(JSON.stringify(record.header));
      const bytes = new Uint8Array(1 + json.length);
      bytes[0] = kinds.header;
      bytes.set(json, 1);
      return bytes;
    }
    case "group":
      return encodeGroup(record);
    case "seal":
      return encodeSeal(record);
  }
}

function encodeGroup(record: GroupRecord): Uint8Array {
  const payload = record.transactions.reduce((sum, raw) => sum + 4 + raw.length, 0);
  const bytes = new Uint8Array(21 + payload);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds.group);
  view.setBigUint64(1, BigInt(record.number));
  view.setBigUint64(9, BigInt(record.timestampSec));
  view.setUint32(17, record.transactions.length);
  let at = 21;
  for (const raw of record.transactions) {
    view.setUint32(at, raw.length);
    bytes.set(raw, at + 4);
    at += 4 + raw.length;
  }
  return bytes;
}

function encodeSeal(record: SealRecord): Uint8Array {
  const bytes = new Uint8Array(9 + hashBytes + 4 + 4 * record.excluded.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kinds.seal);
  view.setBigUint64(1, BigInt(record.number));
  bytes.set(record.hash, 9);
  view.setUint32(9 + hashBytes, record.excluded.length);
  record.excluded.forEach((place, index) => {
    view.setUint32(13 + hashBytes + 4 * index, place);
  });
  return bytes;
}

/** The record in a frame's body, or undefined when it is none. */
export function decodeRecord(body: Uint8Array): JournalRecord | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  try {
    switch (view.getUint8(0)) {
      case kinds.header:
        return { kind: "header", header: JSON.parse(new TextDecoder().decode(body.subarray(1))) };
      case kinds.group:
        return decodeGroup(body, view);
      case kinds.seal:
        return decodeSeal(body, view);
      default:
        return undefined;
    }
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decodeGroup(body: Uint8Array, view: DataView): GroupRecord | undefined {
  const transactions: Uint8Array[] = [];
  let at = 21;
  for (let left = view.getUint32(17); left > 0; left--) {
    const length = view.getUint32(at);
    if (at + 4 + length > body.length) return undefined;
    transactions.push(body.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  if (at !== body.length) return undefined;
  const number = Number(view.getBigUint64(1));
  return { kind: "group", number, timestampSec: Number(view.getBigUint64(9)), transactions };
}

function decodeSeal(body: Uint8Array, view: DataView): SealRecord | undefined {
  const count = view.getUint32(9 + hashBytes);
  if (body.length !== 13 + hashBytes + 4 * count) return undefined;
  const excluded = Array.from({ length: count }, (_, index) =>
    view.getUint32(13 + hashBytes + 4 * index),
  );
  const number = Number(view.getBigUint64(1));
  return { kind: "seal", number, hash: body.slice(9, 9 + hashBytes), excluded };
}
