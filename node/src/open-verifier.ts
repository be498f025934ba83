import { randomBytes } from "node:crypto";
import { domainSeparator, type Hex } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import type { FirstBook } from "./chain-events/first-book.ts";
import type { RoleHandlers } from "./peer-handlers.ts";
import { BeaconRole } from "./roles/beacon/beacon-role.ts";
import type { NodeContext } from "./roles/context.ts";
import { DisputeRole } from "./roles/dispute/dispute-role.ts";
import type { Role } from "./roles/role.ts";
import { VerifyRole } from "./roles/verify/verify-role.ts";
import { ScriptReplay } from "./scripts/script-replay.ts";

export interface OpenVerifierParts {
  readonly context: NodeContext;
  /** This node's own endpoints by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
  readonly firsts: FirstBook;
}

/** The roles of a verifier and what they answer to other nodes. */
export interface Verifier {
  readonly roles: readonly Role[];
  readonly handlers: RoleHandlers;
  close(): Promise<void>;
}

export function openVerifier({ context, chains, firsts }: OpenVerifierParts): Verifier {
  const { chainId, executions, intents } = context.ledger.deployment;
  const domainOf = (verifyingContract: Hex): Hex => domainSeparator({ chainId, verifyingContract });
  const beacon = new BeaconRole(context);
  const scripts = new ScriptReplay();
  const judging = {
    ...context,
    chains,
    firsts,
    scripts,
    domains: { executions: domainOf(executions), intents: domainOf(intents) },
    randomWord: (): Hex => `0x${randomBytes(32).toString("hex")}`,
  };
  const verify = new VerifyRole(judging);
  const dispute = new DisputeRole(judging);
  return {
    roles: [beacon, verify, dispute],
    close: () => scripts.close(),
    handlers: {
      commitment: (from, message) => verify.commitment(from, message),
      verdict: (from, message) => verify.verdict(from, message),
      preimage: (from, message) => beacon.offered(from, message),
    },
  };
}
