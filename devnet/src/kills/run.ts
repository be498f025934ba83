import type { Hex } from "@deed/protocol/encoding";
import type { NodeCode } from "../network/node-process.ts";
import type { SampleNetwork } from "../samples/sample-network.ts";
import type { FollowedLedger } from "../story/follow-ledger.ts";
import { pause } from "../story/pause.ts";
import type { SignedWorkflow } from "../workflows/sign-workflow.ts";
import type { HeldRequests } from "./held-requests.ts";
import type { Killer } from "./killer.ts";
import type { Observer } from "./observer.ts";
import type { WorkflowPlaces } from "./workflows.ts";

export type Sabotage = "resume" | "lease";

export interface KillsOptions {
  /** Empty; everything is written there. */
  readonly directory: string;
  readonly seed: number;
  /** Kills after which the load ends. */
  readonly kills: number;
  /** When the load ends at the latest, from the network's start. */
  readonly loadMs: number;
  /** When everything ends, terminal or not. */
  readonly limitMs: number;
  /** Lets every node run a build without a rule. */
  readonly sabotage: Sabotage | null;
  /** Lets one executor lie once. */
  readonly lie: boolean;
  /** What the nodes run from; left out, what this code runs from. */
  readonly nodeCode?: NodeCode;
}

export interface KillsParts {
  readonly signal: AbortSignal;
  nowMs(): number;
  onProgress(message: string): void;
}

/** What the parts of a run share. */
export interface Run {
  readonly options: KillsOptions;
  readonly parts: KillsParts;
  readonly samples: SampleNetwork;
  readonly follow: FollowedLedger;
  readonly observer: Observer;
  readonly held: HeldRequests;
  readonly killer: Killer;
  /** What nodes are started with, by number. */
  readonly tamper: Record<number, string>;
  readonly startedMs: number;
}

const RETRY_MS = 100;

/** The node that lies when it is time; in this network it has its operator's number. */
export const LIAR_NO = 3;

/** Registers one of the run's workflows, also while the sequencer is on its way back. */
export function registerIn(
  { samples, parts }: Run,
  name: string,
  yaml: (places: WorkflowPlaces) => string,
): Promise<SignedWorkflow> {
  const { echo, state } = samples;
  const places = { echoUrl: echo.url, counter: state.contracts.counter, expires: state.expires };
  return again(() => samples.register(yaml(places), `${name}.yaml`), parts.signal);
}

/** The node that holds an execution. Errors: the signal's reason. */
export function holderOf({ follow }: Run, executionId: Hex, signal: AbortSignal): Promise<number> {
  return follow.until(({ executions }) => executions.get(executionId)?.nodeNo ?? null, signal);
}

/** Tries what needs the sequencer until it is there. Errors: those of `act` that say something else. */
export async function again<T>(act: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await act();
    } catch (error) {
      signal.throwIfAborted();
      if (!isTransient(error)) throw error;
      await pause(RETRY_MS, signal);
    }
  }
}

/** The sequencer is on its way back. */
function isTransient(error: unknown): boolean {
  const { code } = (error as { readonly failure?: { readonly code?: string } }).failure ?? {};
  return code === "RPC_UNREACHABLE" || code === "RPC_TIMEOUT";
}
