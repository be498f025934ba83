import { SignerError } from "../signer/signer-error.ts";
import type { TransactionRow } from "../store/transactions.ts";
import { chooseFees } from "./fees.ts";
import type { Simulation } from "./ledger-port.ts";
import { type OutboxContext, signRow } from "./outbox-parts.ts";

/** Estimates are of the head; a block later the same call may need a little more. */
const GAS_MARGIN_PERCENT = 125;

/**
 * Gives nonces to the oldest wishes that can pass, signs them and keeps the bytes: nothing was sent yet.
 * Wishes that can only revert fail without a nonce. @returns the next free nonce, or null when the
 * signer's has to be asked for anew.
 */
export async function launchQueued(
  context: OutboxContext,
  nextNonce: number,
  rows: readonly TransactionRow[],
  signal: AbortSignal,
): Promise<number | null> {
  const tried = await Promise.all(rows.map((row) => tryOut(context, row, signal)));
  const passing: { row: TransactionRow; gas: number }[] = [];
  for (const [index, row] of rows.entries()) {
    const simulation = tried[index]!;
    if (simulation.kind === "reverts") await fail(context, row, simulation.reason);
    else passing.push({ row, gas: simulation.gas });
  }
  if (passing.length === 0) return nextNonce;
  const fees = await chooseFees(context.options.fees, 0, context.ledger, signal);
  // All at once: the signer takes them in this order and flushes its log once for all.
  const signed = await Promise.allSettled(
    passing.map(async ({ row, gas }, index) => {
      const nonce = nextNonce + index;
      const { raw, txHash } = await signRow(context.signer, row, { nonce, gas, ...fees });
      const state = "signed" as const;
      await context.change(row, {
        gas,
        nonce,
        raw,
        txHash,
        sentHashes: [txHash],
        state,
        attempts: 1,
      });
    }),
  );
  return afterSigning(context, passing, signed, nextNonce);
}

// One refusal moves the nonces of all that follow; they stay queued and get new ones.
async function afterSigning(
  context: OutboxContext,
  passing: readonly { readonly row: TransactionRow }[],
  signed: readonly PromiseSettledResult<void>[],
  nextNonce: number,
): Promise<number | null> {
  const refused = signed.findIndex(({ status }) => status === "rejected");
  if (refused < 0) return nextNonce + passing.length;
  const reason: unknown = (signed[refused] as PromiseRejectedResult).reason;
  const verdict = refusalOf(reason);
  if (verdict === null) throw reason;
  await fail(context, passing[refused]!.row, verdict);
  return null;
}

async function tryOut(
  context: OutboxContext,
  row: TransactionRow,
  signal: AbortSignal,
): Promise<Simulation> {
  const { sender: from, toAddress: to, calldata: data, valueWei, gas } = row;
  // The action key moves no money: the signer would refuse it.
  if (valueWei !== 0n) return { kind: "reverts", reason: "VALUE_NOT_ALLOWED" };
  return context.ledger
    .simulate({ from, to, data, valueWei, gas }, signal)
    .then((simulation) =>
      simulation.kind === "passes" && gas === null
        ? { ...simulation, gas: Math.ceil((simulation.gas * GAS_MARGIN_PERCENT) / 100) }
        : simulation,
    );
}

async function fail(context: OutboxContext, row: TransactionRow, reason: string): Promise<void> {
  context.logger.warn("Transaction not sent", { purpose: row.purpose, reason });
  await context.change(row, { state: "failed", error: reason });
}

/** Why the signer will never sign this; null when it may another time. */
function refusalOf(error: unknown): string | null {
  if (!(error instanceof SignerError)) return null;
  const { failure } = error;
  switch (failure.code) {
    case "E_POLICY":
      return `${failure.code} ${failure.rule} ${failure.value}`;
    case "E_BAD_REQUEST":
      return `${failure.code} ${failure.field}`;
    default:
      return null;
  }
}
