import type { LedgerOperator } from "@deed/sdk";
import type { PeerDirectory } from "./peers/identity.ts";
import type { RegistryView } from "./roles/registry-view.ts";

const EXITED = 4;
/** Of an operator that the council removed: suspended for good. */
const FOR_EVER_SEC = 2 ** 40 - 1;

/**
 * Whom peers talk to. A node that the cold key switched off is nobody's peer, nor is one whose operator the council removed or that has
 * left with its bond. One whose operator is suspended for a while, or leaving, is: it still gives the verdicts it was drawn for.
 */
export function peerDirectory(registry: Pick<RegistryView, "node" | "operator">): PeerDirectory {
  return {
    node: (nodeNo) => {
      const node = registry.node(nodeNo);
      if (node === null) return null;
      const operator = registry.operator(node.operatorNo);
      return { ...node, active: node.active && operator !== null && !isGone(operator) };
    },
  };
}

function isGone({ status, suspendedUntilSec }: LedgerOperator): boolean {
  return status === EXITED || suspendedUntilSec === FOR_EVER_SEC;
}
