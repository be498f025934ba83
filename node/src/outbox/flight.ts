import {
  NONCE_TAKEN,
  type TransactionReceipt,
  type TransactionRow,
} from "../store/transactions.ts";
import { chooseFees } from "./fees.ts";
import { BURN_GAS, type OutboxContext, signRow } from "./outbox-parts.ts";

/** How often a used nonce may be seen without a receipt before somebody else must have used it. */
const MOST_MISSES = 5;

/** What memory adds to a row on its way. */
export interface Flight {
  /** When it is to be looked at again. */
  dueAtMs: number;
  /** Null: not sent by this process. */
  sentMs: number | null;
  /** Was there when this process started: it may have been sent, and may be of no use any more. */
  readonly isRecovered: boolean;
  misses: number;
}

/** Moves one transaction on: sends it, looks for its receipt, raises its fees, burns its nonce. */
export async function advance(
  context: OutboxContext,
  row: TransactionRow,
  flight: Flight,
  signal: AbortSignal,
): Promise<void> {
  const { clock, options } = context;
  flight.dueAtMs = clock.nowMs() + options.pollMs;
  if (
    flight.sentMs === null &&
    flight.isRecovered &&
    (await resume(context, row, flight, signal))
  ) {
    return;
  }
  if (flight.sentMs !== null && clock.nowMs() - flight.sentMs < options.resendMs) {
    await look(context, row, signal);
    return;
  }
  if (flight.sentMs !== null && options.fees.kind === "market") {
    if (await look(context, row, signal)) return;
    await sign(context, row, signal);
    flight.sentMs = null;
    flight.dueAtMs = 0;
    return;
  }
  await send(context, row, flight, signal);
}

// After a restart: mined meanwhile, or of no use any more. @returns whether that settled it.
async function resume(
  context: OutboxContext,
  row: TransactionRow,
  flight: Flight,
  signal: AbortSignal,
): Promise<boolean> {
  if (await look(context, row, signal)) return true;
  if (row.state === "burning") return false;
  const { sender: from, toAddress: to, calldata: data, valueWei, gas } = row;
  const simulation = await context.ledger.simulate({ from, to, data, valueWei, gas }, signal);
  if (simulation.kind === "passes") return false;
  await burn(context, row, simulation.reason, signal);
  flight.dueAtMs = 0;
  return true;
}

async function send(
  context: OutboxContext,
  row: TransactionRow,
  flight: Flight,
  signal: AbortSignal,
): Promise<void> {
  if (row.raw === null) return;
  const answer = await context.ledger.send(row.raw, signal);
  const { options, clock, logger } = context;
  const retryAtMs = clock.nowMs() + options.retryMs;
  switch (answer.kind) {
    case "accepted":
      flight.sentMs = clock.nowMs();
      await look(context, row, signal);
      return;
    case "early":
      flight.dueAtMs = retryAtMs;
      return;
    case "stale":
      await onStale(context, row, flight, signal);
      return;
    case "unfunded":
      logger.error("Action key cannot pay", { sender: row.sender, reason: answer.reason });
      flight.dueAtMs = clock.nowMs() + options.resendMs;
      return;
    case "underpriced":
      await sign(context, row, signal);
      flight.dueAtMs = retryAtMs;
      return;
    case "refused":
      await burn(context, row, answer.reason, signal);
      flight.dueAtMs = row.state === "burning" ? clock.nowMs() + options.resendMs : 0;
      return;
  }
}

// The nonce is used: by a version of this transaction, or by something that the outbox never sent.
async function onStale(
  context: OutboxContext,
  row: TransactionRow,
  flight: Flight,
  signal: AbortSignal,
): Promise<void> {
  flight.dueAtMs = context.clock.nowMs() + context.options.retryMs;
  if (await look(context, row, signal)) return;
  flight.misses += 1;
  if (flight.misses < MOST_MISSES) return;
  context.logger.error("Nonce used by an unknown transaction", { nonce: row.nonce });
  await context.change(row, { state: "failed", error: NONCE_TAKEN });
}

/** Looks for the receipt of any version. @returns whether it was found and is deep enough. */
async function look(
  context: OutboxContext,
  row: TransactionRow,
  signal: AbortSignal,
): Promise<boolean> {
  for (const txHash of [...row.sentHashes].reverse()) {
    const receipt = await context.ledger.receipt(txHash, signal);
    if (receipt === null) continue;
    if (!(await isDeep(context, receipt, signal))) return true;
    const isBurn = row.state === "burning" && txHash === row.txHash;
    await context.change(row, { state: isBurn ? "burnt" : "mined", receipt });
    return true;
  }
  return false;
}

async function isDeep(
  { ledger, options }: OutboxContext,
  receipt: TransactionReceipt,
  signal: AbortSignal,
): Promise<boolean> {
  if (options.confirmations === 0) return true;
  return (await ledger.head(signal)) >= receipt.blockNumber + options.confirmations;
}

// A new version with higher fees. On a chain without fees it is the same bytes.
async function sign(
  context: OutboxContext,
  row: TransactionRow,
  signal: AbortSignal,
): Promise<void> {
  const { signer, ledger, options } = context;
  const { nonce, gas } = row;
  if (nonce === null) return;
  const fees = await chooseFees(options.fees, row.attempts, ledger, signal);
  const isBurn = row.state === "burning";
  const { raw, txHash } = isBurn
    ? await signer.burn({ nonce, ...fees })
    : await signRow(signer, row, { nonce, gas: gas ?? BURN_GAS, ...fees });
  const sentHashes = row.sentHashes.includes(txHash) ? row.sentHashes : [...row.sentHashes, txHash];
  await context.change(row, { raw, txHash, sentHashes, attempts: row.attempts + 1 });
}

async function burn(
  context: OutboxContext,
  row: TransactionRow,
  reason: string,
  signal: AbortSignal,
): Promise<void> {
  const { signer, ledger, options, logger } = context;
  if (row.nonce === null) return;
  logger.warn("Nonce to be burnt", { purpose: row.purpose, nonce: row.nonce, reason });
  const fees = await chooseFees(options.fees, row.attempts, ledger, signal);
  const { raw, txHash } = await signer.burn({ nonce: row.nonce, ...fees });
  const sentHashes = row.sentHashes.includes(txHash) ? row.sentHashes : [...row.sentHashes, txHash];
  const attempts = row.attempts + 1;
  await context.change(row, { state: "burning", raw, txHash, sentHashes, attempts, error: reason });
}
