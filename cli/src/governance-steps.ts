import type { GovernanceProposal, ProposalVotes } from "@deed/sdk";
import { timeText } from "./table.ts";

/** What is missing for a proposal, and who must act. */
export interface NextAct {
  /** `nobody`: it is over. `time`: nobody can do anything before `untilSec`. */
  readonly who: "council" | "anyone" | "time" | "nobody";
  readonly what: string;
  /** Members that may still do it, where only they may. */
  readonly members: readonly string[];
  /** Null when nobody can do anything now. */
  readonly command: string | null;
  readonly untilSec: number | null;
}

export function nextActOf(
  found: GovernanceProposal,
  votes: ProposalVotes | null,
  nowSec: number,
): NextAct {
  const { proposalNo, approving, needed, readyAtSec } = found;
  const none = { members: [], untilSec: null };
  switch (found.state) {
    case "open": {
      const members = votes?.silent ?? [];
      const by = members.length === 0 ? "" : `, of ${members.join(" ")}`;
      const more = needed - approving;
      const what = `${more} more ${more === 1 ? "member has" : "members have"} to approve${by}, until ${timeText(found.expiresAtSec)}`;
      const command = `deed gov approve ${proposalNo} --reason '…'`;
      return { who: "council", what, members, command, untilSec: found.expiresAtSec };
    }
    case "approved": {
      const what = `anyone may hand it to the timelock, until ${timeText(found.expiresAtSec)}`;
      const command = `deed gov queue ${proposalNo}`;
      return { who: "anyone", what, ...none, command, untilSec: found.expiresAtSec };
    }
    case "queued":
      if (readyAtSec !== null && readyAtSec > nowSec) {
        const what = `it waits in the timelock until ${timeText(readyAtSec)}`;
        return { who: "time", what, members: [], command: null, untilSec: readyAtSec };
      }
      return {
        who: "anyone",
        what: "anyone may execute it",
        ...none,
        command: `deed gov execute ${proposalNo}`,
      };
    case "none":
    case "rejected":
    case "expired":
    case "executed":
    case "cancelled":
      return { who: "nobody", what: `it is ${found.state}`, ...none, command: null };
  }
}
