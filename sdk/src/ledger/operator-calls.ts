import type { Hex } from "@deed/protocol/encoding";
import type { LedgerCall } from "./calls.ts";
import type { Deployment } from "./deployment.ts";
import { contractCall } from "./describe-call.ts";

/** What the council decides on (IRegistry.admit). */
export interface OperatorToAdmit {
  readonly cold: Hex;
  readonly payout: Hex;
  readonly vettingHash: Hex;
  readonly name: string;
  readonly region: string;
  readonly provider: string;
  readonly metadataUri: string;
}

/** What the cold key registers (IRegistry.addNode). */
export interface NodeToAdd {
  /** Bit 0 executor, bit 1 verifier. */
  readonly roles: number;
  /** As IRegistry.Node numbers tiers. */
  readonly keyTier: number;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
  readonly caHash: Hex;
  readonly endpoint: string;
  /** The duty key's signature of TlsCaBinding (spec 01). */
  readonly caBinding: Hex;
}

/** What of a node may change (IRegistry.updateNode). */
export interface NodeUpdate {
  readonly endpoint: string;
  readonly caHash: Hex;
  readonly active: boolean;
}

/** An operator's way in and out. All but `admit` are the cold key's; anyone may add to a bond. */
export interface OperatorCalls {
  /** The timelock's: as a call of a proposal. */
  admit(operator: OperatorToAdmit): LedgerCall;
  depositBond(operatorNo: number, amountWei: bigint): LedgerCall;
  addNode(operatorNo: number, node: NodeToAdd): LedgerCall;
  /** @param sealing x ‖ y. @param binding The duty key's signature of SealingKeyBinding (spec 01). */
  setSealingKey(nodeNo: number, sealing: Hex, binding: Hex): LedgerCall;
  /** @param evidenceHash SHA-256 of what shows the tier to the council. */
  declareTier(nodeNo: number, tier: number, evidenceHash: Hex): LedgerCall;
  /** @param caBinding The duty key's signature of TlsCaBinding (spec 01). */
  updateNode(nodeNo: number, node: NodeUpdate, caBinding: Hex): LedgerCall;
  requestExit(operatorNo: number): LedgerCall;
  withdrawBond(operatorNo: number): LedgerCall;
}

/** Encodes them for one network. */
export function operatorCalls(deployment: Deployment): OperatorCalls {
  const on = (name: string, args: readonly unknown[], valueWei = 0n): LedgerCall =>
    contractCall(deployment, "registry", name, args, valueWei);
  return {
    admit: ({ cold, payout, vettingHash, name, region, provider, metadataUri }) =>
      on("admit", [cold, payout, vettingHash, name, region, provider, metadataUri]),
    depositBond: (operatorNo, amountWei) => on("depositBond", [operatorNo], amountWei),
    addNode: (operatorNo, { caBinding, ...node }) =>
      on("addNode", [operatorNo, { ...node, operatorNo, active: true }, caBinding]),
    setSealingKey: (nodeNo, sealing, binding) =>
      on("setSealingKey", [nodeNo, ...pointWords(sealing), binding]),
    declareTier: (nodeNo, tier, evidenceHash) => on("declareTier", [nodeNo, tier, evidenceHash]),
    updateNode: (nodeNo, { endpoint, caHash, active }, caBinding) =>
      on("updateNode", [nodeNo, endpoint, caHash, active, caBinding]),
    requestExit: (operatorNo) => on("requestExit", [operatorNo]),
    withdrawBond: (operatorNo) => on("withdrawBond", [operatorNo]),
  };
}

/** x and y of 64 bytes. */
function pointWords(point: Hex): readonly [Hex, Hex] {
  return [`0x${point.slice(2, 66)}`, `0x${point.slice(66)}`];
}
