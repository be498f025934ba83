import type { GovernanceGroup, GovernanceProposal, GovernanceReads, GuardianAct } from "@deed/sdk";
import { type NextAct, nextActOf } from "./governance-steps.ts";
import { ledgerOf, type Place } from "./place.ts";

/** All that a council and its guardians look at. */
export interface GovernanceState {
  readonly council: GovernanceGroup;
  readonly guardians: GovernanceGroup;
  readonly delaySec: number;
  /** Claims are paused until then; null while they are not. */
  readonly pausedUntilSec: number | null;
  /** Newest first. */
  readonly proposals: readonly (GovernanceProposal & { readonly next: NextAct })[];
  /** Of the guardians, newest first, with how many more have to support them. */
  readonly acts: readonly (GuardianAct & { readonly missing: number })[];
}

/** The newest; who looks for an older one knows its number. */
const MOST = 100;

/** Errors: RpcError. */
export async function readGovernance(
  place: Place,
  reads: GovernanceReads,
  nowSec: number,
): Promise<GovernanceState> {
  const [council, guardians, delaySec, pausedUntilSec, proposalCount, actCount] = await Promise.all(
    [
      reads.council(),
      reads.guardians(),
      reads.delaySec(),
      ledgerOf(place).pausedUntilSec(),
      reads.proposalCount(),
      reads.actCount(),
    ],
  );
  const proposals = await newest(proposalCount, (no) => reads.proposal(no));
  const acts = await newest(actCount, (no) => reads.guardianAct(no));
  return {
    council,
    guardians,
    delaySec,
    pausedUntilSec: pausedUntilSec > nowSec ? pausedUntilSec : null,
    proposals: proposals.map((found) => ({ ...found, next: nextActOf(found, null, nowSec) })),
    acts: acts.map((found) => ({ ...found, missing: missing(found, guardians) })),
  };
}

/** Guardians of today that still have to support it. */
function missing({ applied, supporters }: GuardianAct, guardians: GovernanceGroup): number {
  const count = supporters.filter((one) => guardians.members.includes(one)).length;
  return applied ? 0 : Math.max(0, guardians.threshold - count);
}

async function newest<Found>(
  count: number,
  read: (no: number) => Promise<Found | null>,
): Promise<readonly Found[]> {
  const numbers = Array.from({ length: Math.min(count, MOST) }, (_, index) => count - index);
  const found = await Promise.all(numbers.map(read));
  return found.flatMap((one) => (one === null ? [] : [one]));
}
