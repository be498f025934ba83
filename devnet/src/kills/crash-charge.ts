import type { FaultName } from "@deed/protocol/encoding";
import { type Absence, enoughMs, isDuring, longestPresenceMs, type Span } from "./absence.ts";

/** What somebody paid for not having done, and who all had to be there for it. */
export interface MissedDuty extends Span {
  /** For people, as `batch 56`. */
  readonly what: string;
  readonly nodeNos: readonly number[];
}

export interface SlashSeen {
  readonly operatorNo: number;
  readonly fault: FaultName | null;
  readonly amountWei: bigint;
  /** Null: no absence explains such a slash. */
  readonly missed: MissedDuty | null;
}

/** A small charge that kills of this run explain. */
export interface CrashCharge {
  readonly slash: SlashSeen;
  readonly causes: readonly string[];
}

/** At most one percent of a bond each: what an honest crash may cost. A second silence soon after costs more, and is none. */
const COSTS_OF_A_CRASH: ReadonlySet<FaultName> = new Set([
  "ClaimWithoutRecord",
  "MissingVerdict",
  "MissingPreimage",
  "MissingVote",
  "NeedlessChallenge",
]);

/**
 * Why this run itself made it impossible to do what was owed: nodes that had to be there, or the sequencer, were killed,
 * and between kills they never had, all up together, the time that a node needs. Null when they had it, or nobody was killed.
 */
export function crashCharge(slash: SlashSeen, absences: readonly Absence[]): CrashCharge | null {
  const { missed, fault } = slash;
  if (missed === null || fault === null || !COSTS_OF_A_CRASH.has(fault)) return null;
  const { nodeNos } = missed;
  const away = absences.filter(
    (absence) =>
      isDuring(absence, missed) && (absence.nodeNo === null || nodeNos.includes(absence.nodeNo)),
  );
  if (away.length === 0) return null;
  const neededMs = enoughMs(Math.max(...away.map(({ restartMs }) => restartMs)));
  if (longestPresenceMs(missed, away) >= neededMs) return null;
  return { slash, causes: away.map(({ cause }) => cause) };
}
