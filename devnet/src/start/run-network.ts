import { type SampleNetwork, startSampleNetwork } from "../samples/sample-network.ts";
import type { ExecutionStory } from "../story/execution-story.ts";
import { type FollowedLedger, followLedger } from "../story/follow-ledger.ts";
import { pause } from "../story/pause.ts";
import { WorkflowError } from "../workflows/workflow-error.ts";
import type { Report } from "./report.ts";

export interface RunOptions {
  readonly directory: string;
  readonly fresh: boolean;
}

export interface RunParts {
  /** Ends the network. */
  readonly signal: AbortSignal;
  nowMs(): number;
  /** Since the process's start. */
  elapsedMs(): number;
  report(report: Report): void;
}

const TRANSFER_EVERY_MS = 15_000;
const FIRE_AFTER_MS = 15_000;
const POLL_MS = 100;
const SILENCES_TOLD = 20;
const TRANSFERRED = 10n ** 18n;

const NOTES = [
  "Keys are software, in keystores with a cheap scrypt: for demonstrations alone.",
  "All seven nodes share one RPC endpoint: what they observe has one source.",
  "The chain's sequencer is one party: it can censor, it cannot forge.",
];

/** Runs the embedded network until the signal. Errors: NetworkError, ChainError, WorkflowError. */
export async function runNetwork(options: RunOptions, parts: RunParts): Promise<void> {
  const { report } = parts;
  const say = (message: string): void =>
    report({ event: "progress", seconds: secondsOf(parts), message });
  for (const message of NOTES) report({ event: "note", message });
  const samples = await startSampleNetwork(options, { ...parts, onProgress: say });
  const follow = tellExecutions(samples, parts);
  try {
    reportReady(samples, parts);
    restartEnded(samples, parts);
    await Promise.all([transferUntilEnd(samples, parts), fireByHand(samples, follow, parts)]);
  } finally {
    say("Ending the nodes and the chain");
    await follow.close();
    await samples.close();
    report({ event: "closed", seconds: secondsOf(parts) });
  }
}

function reportReady({ network, echo, workflows }: SampleNetwork, parts: RunParts): void {
  parts.report({
    event: "ready",
    seconds: secondsOf(parts),
    directory: network.directory,
    isResumed: network.isResumed,
    rpcUrl: network.rpcUrl,
    echoUrl: echo.url,
    nodes: network.nodes.map(({ nodeNo, pid, apiUrl, sandbox }) => ({
      nodeNo,
      pid,
      apiUrl,
      sandbox,
    })),
    workflows: [...workflows].map(([name, { intentHash }]) => ({ name, intentHash })),
  });
}

function tellExecutions({ ledger, pastBlock }: SampleNetwork, parts: RunParts): FollowedLedger {
  const { report, signal } = parts;
  let isFirst = true;
  let silences = 0;
  const tell = (execution: ExecutionStory): void => {
    const { state, executionId } = execution;
    if (state === "claimed" || state === "recorded") return;
    const seconds = secondsOf(parts);
    if (state === "final" && isFirst) {
      isFirst = false;
      report({ event: "firstVerified", seconds, executionId });
    }
    report({ event: "execution", seconds, execution });
  };
  return followLedger(
    { ledger, pollMs: POLL_MS, keep: "open" },
    {
      onEvent: ({ place }, changed) => {
        if (place.blockNumber > pastBlock) changed.forEach(tell);
      },
      onTrouble: () => {
        silences += 1;
        // The first ones may be a chain that comes back, or one that ends with everything else.
        if (signal.aborted || silences % SILENCES_TOLD !== 0) return;
        const message = "The chain gives no answer";
        report({ event: "trouble", seconds: secondsOf(parts), message });
      },
    },
  );
}

/** A node or a chain that ends by itself comes back: what it had begun it finishes from what it wrote. */
function restartEnded({ network }: SampleNetwork, parts: RunParts): void {
  const { signal, report } = parts;
  const watch = ({ nodeNo, exited }: (typeof network.nodes)[number]): void => {
    exited
      .then(async () => {
        if (signal.aborted) return;
        report({ event: "nodeEnded", seconds: secondsOf(parts), nodeNo });
        watch(await network.restartNode(nodeNo));
      })
      .catch((error: unknown) => {
        const message = `Node ${nodeNo} does not come back: ${messageOf(error)}`;
        report({ event: "trouble", seconds: secondsOf(parts), message });
      });
  };
  network.nodes.forEach(watch);
  const watchChain = ({ exited }: typeof network.chain): void => {
    exited
      .then(async () => {
        if (signal.aborted) return;
        const message = "The chain ended by itself: starting it again";
        report({ event: "trouble", seconds: secondsOf(parts), message });
        watchChain(await network.restartChain());
      })
      .catch((error: unknown) => {
        const message = `The chain does not come back: ${messageOf(error)}`;
        report({ event: "trouble", seconds: secondsOf(parts), message });
      });
  };
  watchChain(network.chain);
}

/** After the first execution is through: its figure is that of a network that has one thing to do. */
async function fireByHand(
  samples: SampleNetwork,
  follow: FollowedLedger,
  parts: RunParts,
): Promise<void> {
  const workflow = samples.workflows.get("by-hand");
  if (workflow === undefined) return;
  const patience = AbortSignal.any([parts.signal, AbortSignal.timeout(FIRE_AFTER_MS)]);
  await follow.until(({ finals }) => (finals > 0 ? true : null), patience).catch(() => false);
  if (parts.signal.aborted) return;
  try {
    // Each start needs an ordinal of its own.
    const ordinal = Math.floor(parts.nowMs() / 1000);
    await samples.fire(workflow, { ordinal, input: { hello: "world" }, nodeNo: 1 });
  } catch (error) {
    if (!(error instanceof WorkflowError)) throw error;
    const message = "No node has an API: the workflow that is fired by hand rests";
    parts.report({ event: "trouble", seconds: secondsOf(parts), message });
  }
}

async function transferUntilEnd(samples: SampleNetwork, parts: RunParts): Promise<void> {
  while (!parts.signal.aborted) {
    await samples.transfer(TRANSFERRED).catch(() => {
      // The chain may be on its way back; the next transfer will do.
      const message = "The chain did not take a transfer";
      parts.report({ event: "trouble", seconds: secondsOf(parts), message });
    });
    await pause(TRANSFER_EVERY_MS, parts.signal);
  }
}

function secondsOf(parts: RunParts): number {
  return Math.round(parts.elapsedMs()) / 1000;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
