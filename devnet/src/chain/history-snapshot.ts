import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import type { Hex } from "./hex.ts";
import type { AccountBefore, ValuesBefore } from "./values-before.ts";

/** The values that a block replaced. */
export interface PastBlock {
  readonly hash: Hex;
  readonly before: ValuesBefore;
}

/** What is kept of the blocks from `oldest` on; without a block when nothing is. */
export interface HistorySnapshot {
  readonly oldest: number;
  readonly blocks: readonly PastBlock[];
}

interface AccountLine extends Omit<AccountBefore, "storage"> {
  readonly storage: Readonly<Record<Hex, Hex>>;
}

interface BlockLine {
  readonly hash: Hex;
  readonly before: Readonly<Record<Hex, AccountLine>>;
}

// Between blocks others get their turn: there may be hundreds of thousands of values.
const blocksAtOnce = 500;
const fastest = { level: 1 };

/** A line of JSON for the beginning and each block, compressed. */
export async function encodeSnapshot(snapshot: HistorySnapshot): Promise<Uint8Array> {
  const lines = [JSON.stringify({ oldest: snapshot.oldest })];
  for (const [index, block] of snapshot.blocks.entries()) {
    lines.push(JSON.stringify(lineOf(block)));
    if (index % blocksAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return promisify(gzip)(lines.join("\n"), fastest);
}

/** The contrary of `encodeSnapshot`; whoever calls knows that the bytes are whole. */
export async function decodeSnapshot(bytes: Uint8Array): Promise<HistorySnapshot> {
  const text = (await promisify(gunzip)(bytes)).toString("utf8");
  const [first = "{}", ...lines] = text.split("\n");
  const { oldest } = JSON.parse(first) as { readonly oldest: number };
  return { oldest, blocks: lines.map((line) => blockOf(JSON.parse(line) as BlockLine)) };
}

function lineOf({ hash, before }: PastBlock): BlockLine {
  const accounts = [...before].map(([address, { storage, ...fields }]) => [
    address,
    { ...fields, storage: Object.fromEntries(storage) },
  ]);
  return { hash, before: Object.fromEntries(accounts) };
}

function blockOf({ hash, before }: BlockLine): PastBlock {
  const accounts = Object.entries(before) as [Hex, AccountLine][];
  return {
    hash,
    before: new Map(
      accounts.map(([address, { storage, ...fields }]) => [
        address,
        { ...fields, storage: new Map(Object.entries(storage) as [Hex, Hex][]) },
      ]),
    ),
  };
}
