import { bundleTextHash, splitBundles } from "@deed/protocol/bundle";
import { decodeRecord, EncodingError, type ExecutionRecord } from "@deed/protocol/encoding";
import type { Clock } from "../clock.ts";
import type { PeerClient } from "../peers/client.ts";
import type { BatchRow } from "../store/batches.ts";
import type { Store } from "../store/store.ts";
import type { Logger } from "../telemetry/logger.ts";

export interface FetchParts {
  readonly store: Store;
  readonly peers: Pick<PeerClient, "getBatch">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly ownNodeNo: number;
  /** Executor first, then the operators that keep a copy. */
  readonly sources: readonly number[];
  readonly timeoutMs: number;
}

/** One posted position of a batch: its record, null when unreadable, and its bundle, null when not to be had. */
export interface PostedExecution {
  readonly index: number;
  readonly record: ExecutionRecord | null;
  readonly text: string | null;
}

const RECORD_BYTES = 128;

/** Collects the bundles that the records commit to, from wherever they are. What fits no record is not taken. */
export async function fetchBundles(
  parts: FetchParts,
  batch: BatchRow,
  signal: AbortSignal,
): Promise<readonly PostedExecution[]> {
  const posted = postedRecords(batch);
  const texts = new Map<number, string>();
  const isComplete = (): boolean =>
    posted.every(({ index, record }) => record === null || texts.has(index));
  const take = (body: Uint8Array): void => {
    const lines = splitBundles(new TextDecoder().decode(body));
    for (const [position, { index, record }] of posted.entries()) {
      const line = lines[position];
      if (record === null || line === undefined || texts.has(index)) continue;
      if (bundleTextHash(line) === record.bundleSha256) texts.set(index, line);
    }
  };
  const own = parts.store.read.batchBundles.get({ batchNo: batch.batchNo });
  if (own !== null) take(own.body);
  for (const nodeNo of parts.sources) {
    if (isComplete() || signal.aborted) break;
    if (nodeNo === parts.ownNodeNo) continue;
    const body = await download(parts, nodeNo, batch.batchNo, signal);
    if (body === null) continue;
    take(body);
    if (isComplete()) await keep(parts, batch.batchNo, nodeNo, body);
  }
  return posted.map(({ index, record }) => ({ index, record, text: texts.get(index) ?? null }));
}

/** The records that a batch posted, by position. */
function postedRecords(
  batch: BatchRow,
): readonly { readonly index: number; readonly record: ExecutionRecord | null }[] {
  const found: { index: number; record: ExecutionRecord | null }[] = [];
  for (let index = 0; index < batch.count; index += 1) {
    if (((batch.posted >> BigInt(index)) & 1n) === 0n) continue;
    const offset = found.length * RECORD_BYTES;
    const bytes = batch.records?.subarray(offset, offset + RECORD_BYTES);
    found.push({ index, record: bytes === undefined ? null : readable(bytes) });
  }
  return found;
}

function readable(bytes: Uint8Array): ExecutionRecord | null {
  try {
    return decodeRecord(bytes);
  } catch (error) {
    if (error instanceof EncodingError) return null;
    throw error;
  }
}

async function download(
  parts: FetchParts,
  nodeNo: number,
  batchNo: number,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  const limit = AbortSignal.any([signal, AbortSignal.timeout(parts.timeoutMs)]);
  try {
    const isHeld = await parts.peers.getBatch(
      nodeNo,
      batchNo,
      async (bundle) => {
        for await (const chunk of bundle) chunks.push(chunk);
      },
      limit,
    );
    return isHeld ? Buffer.concat(chunks) : null;
  } catch (error) {
    signal.throwIfAborted();
    parts.logger.debug("Bundle not to be had there", { nodeNo, batchNo, error: String(error) });
    return null;
  }
}

async function keep(
  parts: FetchParts,
  batchNo: number,
  fromNode: number,
  body: Uint8Array,
): Promise<void> {
  const receivedMs = parts.clock.nowMs();
  await parts.store.write((tables) =>
    tables.batchBundles.put({ batchNo, complete: true, fromNode, receivedMs, body }),
  );
}
