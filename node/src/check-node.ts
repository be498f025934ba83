import type { Hex } from "@deed/protocol/encoding";
import type { Ledger, LedgerKey, LedgerNode } from "@deed/sdk";
import type { NodeConfig } from "./config.ts";
import { type RegistryView, ROLE_BITS } from "./roles/registry-view.ts";
import { KEY_TIERS, type KeyTier, tierNumber } from "./signer/key-tier.ts";
import type { SignerStatus } from "./signer/signer-api.ts";
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

/**
 * Does the signer hold the keys that are registered, as well kept as was said, and know what they signed?
 * Errors: StartError.
 * @param dutyKeys All of the node's, by their times.
 */
export function checkSigner(
  node: LedgerNode,
  dutyKeys: readonly LedgerKey[],
  held: {
    readonly begun: SignerStatus["begun"];
    readonly duty: Hex;
    readonly action: Hex;
    readonly caHash: Hex;
    readonly sets: readonly {
      readonly duty: Hex;
      readonly action: Hex;
      readonly caHash: Hex;
    }[];
    readonly keyTier: KeyTier;
  },
): void {
  // Each is taken from whichever set has it.
  const inSets = (name: "duty" | "action" | "caHash", key: Hex): Hex =>
    held.sets.some((set) => set[name].toLowerCase() === key.toLowerCase()) ? key : held[name];
  const pairs = [
    ["duty", node.dutyKey, inSets("duty", node.dutyKey)],
    ["action", node.actionKey, inSets("action", node.actionKey)],
    ["ca", node.caHash, inSets("caHash", node.caHash)],
  ] as const;
  for (const [key, registered, own] of pairs) {
    if (registered.toLowerCase() === own.toLowerCase()) continue;
    throw new StartError({ code: "NODE_KEY_DIFFERS", key, registered, held: own });
  }
  requireNewKey(held.begun, dutyKeys);
  // Governance attests an HSM; no signer can say that of itself.
  const registered = Math.min(node.keyTier, tierNumber("hsm"));
  if (registered > tierNumber(held.keyTier)) {
    const claimed = KEY_TIERS[node.keyTier] ?? String(node.keyTier);
    throw new StartError({ code: "NODE_TIER_OVERSTATED", registered: claimed, held: held.keyTier });
  }
}

// What a key signed before such a log began is not in it: that key is revoked, and the log's keys are newer.
function requireNewKey(
  { atSec, continues }: SignerStatus["begun"],
  keys: readonly LedgerKey[],
): void {
  const before = keys.findLast(({ fromSec }) => fromSec <= atSec);
  if (!continues || before === undefined || before.revoked) return;
  throw new StartError({ code: "NODE_LOG_TOO_NEW", dutyKey: before.key, begunAtSec: atSec });
}
