import { bundleTextHash, splitBundles } from "@deed/protocol/bundle";
import { hexToBytes } from "@deed/protocol/encoding";
import type { EventOf } from "@deed/sdk";
import type { BatchRow } from "../../store/batches.ts";
import { setBits } from "../set-bits.ts";
import { batchOf } from "./apply-record.ts";
import type { FactsContext } from "./facts-context.ts";

/** Somebody cannot get bundles and demands them on the ledger (spec 07). */
export function applyDataChallenged(
  { tables, nowMs }: FactsContext,
  event: EventOf<"DataChallenged">,
): void {
  const { batchNo, challengerNo, bits, answerEndsSec } = event;
  const state = { asked: bits, open: bits, answerEndsSec, ended: false, updatedMs: nowMs };
  tables.challenges.put({ batchNo, challengerNo, ...state });
}

/** An answer is for everybody: whoever lacks the bundle has it from here. */
export function applyDataAnswered(context: FactsContext, event: EventOf<"DataAnswered">): void {
  const { tables, nowMs } = context;
  const { batchNo, index, bundle } = event;
  const challenge = tables.challenges.get({ batchNo });
  if (challenge !== null) {
    const open = challenge.open & ~(1n << BigInt(index));
    tables.challenges.update({ batchNo }, { open, updatedMs: nowMs });
  }
  if (bundle !== "0x") keepLine(context, batchOf(context, batchNo), index, bundle);
}

export function applyChallengeEnded(
  { tables, nowMs }: FactsContext,
  { batchNo, unanswered }: EventOf<"ChallengeEnded">,
): void {
  tables.challenges.update({ batchNo }, { open: unanswered, ended: true, updatedMs: nowMs });
}

/** Puts one bundle in its line; positions without one have an empty line. */
function keepLine(
  { tables, nowMs }: FactsContext,
  batch: BatchRow,
  index: number,
  bundle: EventOf<"DataAnswered">["bundle"],
): void {
  const { batchNo } = batch;
  const held = tables.batchBundles.get({ batchNo });
  if (held?.complete === true) return;
  const positions = setBits(batch.posted);
  const before = held === null ? [] : splitBundles(new TextDecoder().decode(held.body));
  const text = new TextDecoder().decode(hexToBytes(bundle));
  const own = positions.indexOf(index);
  const lines = positions.map((_, at) => (at === own ? text : (before[at] ?? "")));
  if (before[own] !== undefined && bundleTextHash(before[own]) === bundleTextHash(text)) return;
  const body = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
  const fromNode = held?.fromNode ?? batch.nodeNo;
  tables.batchBundles.put({ batchNo, complete: false, fromNode, receivedMs: nowMs, body });
}
