import { KEY_TIERS, type KeyTierName, type LedgerTier } from "@deed/sdk";
import { verifyTierCommand } from "../operator/verify-tier-command.ts";
import { type Finding, finding } from "./finding.ts";

const NAME = "key tier";

/** What a node's signer finds of its keys, beside what the registry says of them. */
export function tierFinding(
  node: Parameters<typeof verifyTierCommand>[0],
  found: KeyTierName,
  registered: LedgerTier,
): Finding {
  const { nodeNo } = node;
  const { declared, counted } = registered;
  const actual = KEY_TIERS.indexOf(found);
  const said = `node ${nodeNo}: its keys are ${nameOf(actual)}, declared ${nameOf(declared)}, counted ${nameOf(counted)}`;
  if (declared > actual) {
    const remedy = `Put the keys where the registry says they are, or declare what they are: registry.declareTier(${nodeNo}, ${actual}, EVIDENCE).`;
    return finding(NAME, "fail", said, remedy);
  }
  if (declared < actual) {
    return finding(NAME, "warn", said, "`deed node join FOLDER` declares it, with its evidence.");
  }
  if (counted < declared) {
    const waits = `${said} until the council verifies it`;
    // A rotation forgets the evidence, as it was of other keys.
    const remedy =
      BigInt(registered.evidenceHash) === 0n
        ? "`deed node join FOLDER` declares it anew, with the evidence of these keys."
        : verifyTierCommand(node, registered);
    return finding(NAME, "warn", waits, remedy);
  }
  return finding(NAME, "ok", said);
}

function nameOf(tier: number): string {
  return `${tier} (${KEY_TIERS[tier] ?? "unknown"})`;
}
