import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryDirectory } from "../chain.testing.ts";
import { type JournalFile, openFile } from "./file.ts";
import { Journal, type JournalBlock } from "./journal.ts";
import type { ChainHeader } from "./record.ts";

const header: ChainHeader = {
  version: 1,
  chainId: 7,
  genesisTimestampSec: 1_700_000_000,
  engine: "test/1",
  rules: [],
  accounts: [],
};

async function journalOf(blocks: number): Promise<string> {
  const path = join(await temporaryDirectory(), "journal");
  await Journal.create(path, header);
  const journal = await open(path);
  for (let number = 1; number <= blocks; number++) {
    const transactions = [Uint8Array.of(number, 1), Uint8Array.of(number, 2)];
    await journal.appendGroup({ kind: "group", number, timestampSec: 5, transactions });
    await journal.appendSeal({
      kind: "seal",
      number,
      hash: new Uint8Array(32).fill(number),
      excluded: [],
    });
  }
  await journal.close();
  return path;
}

async function open(path: string): Promise<Journal> {
  const journal = await Journal.open(path);
  if (journal === undefined) throw new Error("no journal");
  return journal;
}

async function blocksOf(journal: Journal): Promise<JournalBlock[]> {
  const blocks: JournalBlock[] = [];
  for await (const block of journal.read()) blocks.push(block);
  await journal.close();
  return blocks;
}

test("a journal gives its header and blocks back", async () => {
  const journal = await open(await journalOf(3));
  expect(journal.header).toEqual(header);
  expect(journal.blocks).toBe(3);
  const blocks = await blocksOf(journal);
  expect(blocks.map(({ group }) => group.number)).toEqual([1, 2, 3]);
  expect(blocks.every(({ seal }) => seal !== undefined)).toBe(true);
});

test("there is no journal where nobody made one", async () => {
  expect(await Journal.open(join(await temporaryDirectory(), "journal"))).toBeUndefined();
});

test("a torn tail is cut off and appending continues behind what is whole", async () => {
  const path = await journalOf(2);
  const whole = await readFile(path);
  await appendFile(path, whole.subarray(0, 9));
  const journal = await open(path);
  expect(await readFile(path)).toEqual(whole);
  await journal.appendGroup({ kind: "group", number: 3, timestampSec: 6, transactions: [] });
  const blocks = await blocksOf(journal);
  expect(blocks).toHaveLength(3);
  expect(blocks[2]?.seal).toBeUndefined();
});

test("every place at which a writer may have died leaves a journal that opens", async () => {
  const path = await journalOf(2);
  const whole = await readFile(path);
  const headerEnd = 13 + 1 + JSON.stringify(header).length;
  for (let length = headerEnd; length <= whole.length; length++) {
    await writeFile(path, whole.subarray(0, length));
    const blocks = await blocksOf(await open(path));
    expect(blocks.map(({ group }) => group.number)).toEqual([1, 2].slice(0, blocks.length));
  }
});

test("a flipped bit is refused with its place and what to do", async () => {
  const path = await journalOf(3);
  const bytes = await readFile(path);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 4;
  await writeFile(path, bytes);
  await expect(Journal.open(path)).rejects.toMatchObject({
    code: "JOURNAL_CORRUPT",
    failure: { path, offset: expect.any(Number) },
    message: expect.stringMatching(/at byte \d+ .*restore a copy/),
  });
  expect(await readFile(path)).toEqual(bytes);
});

test("a file that is no journal is refused", async () => {
  const path = join(await temporaryDirectory(), "journal");
  await writeFile(path, "something else altogether, and long enough for a head");
  await expect(Journal.open(path)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
  await writeFile(path, "");
  await expect(Journal.open(path)).rejects.toMatchObject({ code: "JOURNAL_CORRUPT" });
});

test("a failed sync is an error and the block does not count", async () => {
  const file = await openFile(await journalOf(1));
  if (file === undefined) throw new Error("no file");
  const failing: JournalFile = {
    ...file,
    sync: () => Promise.reject(new Error("no space left on device")),
  };
  const journal = await Journal.fromFile(failing);
  const group = { kind: "group", number: 2, timestampSec: 6, transactions: [] } as const;
  await expect(journal.appendGroup(group)).rejects.toMatchObject({ code: "JOURNAL_WRITE_FAILED" });
  expect(journal.blocks).toBe(1);
  await file.close();
});

test("a marked block tells where the blocks behind it begin, also one marked while it was the newest", async () => {
  const path = await journalOf(5);
  const journal = await Journal.open(path, new Set([2, 9]));
  expect(journal?.mark(9)).toBeUndefined();
  expect(journal?.mark(3)).toBeUndefined();
  const newest = await journal?.markNewest();
  expect(newest?.number).toBe(5);
  expect([...(newest?.hash ?? [])]).toEqual(Array(32).fill(5));
  expect(journal?.mark(5)).toEqual(newest);
  const behind = async (number: number): Promise<number[]> => {
    const numbers: number[] = [];
    for await (const { group } of journal?.read(journal.mark(number)) ?? [])
      numbers.push(group.number);
    return numbers;
  };
  expect(await behind(2)).toEqual([3, 4, 5]);
  expect(await behind(5)).toEqual([]);
  await journal?.appendGroup({ kind: "group", number: 6, timestampSec: 5, transactions: [] });
  // Its hash is not noted yet: nobody may say what it is.
  expect(await journal?.markNewest()).toBeUndefined();
  await journal?.close();
});
