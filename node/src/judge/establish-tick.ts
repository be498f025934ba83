import { type BatchItem, type Hex, isHex, tickTimeSec } from "@deed/protocol/encoding";
import { cronMatches, parseCron, type Trigger } from "@deed/protocol/plan";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import type { IntentRow } from "../store/intents.ts";
import { EndpointBehindError } from "./judgement.ts";

/** Triggers that tick by themselves. */
export type TickTrigger = Exclude<Trigger, { readonly kind: "event" | "manual" | "composite" }>;

/**
 * The tick that an item names, null where there is none at its time. When ticks of fixed periods are, the ledger
 * has checked; a cron's calendar and a height's block are looked at here. Errors: RpcError, EndpointBehindError.
 */
export async function establishTick(
  rpc: Rpc | undefined,
  intent: IntentRow,
  trigger: TickTrigger,
  { ordinal, t0Sec }: BatchItem,
): Promise<OccurrencePayload | null> {
  if (trigger.kind === "block") return await blockAt(rpc, ordinal, t0Sec);
  if (tickTimeSec(intent, ordinal) !== t0Sec) return null;
  if (trigger.kind !== "cron") return { kind: trigger.kind, ordinal };
  const cron = parseCron(trigger.expression);
  if ("problem" in cron || !cronMatches(cron, ordinal)) return null;
  return { kind: "cron", ordinal };
}

async function blockAt(
  rpc: Rpc | undefined,
  height: number,
  t0Sec: number,
): Promise<OccurrencePayload | null> {
  const params = [`0x${height.toString(16)}`, false];
  const block = await rpc?.request<{ readonly hash: Hex; readonly timestamp: Hex } | null>(
    "eth_getBlockByNumber",
    params,
  );
  if (block === null || block === undefined || !isHex(block.hash, 32)) {
    throw new EndpointBehindError(`block ${height}`);
  }
  if (Number(block.timestamp) !== t0Sec) return null;
  return { kind: "block", ordinal: height, blockHash: block.hash };
}
