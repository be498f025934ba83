import { encodeReport, type Hex, reportHash } from "@deed/protocol/encoding";
import type { RegistryView } from "../roles/registry-view.ts";
import type { BatchRow } from "../store/batches.ts";
import { bundleKeepers } from "./bundle-keepers.ts";
import { type FetchParts, fetchBundles } from "./fetch-bundles.ts";
import { type JudgeParts, judgeExecution } from "./judge-execution.ts";
import type { Judgement } from "./judgement.ts";
import { LedgerReader } from "./ledger-reader.ts";

/** A seat's finding on the positions that a draw judges (spec 06). */
export interface BatchJudgement {
  readonly fault: bigint;
  readonly unable: bigint;
  /** Packed entries of the faults. */
  readonly report: Hex;
  readonly reportHash: Hex;
  /** By position, for people. */
  readonly findings: readonly { readonly index: number; readonly judgement: Judgement }[];
}

export type JudgeBatchParts = JudgeParts &
  Omit<FetchParts, "sources"> & {
    readonly registry: RegistryView;
    /** Nodes to ask besides the executor and its keepers. */
    readonly otherSources?: readonly number[];
  };

/** Judges the positions of `judged`, one after the other. */
export async function judgeBatch(
  parts: JudgeBatchParts,
  batch: BatchRow,
  judged: bigint,
  signal: AbortSignal,
): Promise<BatchJudgement> {
  const operatorNo = parts.registry.node(batch.nodeNo)?.operatorNo ?? 0;
  const keepers = await bundleKeepers(parts.registry, batch.generation, operatorNo);
  const sources = [...new Set([batch.nodeNo, ...keepers, ...(parts.otherSources ?? [])])];
  const posted = await fetchBundles({ ...parts, sources }, batch, signal);
  const reader = new LedgerReader(parts.ledger);
  const findings: { index: number; judgement: Judgement }[] = [];
  for (const execution of posted) {
    if (((judged >> BigInt(execution.index)) & 1n) === 0n) continue;
    signal.throwIfAborted();
    const judgement = await judgeExecution(parts, batch, execution, reader);
    findings.push({ index: execution.index, judgement });
  }
  return summary(findings);
}

function summary(findings: BatchJudgement["findings"]): BatchJudgement {
  let fault = 0n;
  let unable = 0n;
  const faults = findings.flatMap(({ index, judgement }) => {
    const bit = 1n << BigInt(index);
    if (judgement.kind === "unable") unable |= bit;
    if (judgement.kind !== "fault") return [];
    fault |= bit;
    return [{ index, leaf: judgement.leaf, fault: judgement.fault }];
  });
  const report = encodeReport(faults);
  return { fault, unable, report, reportHash: reportHash(report), findings };
}
