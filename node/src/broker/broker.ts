import { setTimeout as sleep } from "node:timers/promises";
import type { CallStep } from "@deed/protocol/plan";
import type { Anchor, EffectRequest, EffectResult } from "@deed/protocol/runtime";
import type { Clock } from "../clock.ts";
import { addressesOfThisHost } from "./addresses.ts";
import { BrokerError } from "./broker-error.ts";
import { type ConnectOptions, openConnect, type Resolve } from "./connect.ts";
import { ConnectionPools, type ConnectionPoolsOptions } from "./connection-pools.ts";
import { type Dial, dialBySockets } from "./dial.ts";
import { HttpDoor, type HttpDoorOptions } from "./http-door.ts";
import { DEFAULT_HTTP_LIMITS } from "./http-limits.ts";
import { type BrokerJob, type CallEffect, type EffectAnswer, errorAnswer } from "./job.ts";
import type { OnceGuard } from "./once.ts";
import { plannedCall } from "./target.ts";
import { openTrust } from "./trust.ts";

export interface BrokerOptions extends ConnectOptions, ConnectionPoolsOptions, HttpDoorOptions {
  /**
   * Certificates of authorities, PEM, trusted for `privateOrigins` and `targets` beside those that Node brings along;
   * null for those alone.
   */
  readonly extraCa: string | null;
}

export const BROKER_DEFAULTS: BrokerOptions = {
  privateOrigins: new Set(),
  targets: new Map(),
  extraCa: null,
  ...DEFAULT_HTTP_LIMITS,
  restMs: 4_000,
  restingConnections: 16,
  restingIntents: 64,
  rate: { perSecond: 500, burst: 500, concurrent: 64, waiting: 1024 },
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
  /** Replaced in tests, as is the next one. */
  readonly dial?: Dial;
  readonly ownAddresses?: () => readonly string[];
}

/** The only door out of a container: it does what the signed plan holds and nothing else. */
export class Broker {
  readonly #collaborators: BrokerCollaborators;
  readonly #door: HttpDoor;
  readonly #pools: ConnectionPools;

  constructor(options: BrokerOptions, collaborators: BrokerCollaborators) {
    const { resolve, dial = dialBySockets, ownAddresses = addressesOfThisHost } = collaborators;
    const trust = openTrust(options.extraCa);
    const connect = openConnect(options, { resolve, trust, dial, ownAddresses });
    this.#collaborators = collaborators;
    this.#door = new HttpDoor(options, collaborators);
    this.#pools = new ConnectionPools(options, { connect });
  }

  /** Opens the door for one attempt. */
  open(job: BrokerJob): JobBroker {
    const { connections, release } = this.#pools.take(job.intentHash);
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
      if (request.kind === "http") return this.#door.perform(connections, job, request, signal);
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

  /** Closes every connection at once, also those that are coming about. */
  close(): void {
    this.#pools.close();
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
