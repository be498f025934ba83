import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { NewEntry } from "./audit-entry.ts";
import { AuditLog, type LogFile, openLogFile, type PlacedEntry } from "./audit-log.ts";
import { failureFrom } from "./signer.testing.ts";

let directory: string;
let path: string;
const opened: AuditLog[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deed-audit-"));
  path = join(directory, "audit.log");
});
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close();
  rmSync(directory, { recursive: true });
});

async function open(openFile = openLogFile): Promise<{ log: AuditLog; seen: PlacedEntry[] }> {
  const seen: PlacedEntry[] = [];
  const log = await AuditLog.open(
    { path },
    { nowMs: () => 1_000, visit: (placed) => seen.push(placed), openFile },
  );
  opened.push(log);
  return { log, seen };
}

function receipts(count: number, from = 0): NewEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    kind: "Receipt",
    body: { fireHash: `é${from + index}`, nodeNo: 7, atMs: 5 },
  }));
}

async function written(count: number): Promise<Buffer> {
  const { log } = await open();
  for (let index = 0; index < count; index += 1) await log.append(receipts(1, index));
  await log.close();
  return readFileSync(path);
}

test("what was appended is read back, in order, each naming the one before", async () => {
  const { log } = await open();
  const first = await log.append(receipts(3));
  const second = await log.append(receipts(2, 3));
  const head = log.head;
  await log.close();
  const again = await open();
  expect(again.seen).toEqual([...first, ...second]);
  expect(again.log.head).toBe(head);
  expect(again.seen.map(({ entry }) => entry.n)).toEqual([1, 2, 3, 4, 5]);
  expect(await again.log.at(second[1]!.offset)).toEqual(second[1]!.entry);
  expect((await again.log.append(receipts(1)))[0]!.entry.prev).toBe(head);
});

test("entries longer than a read are found again", async () => {
  const { log } = await open();
  const [placed] = await log.append([
    { kind: "Receipt", body: { fireHash: "x".repeat(1_500_000), nodeNo: 7, atMs: 5 } },
  ]);
  await log.append(receipts(1));
  expect(await log.at(placed!.offset)).toEqual(placed!.entry);
  await log.close();
  expect((await open()).seen).toHaveLength(2);
});

test("a torn last line is dropped, whatever is left of it", async () => {
  const whole = await written(3);
  const last = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (let end = last + 1; end < whole.length; end += 7) {
    writeFileSync(path, whole.subarray(0, end));
    const { log, seen } = await open();
    expect(seen).toHaveLength(2);
    expect(log.tornBytes).toBe(end - last);
    await log.close();
    expect(readFileSync(path)).toEqual(whole.subarray(0, last));
  }
});

test("a line cut from the middle is found, with its offset", async () => {
  const whole = await written(4);
  const first = whole.indexOf("\n") + 1;
  const second = whole.indexOf("\n", first) + 1;
  writeFileSync(path, Buffer.concat([whole.subarray(0, first), whole.subarray(second)]));
  expect(await failureFrom(open())).toEqual({
    code: "E_AUDIT_DAMAGED",
    offset: first,
    reason: "chain",
  });
});

test("bytes cut from the middle are found", async () => {
  const whole = await written(4);
  const first = whole.indexOf("\n") + 1;
  writeFileSync(path, Buffer.concat([whole.subarray(0, first + 9), whole.subarray(first + 60)]));
  expect(await failureFrom(open())).toMatchObject({ code: "E_AUDIT_DAMAGED", offset: first });
});

test("any flipped bit is found, also in the last line", async () => {
  const whole = await written(3);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(7), async (at, bit) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= 1 << bit;
      writeFileSync(path, damaged);
      expect((await failureFrom(open())).code).toBe("E_AUDIT_DAMAGED");
    }),
    { numRuns: 200 },
  );
});

test("an entry with a new hash but the old chain is found", async () => {
  await written(1);
  const other = readFileSync(path);
  rmSync(path);
  await written(2);
  const whole = readFileSync(path);
  writeFileSync(path, Buffer.concat([whole, other]));
  expect(await failureFrom(open())).toMatchObject({ code: "E_AUDIT_DAMAGED", reason: "chain" });
});

test("after a failed flush nothing is written any more", async () => {
  let isBroken = false;
  const failing = async (file: string): Promise<LogFile> => {
    const real = await openLogFile(file);
    return {
      ...real,
      datasync: () => (isBroken ? Promise.reject(new Error("EIO")) : real.datasync()),
    };
  };
  const { log } = await open(failing);
  await log.append(receipts(1));
  isBroken = true;
  expect(await failureFrom(log.append(receipts(1)))).toEqual({ code: "E_HALTED", reason: "EIO" });
  isBroken = false;
  expect(await failureFrom(log.append(receipts(1)))).toEqual({ code: "E_HALTED", reason: "EIO" });
});

test("of two writers of one file at most one goes on", async () => {
  const { log: first } = await open();
  const { log: second } = await open();
  const results = await Promise.allSettled([first.append(receipts(1)), second.append(receipts(1))]);
  expect(results.filter(({ status }) => status === "rejected").length).toBeGreaterThanOrEqual(1);
  expect((await failureFrom(second.append(receipts(1)))).code).toBe("E_HALTED");
});

test("a path that holds no file, or leads nowhere, is told by the system's reason", async () => {
  for (const [place, reason] of [
    [directory, "EISDIR"],
    [join(directory, "missing", "audit.log"), "ENOENT"],
  ] as const) {
    const opening = AuditLog.open({ path: place }, { nowMs: () => 1, visit: () => undefined });
    expect(await failureFrom(opening)).toEqual({ code: "E_AUDIT_IO", reason });
  }
});
