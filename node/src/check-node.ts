import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerNode } from "@deed/sdk";
import type { NodeConfig } from "./config.ts";
import { type RegistryView, ROLE_BITS } from "./roles/registry-view.ts";
import { KEY_TIERS, type KeyTier, tierNumber } from "./signer/key-tier.ts";
import { StartError } from "./start-error.ts";

/** Is this the ledger, and does it know the node in its roles? Errors: StartError. */
export async function checkNode(
  config: NodeConfig,
  collaborators: { readonly ledger: Ledger; readonly registry: RegistryView },
): Promise<LedgerNode> {
  const { ledger, registry } = collaborators;
  const { nodeNo, deployment } = config;
  const found = Number(await ledger.rpc.request<Hex>("eth_chainId", []));
  if (found !== deployment.chainId) {
    throw new StartError({ code: "CHAIN_DIFFERS", configured: deployment.chainId, found });
  }
  const node = registry.node(nodeNo);
  if (node === null) throw new StartError({ code: "NODE_UNKNOWN", nodeNo });
  if (!node.active) throw new StartError({ code: "NODE_NOT_ACTIVE", nodeNo });
  for (const role of config.roles) {
    if ((node.roles & ROLE_BITS[role]) === 0) {
      throw new StartError({ code: "NODE_ROLE_MISSING", role });
    }
  }
  return node;
}

/** Does the signer hold the keys that are registered, as well kept as was said? Errors: StartError. */
export function checkSigner(
  node: LedgerNode,
  held: {
    readonly duty: Hex;
    readonly action: Hex;
    readonly caHash: Hex;
    readonly keyTier: KeyTier;
  },
): void {
  const pairs = [
    ["duty", node.dutyKey, held.duty],
    ["action", node.actionKey, held.action],
    ["ca", node.caHash, held.caHash],
  ] as const;
  for (const [key, registered, own] of pairs) {
    if (registered.toLowerCase() === own.toLowerCase()) continue;
    throw new StartError({ code: "NODE_KEY_DIFFERS", key, registered, held: own });
  }
  // Governance attests an HSM; no signer can say that of itself.
  const registered = Math.min(node.keyTier, tierNumber("hsm"));
  if (registered > tierNumber(held.keyTier)) {
    const claimed = KEY_TIERS[node.keyTier] ?? String(node.keyTier);
    throw new StartError({ code: "NODE_TIER_OVERSTATED", registered: claimed, held: held.keyTier });
  }
}
