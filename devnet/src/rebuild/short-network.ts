import { startSampleNetwork } from "../samples/sample-network.ts";
import { followLedger } from "../story/follow-ledger.ts";

export interface ShortNetworkOptions {
  readonly directory: string;
  /** Executions that are to be final before it ends. */
  readonly finals: number;
  readonly limitMs: number;
}

export interface ShortNetworkParts {
  readonly signal: AbortSignal;
  nowMs(): number;
  onProgress(message: string): void;
}

const POLL_MS = 100;
const TRANSFERRED = 10n ** 18n;

/** Runs a network with its samples until enough is final, and leaves its folder behind, stopped. */
export async function runShortNetwork(
  options: ShortNetworkOptions,
  parts: ShortNetworkParts,
): Promise<void> {
  const { directory, finals, limitMs } = options;
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(limitMs)]);
  const samples = await startSampleNetwork({ directory, fresh: true }, parts);
  const follow = followLedger({ ledger: samples.ledger, pollMs: POLL_MS, keep: "all" });
  try {
    await samples.transfer(TRANSFERRED);
    const byHand = samples.workflows.get("by-hand");
    if (byHand !== undefined) {
      await samples.fire(byHand, { ordinal: 1, input: { hello: "world" }, nodeNo: 1 });
    }
    parts.onProgress(`Waiting until ${finals} executions are final`);
    await follow.until((story) => (story.finals >= finals ? true : null), signal);
  } finally {
    parts.onProgress("Ending the network");
    await follow.close();
    await samples.close();
  }
}
