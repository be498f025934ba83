import type { Hex } from "@deed/protocol/encoding";
import { ActionOutboxes } from "./outbox/action-outboxes.ts";
import type { LedgerPort } from "./outbox/ledger-port.ts";
import { rpcLedger } from "./outbox/rpc-ledger.ts";
import type { NodeContext } from "./roles/context.ts";

export type OpenTransactionsParts = Pick<
  NodeContext,
  "config" | "nodeNo" | "store" | "signer" | "ledger" | "clock" | "logger" | "metrics" | "registry"
>;

const POLL_MS = 250;

/** The node's outboxes over its ledger, one for each action key. */
export function openTransactions(parts: OpenTransactionsParts): ActionOutboxes {
  const { config, ledger, registry, clock, nodeNo } = parts;
  const port = rpcLedger(ledger.rpc, (data, message) => data ?? message);
  const isFree = config.fees.kind === "free";
  const actionKey = (): Hex => {
    const key = registry.actionKeyAt(nodeNo, Math.floor(clock.nowMs() / 1000));
    if (key === null) throw new TypeError(`node ${nodeNo} is not registered`);
    return key;
  };
  return new ActionOutboxes(
    { fees: config.fees, confirmations: registry.parameters.confirmations, pollMs: POLL_MS },
    { ...parts, actionKey, ledger: isFree ? untried(port) : port },
  );
}

/**
 * Where gas is free, a call with a gas limit is sent without a try: a try costs the chain as much as the
 * transaction, and at an old head it judges ranks and leases by an old time.
 */
function untried(port: LedgerPort): LedgerPort {
  return {
    ...port,
    simulate: (call, signal) =>
      call.gas === null
        ? port.simulate(call, signal)
        : Promise.resolve({ kind: "passes", gas: call.gas }),
  };
}
