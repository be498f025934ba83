import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AuditEntry } from "./audit-entry.ts";
import { AuditLog } from "./audit-log.ts";
import {
  aBatch,
  createSignerBench,
  failureFrom,
  hash,
  type SignerBench,
} from "./signer.testing.ts";
import type { SignerClient } from "./signer-client.ts";

let bench: SignerBench;
let client: SignerClient;

beforeAll(async () => {
  bench = await createSignerBench();
}, 30_000);
afterAll(() => bench.close());

async function entries(): Promise<AuditEntry[]> {
  const seen: AuditEntry[] = [];
  const log = await AuditLog.open(
    { path: bench.config.auditLogPath },
    { nowMs: () => 0, visit: ({ entry }) => seen.push(entry) },
  );
  await log.close();
  return seen;
}

// Asks without pause, kills when enough were signed; the client asks the next signer for what is left open.
async function round(number: number): Promise<Map<number, unknown>> {
  const signer = await bench.spawn();
  client ??= bench.client({ reconnectMs: 5 });
  const signed = new Map<number, unknown>();
  const asked = Array.from({ length: 400 }, async (_, index) => {
    const batchNo = number * 1000 + index;
    const result = await client.recordBatch(aBatch(batchNo, 1, number));
    signed.set(batchNo, result);
    if (signed.size === 60 + number * 37) process.kill(signer.pid, "SIGKILL");
  });
  await signer.ended;
  await bench.spawn().then(async (next) => {
    await Promise.all(asked);
    process.kill(next.pid, "SIGKILL");
    await next.ended;
  });
  return signed;
}

test("kills under load lose nothing that was signed and allow nothing else", {
  timeout: 90_000,
}, async () => {
  const signed = new Map<number, unknown>();
  for (const number of [1, 2, 3]) {
    for (const [batchNo, result] of await round(number)) signed.set(batchNo, result);
  }
  expect(signed.size).toBe(1_200);

  const log = await entries();
  const batches = log.filter(({ kind }) => kind === "RecordBatch");
  expect(batches.map(({ seq }) => seq)).toEqual(batches.map((_, index) => index + 1));
  expect(batches).toHaveLength(1_200);

  await bench.spawn();
  for (const [batchNo, result] of signed) {
    if (batchNo % 7 !== 0) continue;
    const number = Math.floor(batchNo / 1000);
    expect(await client.recordBatch(aBatch(batchNo, 1, number))).toEqual(result);
    const other = client.recordBatch(aBatch(batchNo, 1, number + 10));
    expect((await failureFrom(other)).code).toBe("E_EQUIVOCATION");
  }
  const fresh = await client.commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
  expect(fresh.auditSeq).toBe(1);
  expect(readFileSync(bench.config.auditLogPath, "utf8")).toContain("Refused");
});
