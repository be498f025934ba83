import type { Hex } from "@deed/protocol/encoding";

/** Why a node does not start. */
export type StartFailure =
  | { readonly code: "NODE_UNKNOWN"; readonly nodeNo: number }
  | { readonly code: "NODE_NOT_ACTIVE"; readonly nodeNo: number }
  | {
      readonly code: "NODE_KEY_DIFFERS";
      readonly key: "duty" | "action" | "ca";
      readonly registered: string;
      readonly held: string;
    }
  | { readonly code: "NODE_TIER_OVERSTATED"; readonly registered: string; readonly held: string }
  /** A log that continues a lost one was begun after its duty key held: what that key signed before is not known. */
  | { readonly code: "NODE_LOG_TOO_NEW"; readonly dutyKey: Hex; readonly begunAtSec: number }
  /** A nonce of the action key was spent on the ledger by somebody else. */
  | { readonly code: "NODE_SIGNER_NOT_ALONE"; readonly reason: string }
  | { readonly code: "NODE_ROLE_MISSING"; readonly role: string }
  | { readonly code: "CHAIN_DIFFERS"; readonly configured: number; readonly found: number }
  | {
      readonly code: "CONTAINER_MISSING";
      readonly adapter: string;
      readonly minimumLevel: string;
      readonly tried: readonly string[];
    };

export class StartError extends Error {
  override readonly name = "StartError";
  readonly failure: StartFailure;
  /** One sentence that says what to change. */
  readonly remedy: string;

  constructor(failure: StartFailure) {
    super(`${failure.code} ${JSON.stringify(failure)}`);
    this.failure = failure;
    this.remedy = remedyOf(failure);
  }
}

function remedyOf(failure: StartFailure): string {
  switch (failure.code) {
    case "NODE_UNKNOWN":
      return `Register the node, or correct "nodeNo": the registry has no node ${failure.nodeNo}.`;
    case "NODE_NOT_ACTIVE":
      return "Have the council activate the node, or its operator end the suspension.";
    case "NODE_KEY_DIFFERS":
      return `Use the keystore whose ${failure.key} key is registered, or register the new key.`;
    case "NODE_TIER_OVERSTATED":
      return `Register the node's keys as ${failure.held}, or move them to where ${failure.registered} is true.`;
    case "NODE_LOG_TOO_NEW":
      return "Bring the log back, or give the node new keys. See docs/operate/recovery.md, A restored or lost signer.";
    case "NODE_SIGNER_NOT_ALONE":
      return "Another signer works with these keys: end one of the two. See docs/operate/keys.md.";
    case "NODE_ROLE_MISSING":
      return `Register the node as ${failure.role}, or take that role out of "roles".`;
    case "CHAIN_DIFFERS":
      return `Point "rpcUrl" at chain ${failure.configured}, or correct the deployment.`;
    case "CONTAINER_MISSING":
      return 'See what `deed doctor` says of "sandbox", or lower "sandbox.minimumLevel".';
  }
}
