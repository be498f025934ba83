import type { EventOf, LedgerEvent, LedgerFact } from "@deed/sdk";
import { applyChallengeEnded, applyDataAnswered, applyDataChallenged } from "./apply-challenge.ts";
import { applyClaimed, applyReclaimed } from "./apply-claim.ts";
import { applyDisputeOpened, applyDisputeResolved } from "./apply-dispute.ts";
import { applyRegistered, applyRevoked } from "./apply-intent.ts";
import { applyRecorded } from "./apply-record.ts";
import { applyPreimages, applyRoundAssigned, applyRoundClosed } from "./apply-round.ts";
import {
  applyExpired,
  applyFaultProven,
  applyFinalised,
  applySettled,
  applyVerdictRevealed,
} from "./apply-verdict.ts";
import type { FactsContext } from "./facts-context.ts";

type Reducers = {
  readonly [Name in LedgerFact["name"]]?: (context: FactsContext, event: EventOf<Name>) => void;
};

// Events without a reducer are read from the ledger when a duty, a dispute or an action needs them.
const REDUCERS: Reducers = {
  Registered: applyRegistered,
  RevokedIntent: applyRevoked,
  Claimed: applyClaimed,
  Reclaimed: applyReclaimed,
  Recorded: applyRecorded,
  Finalised: applyFinalised,
  VerdictRevealed: applyVerdictRevealed,
  ExecutionSettled: applySettled,
  FaultProven: applyFaultProven,
  BatchExpired: applyExpired,
  RoundAssigned: applyRoundAssigned,
  RoundClosed: applyRoundClosed,
  PreimagesRevealed: applyPreimages,
  DisputeOpened: applyDisputeOpened,
  DisputeResolved: applyDisputeResolved,
  DataChallenged: applyDataChallenged,
  DataAnswered: applyDataAnswered,
  ChallengeEnded: applyChallengeEnded,
};

/** Writes what one ledger event says. Events come in ledger order, each exactly once. */
export function applyFact(context: FactsContext, event: LedgerEvent): void {
  const reduce = REDUCERS[event.name] as
    | ((context: FactsContext, event: LedgerEvent) => void)
    | undefined;
  reduce?.(context, event);
}
