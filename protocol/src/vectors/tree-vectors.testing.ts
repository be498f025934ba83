import { bytesToHex, type Hex } from "../encoding/hex.ts";
import {
  type BatchItem,
  type ClaimEntry,
  itemLeaf,
  itemsRoot,
  packEntries,
} from "../encoding/item.ts";
import { merklePath, merkleRoot } from "../encoding/merkle.ts";
import {
  type ExecutionRecord,
  encodeRecord,
  packRecords,
  RECORD_STATUS,
  recordLeaf,
  recordRoot,
  SANDBOX_ADAPTER,
  SANDBOX_LEVEL,
} from "../encoding/record.ts";
import { hashWords } from "../encoding/word.ts";
import { big, type Case, word } from "./values.testing.ts";

/** Roots and paths of positional trees. */
export function trees(): Case[] {
  return [0, 1, 2, 3, 4, 5, 7, 8, 11, 64, 256].map((count) => {
    const leaves = Array.from({ length: count }, (_, index) => word(`leaf ${index}`));
    const index = count === 0 ? 0 : count - 1;
    const path = count === 0 ? [] : merklePath(leaves, index);
    const leaf = leaves[index] ?? word("no leaf");
    return { count, leaves, root: merkleRoot(leaves), index, leaf, path };
  });
}

const intentNos = [1, 77, 4_294_967_295];
const signature: Hex = `0x${word("r").slice(2)}${word("s").slice(2)}1b`;

const entries: readonly (readonly [number, (intentNo: number) => ClaimEntry])[] = [
  [
    1,
    (intentNo) => ({ kind: "event", intentNo, occurrenceId: word("event"), t0Sec: 1_800_000_000 }),
  ],
  [2, (intentNo) => ({ kind: "interval", intentNo, ordinal: 3 + intentNo })],
  [
    3,
    (intentNo) => ({
      kind: "manual",
      intentNo,
      ordinal: 9,
      inputHash: word("input"),
      firedAtSec: 1_800_000_000,
      validUntilSec: 1_800_000_600,
      signature,
    }),
  ],
  [4, (intentNo) => ({ kind: "cron", intentNo, ordinal: 30_000_000 })],
  [5, (intentNo) => ({ kind: "block", intentNo, ordinal: 123, t0Sec: 1_800_000_000 })],
  [6, (intentNo) => ({ kind: "start", intentNo, ordinal: 0 })],
];

/** `items` of claims: three entries of one kind each, with the fields of the last. */
export function claims(): Case[] {
  return entries.map(([kind, make]) => {
    const list = intentNos.map(make);
    const { kind: name, ...fields } = list.at(-1)!;
    return { kind, name, count: list.length, items: packEntries(list), ...fields };
  });
}

const items: readonly BatchItem[] = [1, 2, 3, 4, 5].map((n) => ({
  executionId: word(`execution ${n}`),
  intentNo: n,
  attempt: 1 + (n % 3),
  ordinal: n === 1 ? 0 : 1000 * n,
  t0Sec: 1_800_000_000 + n,
}));

/** Leaves of items. */
export function itemLeaves(): Case[] {
  return items.map((item) => ({ ...item, leaf: itemLeaf(item) }));
}

const records: readonly ExecutionRecord[] = (["ok", "failed", "stopped"] as const).map(
  (status, n) => ({
    transcriptRoot: word(`transcript ${n}`),
    bundleSha256: word(`bundle ${n}`),
    status,
    sandbox: (["process", "containerSharedNet", "container"] as const)[n]!,
    adapter: "unstated",
    runtime: 1,
    leafCount: 4 + n,
    attempt: 1 + n,
    startedMs: 1_800_000_000_000 + n,
    endedMs: 1_800_000_000_500 + n,
    feeGwei: BigInt(n) * 10n ** 9n,
    bundleBytes: 1000 + n,
  }),
);

/** Single records: without their adapter, and with each. */
export function recordBytes(): Case[] {
  const stated = (["process", "zygote", "bubblewrap"] as const).map((adapter, n) => ({
    ...records[n]!,
    adapter,
  }));
  return [...records, ...stated].map((record) => ({
    ...record,
    status: RECORD_STATUS[record.status],
    sandbox: SANDBOX_LEVEL[record.sandbox],
    adapter: SANDBOX_ADAPTER[record.adapter],
    feeGwei: Number(record.feeGwei),
    encoded: bytesToHex(encodeRecord(record)),
    leaf: recordLeaf(encodeRecord(record)),
  }));
}

/** Roots of batches, and the word that a batch's slot holds once it is recorded. */
export function batches(): Case[] {
  const encoded = records.map((record) => encodeRecord(record));
  return [0b10011n, 0b11100n, 0b00111n].map((posted) => {
    const root = recordRoot(encoded, posted, items.length);
    return {
      count: items.length,
      posted: big(posted),
      records: packRecords(records),
      itemsRoot: itemsRoot(items),
      recordRoot: root,
      rootWord: hashWords([itemsRoot(items), root]),
    };
  });
}
