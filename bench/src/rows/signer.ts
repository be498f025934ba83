import type { BatchToRecord } from "@deed/node/parts";
import { bytesToHex, encodeRecord, joinHex, wordHex } from "@deed/protocol/encoding";
import { perSecond, rounded } from "../measure/statistics.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { type BenchSigner, openBenchSigner } from "../parts/bench-signer.ts";
import type { Figure, RowContext } from "../row.ts";

const BATCH = 64;
const IN_FLIGHT = 4;

/** The signer process alone: batches of records over its socket, each logged and synced first. */
export async function signer(context: RowContext): Promise<readonly Figure[]> {
  const opened = await openBenchSigner(context.directory, 1);
  try {
    return await measure(opened, context);
  } finally {
    await opened.close();
  }
}

async function measure(
  { client }: BenchSigner,
  { seconds, signal }: RowContext,
): Promise<readonly Figure[]> {
  let batchNo = 0;
  const sign = async (count: number): Promise<void> => {
    batchNo += 1;
    await client.recordBatch(batchOf(batchNo, count));
  };
  const half = { seconds: seconds / 2, signal };
  const single = rateOf(await closedLoop({ inFlight: 1, ...half }, () => sign(1)));
  const loop = await closedLoop({ inFlight: IN_FLIGHT, ...half }, () => sign(BATCH));
  const { ms } = rateOf(loop);
  return [
    {
      what: "one record, one at a time",
      ...{ value: single.ms.p50, unit: "ms", batchSize: 1, goal: null },
      ...{ p50: single.ms.p50, p99: single.ms.p99, samples: single.ms.samples },
    },
    {
      what: `records in batches, ${IN_FLIGHT} batches in flight`,
      value: rounded(perSecond(loop.durationsMs.length * BATCH, loop.elapsedMs)),
      ...{ unit: "1/s", batchSize: BATCH, goal: null },
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
