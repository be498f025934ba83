import { connectNodeApi, exportRun } from "@deed/sdk";
import { missingOf } from "../demo/expectations.ts";
import { fireAll } from "../demo/run-demo.ts";
import { startSampleNetwork } from "../samples/sample-network.ts";
import { followLedger } from "../story/follow-ledger.ts";
import type { NamedRun } from "./subject.ts";

const POLL_MS = 100;

export interface ExportRunsParts {
  readonly signal: AbortSignal;
  onProgress(message: string): void;
}

/** Runs the sample workflows on a network and exports each one's executions, and all of them in one file. */
export async function exportRuns(
  directory: string,
  { signal, onProgress }: ExportRunsParts,
): Promise<readonly NamedRun[]> {
  const parts = { nowMs: () => Date.now(), onProgress };
  const samples = await startSampleNetwork({ directory, fresh: true }, parts);
  const { ledger, network } = samples;
  const follow = followLedger({ ledger, pollMs: POLL_MS, keep: "all" });
  try {
    const expected = await fireAll(samples, null);
    onProgress("Waiting for finality");
    await follow.until((story) => (missingOf(story, expected).length === 0 ? true : null), signal);
    const final = [...follow.story.executions.values()].filter(({ state }) => state === "final");
    const nodeApi = connectNodeApi({ url: network.nodes[0]?.apiUrl ?? "" }, { fetch });
    const runs: NamedRun[] = [];
    for (const name of [...samples.workflows.keys(), "all"]) {
      const wanted = final.filter(({ intentName }) => name === "all" || intentName === name);
      onProgress(`Exporting ${name}`);
      const executionIds = wanted.map(({ executionId }) => executionId);
      const { run, anchor } = await exportRun({ ledger, nodeApi }, executionIds);
      runs.push({ name, run, anchorHash: anchor.hash });
    }
    return runs;
  } finally {
    onProgress("Ending the network");
    await follow.close();
    await samples.close();
  }
}
