import type { GovernanceGroup, GovernanceProposal, GuardianAct, ProposalVotes } from "@deed/sdk";
import type { NextAct } from "./governance-steps.ts";
import type { GovernanceState } from "./read-governance.ts";
import { pairs, table, timeText } from "./table.ts";

/** Members, proposals, guardians' acts, for people. */
export function governanceText(given: GovernanceState, nowSec: number): string {
  const { council, guardians, delaySec, pausedUntilSec, proposals, acts } = given;
  const paused: readonly [string, string][] =
    pausedUntilSec === null ? [] : [["claims", `paused until ${timeText(pausedUntilSec)}`]];
  const head = pairs([
    ["council", groupText(council)],
    ["guardians", groupText(guardians)],
    ["delay", `${delaySec} s at least`],
    ...paused,
  ]);
  const rows = proposals.map(({ proposalNo, state, next, reason }) => [
    String(proposalNo),
    state,
    nextText(next),
    reason,
  ]);
  const listed =
    rows.length === 0 ? "no proposals" : table(["no", "state", "next", "reason"], rows);
  if (acts.length === 0) return `${head}\n\n${listed}`;
  const restricted = acts.map((found) => [
    String(found.actNo),
    `${found.kind}${found.kind === "pause" ? "" : ` ${found.subject}`}`,
    actText(found, nowSec),
    found.reason ?? "",
  ]);
  const actsText = table(["act", "restricts", "state", "reason"], restricted);
  return `${head}\n\n${listed}\n\n${actsText}`;
}

/** One proposal, for people. */
export function proposalText(
  found: GovernanceProposal & { readonly votes: ProposalVotes; readonly next: NextAct },
  calls: readonly string[],
): string {
  const { votes } = found;
  return pairs([
    ["proposal", String(found.proposalNo)],
    ["by", found.proposer],
    ["because", found.reason],
    ...calls.map((text): [string, string] => ["does", text]),
    ["approve", `${found.approving} of ${found.needed}${listText(votes.approved)}`],
    ["object", `${found.objecting}${listText(votes.objected)}`],
    ["silent", `${votes.silent.length}${listText(votes.silent)}`],
    ["votes end", timeText(found.expiresAtSec)],
    ["state", found.state],
    ["next", nextText(found.next)],
  ]);
}

function actText(
  { actNo, applied, untilSec, expiresAtSec, missing }: GuardianAct & { readonly missing: number },
  nowSec: number,
): string {
  if (applied) {
    if (untilSec === null) return "applied";
    return untilSec > nowSec ? `holds until ${timeText(untilSec)}` : `ended ${timeText(untilSec)}`;
  }
  if (nowSec >= expiresAtSec) return "expired: too few guardians joined";
  const more = `${missing} more ${missing === 1 ? "guardian" : "guardians"}`;
  return `${more} until ${timeText(expiresAtSec)}: deed gov support ${actNo} --reason '…'`;
}

function nextText({ what, command }: NextAct): string {
  return command === null ? what : `${what}: ${command}`;
}

function listText(members: readonly string[]): string {
  return members.length === 0 ? "" : `: ${members.join(" ")}`;
}

function groupText({ members, threshold }: GovernanceGroup): string {
  return `${threshold} of ${members.length} decide: ${members.join(" ")}`;
}
