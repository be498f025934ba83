import { type FaultName, faultName } from "@deed/protocol/encoding";
import type { EventOf, LedgerEvent, LedgerFact, LedgerParameters } from "@deed/sdk";
import type { MissedDuty, SlashSeen } from "./crash-charge.ts";

export interface SlashParts {
  /** Of the whole ledger, in order. */
  readonly events: readonly LedgerEvent[];
  readonly parameters: LedgerParameters;
  /** Block time, ms. */
  timeMs(blockNumber: number): Promise<number>;
}

/** The last part of a lease's margin belongs to the record: until here an effect may begin. */
const EFFECTS_END_SHARE = 0.7;
/** The share of a verdict window that seats look for a bundle before they demand it (spec 07). */
const PATIENCE_SHARE = 1 / 3;

/** Every slash, and what the ledger tells of the duty that was missed. Operators and nodes have one number here. */
export function slashesSeen(parts: SlashParts): Promise<readonly SlashSeen[]> {
  return Promise.all(
    parts.events.filter(isNamed("Slashed")).map(async (slash): Promise<SlashSeen> => {
      const fault = faultName(slash.fault);
      const { operatorNo, amountWei } = slash;
      return { operatorNo, fault, amountWei, missed: await missedDuty(slash, fault, parts) };
    }),
  );
}

async function missedDuty(
  slash: EventOf<"Slashed">,
  fault: FaultName | null,
  parts: SlashParts,
): Promise<MissedDuty | null> {
  const { beaconWindowSec, verdictWindowSec, voteCommitSec, voteRevealSec } = parts.parameters;
  switch (fault) {
    case "ClaimWithoutRecord":
      return missedRecord(slash, parts);
    case "NeedlessChallenge":
      return missedBundle(slash, parts);
    case "MissingPreimage":
      return window(slash, "a beacon round", beaconWindowSec, parts);
    case "MissingVerdict":
      return window(slash, "a verdict", verdictWindowSec, parts);
    case "MissingVote":
      return window(slash, "a vote", voteCommitSec + voteRevealSec, parts);
    default:
      return null;
  }
}

/** From the claim to the last moment at which an effect may begin. */
async function missedRecord(
  slash: EventOf<"Slashed">,
  parts: SlashParts,
): Promise<MissedDuty | null> {
  const expired = parts.events.filter(isNamed("BatchExpired")).find(isBeside(slash));
  const isOf = ({ batchNo }: { readonly batchNo: number }): boolean => batchNo === expired?.batchNo;
  const claimed =
    parts.events.filter(isNamed("Claimed")).find(isOf) ??
    parts.events.filter(isNamed("Reclaimed")).find(isOf);
  if (expired === undefined || claimed === undefined) return null;
  const { batchNo, nodeNo, deadlineSec, place } = claimed;
  return {
    what: `batch ${batchNo}`,
    nodeNos: [nodeNo],
    fromMs: await parts.timeMs(place.blockNumber),
    untilMs: (deadlineSec - EFFECTS_END_SHARE * parts.parameters.leaseMarginSec) * 1000,
  };
}

/** The time in which the seat had to get the bundle from its executor. */
async function missedBundle(
  slash: EventOf<"Slashed">,
  parts: SlashParts,
): Promise<MissedDuty | null> {
  const { events, parameters } = parts;
  const ended = events.filter(isNamed("ChallengeEnded")).find(isBeside(slash));
  const asked = events
    .filter(isNamed("DataChallenged"))
    .findLast((event) => event.batchNo === ended?.batchNo && isBefore(event, slash));
  const recorded = events.filter(isNamed("Recorded")).find((e) => e.batchNo === asked?.batchNo);
  if (asked === undefined || recorded === undefined) return null;
  const untilMs = await parts.timeMs(asked.place.blockNumber);
  return {
    what: `bundle of batch ${asked.batchNo}`,
    nodeNos: [slash.operatorNo, recorded.nodeNo],
    fromMs: untilMs - parameters.verdictWindowSec * PATIENCE_SHARE * 1000,
    untilMs,
  };
}

async function window(
  slash: EventOf<"Slashed">,
  what: string,
  windowSec: number,
  { timeMs }: SlashParts,
): Promise<MissedDuty> {
  const untilMs = await timeMs(slash.place.blockNumber);
  return { what, nodeNos: [slash.operatorNo], fromMs: untilMs - windowSec * 1000, untilMs };
}

function isNamed<Name extends LedgerFact["name"]>(
  name: Name,
): (event: LedgerEvent) => event is LedgerEvent & EventOf<Name> {
  return (event): event is LedgerEvent & EventOf<Name> => event.name === name;
}

/** In the same transaction, before it. */
function isBeside(slash: LedgerEvent): (event: LedgerEvent) => boolean {
  return ({ place }) => place.txHash === slash.place.txHash;
}

function isBefore({ place }: LedgerEvent, slash: LedgerEvent): boolean {
  return place.blockNumber <= slash.place.blockNumber;
}
