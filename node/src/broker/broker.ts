import { setTimeout as sleep } from "node:timers/promises";
import type { CallStep } from "@deed/protocol/plan";
import type { Anchor, EffectRequest, EffectResult } from "@deed/protocol/runtime";
import type { Clock } from "../clock.ts";
import { AgentPool } from "./agent-pool.ts";
import { BrokerError } from "./broker-error.ts";
import { brokerSecureContext, type ConnectOptions, type Resolve } from "./connect.ts";
import { HttpDoor, type HttpDoorOptions } from "./http-door.ts";
import { type BrokerJob, type CallEffect, type EffectAnswer, errorAnswer } from "./job.ts";
import type { OnceGuard } from "./once.ts";
import { plannedCall } from "./target.ts";

export interface BrokerOptions extends ConnectOptions, HttpDoorOptions {
  /** Certificates of authorities, PEM, beside those that Node knows; null for those alone. */
  readonly extraCa: string | null;
  /** Intents whose connections are kept open while they rest. */
  readonly restingAgents: number;
}

export const BROKER_DEFAULTS: BrokerOptions = {
  privateOrigins: new Set(),
  targets: new Map(),
  extraCa: null,
  connectTimeoutMs: 10_000,
  connections: 16,
  maxHeaderBytes: 16 * 1024,
  requestBytes: 256 * 1024,
  responseBytes: 256 * 1024,
  responseHeaders: 100,
  totalMs: 60_000,
  rate: { perSecond: 500, burst: 500, concurrent: 64, waiting: 1024 },
  restingAgents: 64,
};

/** Does an on-chain call that the broker has found in the plan. */
export type CallHandler = (
  effect: CallEffect,
  context: { readonly job: BrokerJob; readonly step: CallStep },
  signal: AbortSignal,
) => Promise<EffectAnswer>;

export interface BrokerCollaborators {
  readonly clock: Clock;
  /** The newest final ledger block that this node knows. */
  readonly anchor: () => Anchor;
  readonly once: OnceGuard;
  readonly call: CallHandler;
  readonly resolve: Resolve;
}

/** The only door out of a container: it does what the signed plan holds and nothing else. */
export class Broker {
  readonly #collaborators: BrokerCollaborators;
  readonly #door: HttpDoor;
  readonly #agents: AgentPool;

  constructor(options: BrokerOptions, collaborators: BrokerCollaborators) {
    const secureContext = brokerSecureContext(options.extraCa);
    this.#collaborators = collaborators;
    this.#door = new HttpDoor(options, collaborators);
    this.#agents = new AgentPool(options, { resolve: collaborators.resolve, secureContext });
  }

  /** Opens the door for one attempt. */
  open(job: BrokerJob): JobBroker {
    const { agent, release } = this.#agents.take(job.intentHash);
    const { clock, anchor, call } = this.#collaborators;
    let lastMs = 0;
    // Times never decrease along a transcript, even where the host's clock does.
    const stamp = (): number => {
      lastMs = Math.max(lastMs, clock.nowMs());
      return lastMs;
    };
    const effect = async (
      request: Exclude<EffectRequest, { kind: "pause" }>,
      signal: AbortSignal,
    ) => {
      const refusal = job.refusal();
      if (refusal !== null) return errorAnswer(refusal);
      if (request.kind === "http") return this.#door.perform(agent, job, request, signal);
      return call(request, { job, step: plannedCall(job.plan, request) }, signal);
    };
    const handle = async (request: EffectRequest, signal: AbortSignal): Promise<EffectResult> => {
      const start = { startedMs: stamp(), anchor: anchor() };
      const answer =
        request.kind === "pause"
          ? await pause(request.ms, signal)
          : await effect(request, signal).catch(answerOf);
      signal.throwIfAborted();
      return { ...start, endedMs: stamp(), ...answer };
    };
    return { handle, close: release };
  }

  async close(): Promise<void> {
    await this.#agents.close();
  }
}

/** The door as one attempt sees it. */
export interface JobBroker {
  readonly handle: (request: EffectRequest, signal: AbortSignal) => Promise<EffectResult>;
  /** The attempt has ended. */
  close(): void;
}

async function pause(ms: number, signal: AbortSignal): Promise<EffectAnswer> {
  await sleep(ms, undefined, { signal });
  return { status: 0, output: { status: 0, headers: {}, body: "" } };
}

function answerOf(error: unknown): EffectAnswer {
  if (!(error instanceof BrokerError)) throw error;
  return errorAnswer(error);
}
