import type { Rpc } from "@deed/sdk";
import type { IntentRow } from "../store/intents.ts";
import type { ChainLog, EventTrigger } from "./decode-event.ts";
import { isAfterRegistration } from "./is-after-registration.ts";
import { EventReader, type SeenEvent } from "./read-occurrence.ts";
import { isWanted } from "./where-clause.ts";

/** What tells which events an intent wants. */
export interface EventWish {
  readonly intent: Pick<IntentRow, "registeredBlock" | "start">;
  readonly trigger: EventTrigger;
  readonly ledgerChainId: number;
}

/** The events of some blocks that one intent wants, in the chain's order. Errors: RpcError, ChainEventError. */
export async function wantedEvents(
  rpc: Rpc,
  { intent, trigger, ledgerChainId }: EventWish,
  [from, to]: readonly [number, number],
): Promise<readonly SeenEvent[]> {
  const filter = {
    address: [trigger.contract],
    topics: [[trigger.topic0]],
    fromBlock: `0x${from.toString(16)}`,
    toBlock: `0x${to.toString(16)}`,
  };
  const logs = await rpc.request<readonly ChainLog[]>("eth_getLogs", [filter]);
  const reader = new EventReader(rpc);
  const seen = await Promise.all(
    logs.map(async (log) => reader.occurrence(trigger, log, await reader.ordinalOf(log))),
  );
  return seen
    .filter((event) => event !== null)
    .filter(
      (event) => isAfterRegistration(intent, event, ledgerChainId) && isWanted(trigger, event),
    )
    .sort(byPlace);
}

function byPlace(left: SeenEvent, right: SeenEvent): number {
  const blocks = left.payload.blockNumber - right.payload.blockNumber;
  return blocks === 0 ? left.logIndex - right.logIndex : blocks;
}
