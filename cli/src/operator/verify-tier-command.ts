import type { Hex } from "@deed/protocol/encoding";
import type { LedgerTier } from "@deed/sdk";

/** What a member of the council types to have verified what a node declares, of the keys that it has now. */
export function verifyTierCommand(
  { nodeNo, dutyKey, actionKey }: NodeKeys,
  { declared, evidenceHash }: Pick<LedgerTier, "declared" | "evidenceHash">,
): string {
  const args = [nodeNo, declared, evidenceHash, dutyKey, actionKey].join(" ");
  return `deed gov propose registry.verifyTier ${args} VERIFIER EXPIRES --reason '…'`;
}

interface NodeKeys {
  readonly nodeNo: number;
  readonly dutyKey: Hex;
  readonly actionKey: Hex;
}
