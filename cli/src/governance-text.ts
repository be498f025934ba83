import type { GovernanceGroup, GovernanceProposal } from "@deed/sdk";
import { pairs, table, timeText } from "./table.ts";

/** Members and proposals, for people. */
export function governanceText(
  given: {
    readonly council: GovernanceGroup;
    readonly guardians: GovernanceGroup;
    readonly delaySec: number;
    readonly proposals: readonly GovernanceProposal[];
  },
  nowSec: number,
): string {
  const { council, guardians, delaySec, proposals } = given;
  const head = pairs([
    ["council", groupText(council)],
    ["guardians", groupText(guardians)],
    ["delay", `${delaySec} s at least`],
  ]);
  if (proposals.length === 0) return `${head}\n\nno proposals`;
  const rows = proposals.map((found) => [
    String(found.proposalNo),
    found.state,
    nextStep(found, nowSec),
    found.reason,
  ]);
  return `${head}\n\n${table(["no", "state", "next", "reason"], rows)}`;
}

/** One proposal, for people. */
export function proposalText(
  found: GovernanceProposal,
  calls: readonly string[],
  nowSec: number,
): string {
  return pairs([
    ["proposal", String(found.proposalNo)],
    ["by", found.proposer],
    ["because", found.reason],
    ...calls.map((text): [string, string] => ["does", text]),
    ["approve", `${found.approving} of ${found.needed}`],
    ["object", String(found.objecting)],
    ["votes end", timeText(found.expiresAtSec)],
    ["state", found.state],
    ["next", nextStep(found, nowSec)],
  ]);
}

/** What is missing, and who must act. */
function nextStep(found: GovernanceProposal, nowSec: number): string {
  switch (found.state) {
    case "open":
      return `${found.needed - found.approving} more members: deed gov approve`;
    case "approved":
      return "anyone: deed gov queue";
    case "queued":
      return found.readyAtSec !== null && found.readyAtSec > nowSec
        ? `wait until ${timeText(found.readyAtSec)}`
        : "anyone: deed gov execute";
    case "none":
    case "rejected":
    case "expired":
    case "executed":
    case "cancelled":
      return "nothing";
  }
}

function groupText({ members, threshold }: GovernanceGroup): string {
  return `${threshold} of ${members.length} decide: ${members.join(" ")}`;
}
