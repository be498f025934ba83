import type { Hex, Json } from "@deed/protocol/encoding";
import type { Trigger } from "@deed/protocol/plan";
import { type AbiEvent, decodeEventLog } from "viem";

export type EventTrigger = Extract<Trigger, { kind: "event" }>;

/** A log of a receipt or of eth_getLogs. */
export interface ChainLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly blockHash: Hex;
  readonly transactionHash: Hex;
  readonly logIndex: Hex;
}

/**
 * The parameters by name: integers as decimal text, addresses and bytes in lower case, an indexed
 * parameter of a dynamic type as its hash.
 * @returns null when the log is not of this event.
 */
export function decodeEvent(
  trigger: EventTrigger,
  log: Pick<ChainLog, "topics" | "data">,
): { readonly [name: string]: Json } | null {
  const [topic0, ...rest] = log.topics;
  if (topic0 === undefined || topic0 !== trigger.topic0) return null;
  try {
    const { args }: { readonly args?: unknown } = decodeEventLog({
      abi: [abiOf(trigger)],
      data: log.data,
      topics: [topic0, ...rest],
      strict: true,
    });
    // An event without parameters has no list.
    const values: readonly unknown[] = Array.isArray(args) ? args : [];
    return Object.fromEntries(
      trigger.parameters.map(({ name, type }, index) => [name, jsonOf(type, values[index])]),
    );
  } catch {
    // Same signature, other indexing: not the declared event.
    return null;
  }
}

/** Unnamed on purpose: viem then gives a list, and names may be anything. */
function abiOf(trigger: EventTrigger): AbiEvent {
  return {
    type: "event",
    name: trigger.signature.slice(0, trigger.signature.indexOf("(")),
    inputs: trigger.parameters.map(({ type, indexed }) => ({ type, indexed })),
  };
}

/** Text stays as it is, also when it looks like an address; an indexed text is its hash. */
function jsonOf(type: string, value: unknown): Json {
  switch (typeof value) {
    case "bigint":
    case "number":
      return value.toString();
    case "boolean":
      return value;
    case "string":
      return type.startsWith("string") ? value : value.toLowerCase();
    default:
      return Array.isArray(value) ? value.map((entry) => jsonOf(type, entry)) : null;
  }
}
