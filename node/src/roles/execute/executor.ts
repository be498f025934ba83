import { Broker, type BrokerOptions } from "../../broker/broker.ts";
import type { Resolve } from "../../broker/connect.ts";
import { ClaimMemory } from "../../broker/once.ts";
import type { LiveSandbox } from "../../sandbox/live-sandbox.ts";
import { newestAnchor } from "../anchor.ts";
import type { NodeContext } from "../context.ts";
import { AttemptRunner } from "./attempt-runner.ts";
import { CallDoor } from "./call-door.ts";
import { ExecuteRole } from "./execute-role.ts";
import { GatewayActions } from "./gateway-actions.ts";
import type { AttemptLimits } from "./limits-within.ts";

export interface ExecutorOptions {
  readonly runs: number;
  /** What one run may use at most. */
  readonly limits: AttemptLimits;
  readonly broker: BrokerOptions;
}

export interface ExecutorParts {
  readonly context: NodeContext;
  readonly sandbox: Pick<LiveSandbox, "execute">;
  readonly resolve: Resolve;
}

/** The execute role and what it opened. */
export interface Executor {
  readonly role: ExecuteRole;
  close(): Promise<void>;
}

const RESTARTS = { starts: 3, firstRestMs: 200, longestRestMs: 5_000 };
const GAS_PER_TRANSACTION = 15_000_000;
const ACTS_IN_FLIGHT = 4;

/** Wires the execute role to its sandbox, its broker and the gateway. */
export function openExecutor(options: ExecutorOptions, parts: ExecutorParts): Executor {
  const { context, sandbox, resolve } = parts;
  const { clock, calls, store, ledger, hasher, processId, transactions } = context;
  const stopping = new AbortController();
  const actions = new GatewayActions(
    { gasPerTransaction: GAS_PER_TRANSACTION, inFlight: ACTS_IN_FLIGHT },
    { calls, transactions },
    stopping.signal,
  );
  const door = new CallDoor({ processId }, { ledger, actions, hasher });
  const once = new ClaimMemory();
  const anchor = () => {
    const newest = newestAnchor(store, ledger.deployment.chainId);
    if (newest === null) throw new TypeError("an effect before the first ledger block");
    return newest;
  };
  const broker = new Broker(options.broker, { clock, anchor, once, call: door.handle, resolve });
  const runner = new AttemptRunner(options.limits, { context, sandbox, broker, once, calls: door });
  return {
    role: new ExecuteRole({ runs: options.runs, restarts: RESTARTS }, { context, runner }),
    close: async () => {
      stopping.abort();
      broker.close();
    },
  };
}
