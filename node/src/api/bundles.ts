import { bundleTextHash, splitBundles } from "@deed/protocol/bundle";
import type { Hex } from "@deed/protocol/encoding";
import { bundleKeepers } from "../judge/bundle-keepers.ts";
import { fetchBundles } from "../judge/fetch-bundles.ts";
import type { BatchRow } from "../store/batches.ts";
import type { ExecutionRow } from "../store/executions.ts";
import type { NodeView } from "./node-view.ts";

const PEER_MS = 10_000;

/** The recorded bundle's text, if this node holds it: of its own run, or kept for another. */
export function heldBundle(node: NodeView, row: ExecutionRow): string | null {
  const { executionId, attempt, batchNo, bundleSha256 } = row;
  if (bundleSha256 === null) return null;
  const { read } = node.store;
  const own = read.bundles.get({ executionId, attempt });
  if (own !== null && own.sha256 === bundleSha256) return utf8(own.body);
  const kept = batchNo === null ? null : read.batchBundles.get({ batchNo });
  if (kept === null) return null;
  return lineOf(utf8(kept.body), executionId, bundleSha256);
}

/** The same, and else from the executor and those that keep a copy. */
export async function findBundle(
  node: NodeView,
  row: ExecutionRow,
  signal: AbortSignal,
): Promise<string | null> {
  const held = heldBundle(node, row);
  if (held !== null || row.batchNo === null || row.bundleSha256 === null) return held;
  const batch = node.store.read.batches.get({ batchNo: row.batchNo });
  if (batch === null) return null;
  const sources = await sourcesOf(node, batch);
  const { store, peers, clock, logger, nodeNo } = node;
  const parts = { store, peers, clock, logger, ownNodeNo: nodeNo, sources, timeoutMs: PEER_MS };
  const found = await fetchBundles(parts, batch, signal);
  return found.find(({ index }) => index === row.batchIndex)?.text ?? null;
}

async function sourcesOf(node: NodeView, batch: BatchRow): Promise<readonly number[]> {
  const operatorNo = node.registry.node(batch.nodeNo)?.operatorNo;
  if (operatorNo === undefined) return [batch.nodeNo];
  return [batch.nodeNo, ...(await bundleKeepers(node.registry, batch.generation, operatorNo))];
}

// Hashing is dear: only lines that name the execution are candidates.
function lineOf(body: string, executionId: Hex, sha256: Hex): string | null {
  const lines = splitBundles(body).filter((line) => line.includes(executionId));
  return lines.find((line) => bundleTextHash(line) === sha256) ?? null;
}

function utf8(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}
