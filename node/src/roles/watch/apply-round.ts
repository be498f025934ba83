import type { EventOf } from "@deed/sdk";
import type { RoundRow } from "../../store/rounds.ts";
import type { FactsContext } from "./facts-context.ts";

const OPEN: Omit<RoundRow, "round"> = {
  openBlock: null,
  seed: null,
  closedAtSec: null,
  closedBlock: null,
};

/** Records wait for this round from now on; it opens at the block that is named. */
export function applyRoundAssigned(context: FactsContext, event: EventOf<"RoundAssigned">): void {
  const { rounds } = context.tables;
  const known = rounds.get({ round: event.round });
  rounds.put({ ...OPEN, ...known, round: event.round, openBlock: event.openBlock });
}

export function applyRoundClosed(context: FactsContext, event: EventOf<"RoundClosed">): void {
  const { rounds } = context.tables;
  const known = rounds.get({ round: event.round });
  rounds.put({
    ...OPEN,
    ...known,
    round: event.round,
    seed: event.seed,
    closedAtSec: context.blockTimeSec,
    closedBlock: event.place.blockNumber,
  });
}

/** Preimages that stand on the ledger need not come from their owners any more. */
export function applyPreimages(context: FactsContext, event: EventOf<"PreimagesRevealed">): void {
  for (const [index, operatorNo] of event.operatorNos.entries()) {
    const preimage = event.preimages[index];
    if (preimage === undefined) continue;
    context.tables.preimages.put({ round: event.round, operatorNo, preimage });
  }
}
