import {
  type BatchItem,
  CATCH_UP_ALL,
  type Hex,
  isHex,
  isTooLate,
  tickTimeSec,
} from "@deed/protocol/encoding";
import { type Cron, cronCount, cronMatches, parseCron, type Trigger } from "@deed/protocol/plan";
import type { OccurrencePayload } from "@deed/protocol/runtime";
import type { Rpc } from "@deed/sdk";
import type { IntentRow } from "../store/intents.ts";
import type { FirstClaim } from "./first-claim.ts";
import { EndpointBehindError } from "./judgement.ts";

/** Triggers that tick by themselves. */
export type TickTrigger = Exclude<Trigger, { readonly kind: "event" | "manual" | "composite" }>;

export interface TickParts {
  /** Of the ledger's chain. */
  readonly rpc: Rpc | undefined;
  /** Errors: RpcError, EndpointBehindError. */
  firstClaim(item: BatchItem): Promise<FirstClaim>;
}

/**
 * The tick that an item names, null where there is none at its time, or where a cron's was not to be
 * caught up any more. When ticks of fixed periods are, the ledger has checked; a cron's calendar and a height's
 * block are looked at here. Errors: RpcError, EndpointBehindError.
 */
export async function establishTick(
  parts: TickParts,
  intent: IntentRow,
  trigger: TickTrigger,
  item: BatchItem,
): Promise<OccurrencePayload | null> {
  const { ordinal, t0Sec } = item;
  if (trigger.kind === "block") return await blockAt(parts.rpc, ordinal, t0Sec);
  if (tickTimeSec(intent, ordinal) !== t0Sec) return null;
  if (trigger.kind !== "cron") return { kind: trigger.kind, ordinal };
  const cron = parseCron(trigger.expression);
  if ("problem" in cron || !cronMatches(cron, ordinal)) return null;
  if (await isLate(parts, intent.catchUp, cron, item)) return null;
  return { kind: "cron", ordinal };
}

/** Of other kinds the contract counts the later ticks, and of a cron that catches nothing up it needs none. */
async function isLate(
  parts: TickParts,
  catchUp: number,
  cron: Cron,
  item: BatchItem,
): Promise<boolean> {
  if (catchUp === 0 || catchUp === CATCH_UP_ALL) return false;
  const { nowSec, turnsSec } = await parts.firstClaim(item);
  const span = [item.ordinal, Math.floor(nowSec / 60)] as const;
  const laterTicks = () => cronCount(cron, span, CATCH_UP_ALL);
  const late = (turns: number) =>
    isTooLate(item.t0Sec, catchUp, { nowSec, turnsSec: turns, laterTicks });
  return late(0) && late(await turnsSec());
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
