import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { KeysConfig } from "@deed/node";
import type { BatchToRecord } from "@deed/node/parts";
import { bytesToHex, encodeRecord, joinHex, wordHex } from "@deed/protocol/encoding";
import { perSecond, rounded } from "../measure/statistics.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { type BenchSigner, openBenchSigner } from "../parts/bench-signer.ts";
import { createBenchToken } from "../parts/bench-token.ts";
import type { Figure, RowContext } from "../row.ts";

const BATCH = 64;
const IN_FLIGHT = 4;

const SINGLE_GOAL = { atMost: 3 } as const;
const RECORDS_GOAL = { atLeast: 2_000 } as const;

/** The signer process alone: batches of records over its socket, each logged and synced first. */
export async function signer(context: RowContext): Promise<readonly Figure[]> {
  const token = join(context.directory, "token-store");
  mkdirSync(token, { recursive: true, mode: 0o700 });
  const keys = await createBenchToken(token);
  const inFile = await measured(null, "keystore", context);
  if (keys === null) return [...inFile, ...without("SoftHSM")];
  return [...inFile, ...(await measured(keys, "SoftHSM", context))];
}

async function measured(
  keys: KeysConfig | null,
  store: string,
  context: RowContext,
): Promise<readonly Figure[]> {
  const directory = join(context.directory, store.toLowerCase());
  const opened = await openBenchSigner(directory, 1, keys);
  try {
    return await measure(opened, store, { ...context, seconds: context.seconds / 2 });
  } finally {
    await opened.close();
  }
}

/** Not measured, and so not met: this machine has no token. */
function without(store: string): readonly Figure[] {
  const nothing = { value: null, p50: null, p99: null, samples: 0 };
  const detail = { missing: "apt-get install softhsm2" };
  return [
    { what: single(store), unit: "ms", batchSize: 1, goal: SINGLE_GOAL, ...nothing, detail },
    { what: batches(store), unit: "1/s", batchSize: BATCH, goal: RECORDS_GOAL, ...nothing, detail },
  ];
}

function single(store: string): string {
  return `${store}: one record, one at a time`;
}

function batches(store: string): string {
  return `${store}: records in batches, ${IN_FLIGHT} batches in flight`;
}

async function measure(
  { client }: BenchSigner,
  store: string,
  { seconds, signal }: RowContext,
): Promise<readonly Figure[]> {
  let batchNo = 0;
  const sign = async (count: number): Promise<void> => {
    batchNo += 1;
    await client.recordBatch(batchOf(batchNo, count));
  };
  const half = { seconds: seconds / 2, signal };
  const alone = rateOf(await closedLoop({ inFlight: 1, ...half }, () => sign(1)));
  const loop = await closedLoop({ inFlight: IN_FLIGHT, ...half }, () => sign(BATCH));
  const { ms } = rateOf(loop);
  return [
    {
      what: single(store),
      ...{ value: alone.ms.p50, unit: "ms", batchSize: 1, goal: SINGLE_GOAL },
      ...{ p50: alone.ms.p50, p99: alone.ms.p99, samples: alone.ms.samples },
    },
    {
      what: batches(store),
      value: rounded(perSecond(loop.durationsMs.length * BATCH, loop.elapsedMs)),
      ...{ unit: "1/s", batchSize: BATCH, goal: RECORDS_GOAL },
      ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples },
    },
  ];
}

/** A batch of executions that nobody else has: their ids follow from batch and position. */
function batchOf(batchNo: number, count: number): BatchToRecord {
  const ids = Array.from({ length: count }, (_, index) => wordHex(batchNo * 1_000 + index));
  return {
    batchNo,
    posted: (1n << BigInt(count)) - 1n,
    items: ids.map((executionId, index) => ({
      ...{ executionId, intentNo: 1, attempt: 1 },
      ...{ ordinal: index + 1, t0Sec: 1_800_000_000 },
    })),
    records: joinHex(
      ...ids.map((transcriptRoot) =>
        bytesToHex(
          encodeRecord({
            ...{ transcriptRoot, bundleSha256: transcriptRoot, status: "ok", sandbox: "process" },
            adapter: "process",
            ...{
              runtime: 1,
              leafCount: 4,
              attempt: 1,
              startedMs: 1,
              endedMs: 2,
              feeGwei: 0n,
              bundleBytes: 0,
            },
          }),
        ),
      ),
    ),
  };
}
