import type { LedgerPort } from "./outbox/ledger-port.ts";
import { Outbox } from "./outbox/outbox.ts";
import { rpcLedger } from "./outbox/rpc-ledger.ts";
import type { NodeContext } from "./roles/context.ts";

export type OpenTransactionsParts = Pick<
  NodeContext,
  "config" | "store" | "signer" | "ledger" | "clock" | "logger" | "metrics" | "registry"
>;

const POLL_MS = 250;

/** The node's outbox over its ledger. */
export function openTransactions(parts: OpenTransactionsParts): Outbox {
  const { config, ledger, registry } = parts;
  const port = rpcLedger(ledger.rpc, (data, message) => data ?? message);
  const isFree = config.fees.kind === "free";
  return new Outbox(
    { fees: config.fees, confirmations: registry.parameters.confirmations, pollMs: POLL_MS },
    { ...parts, ledger: isFree ? untried(port) : port },
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
