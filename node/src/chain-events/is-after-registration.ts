import type { IntentRow } from "../store/intents.ts";
import type { SeenEvent } from "./read-occurrence.ts";

/** An intent wants the events from its registration on: by block on the ledger's chain, elsewhere by time (spec 02). */
export function isAfterRegistration(
  intent: Pick<IntentRow, "registeredBlock" | "start">,
  { payload, blockTimeSec }: SeenEvent,
  ledgerChainId: number,
): boolean {
  return payload.chainId === ledgerChainId
    ? payload.blockNumber >= intent.registeredBlock
    : blockTimeSec >= intent.start;
}
