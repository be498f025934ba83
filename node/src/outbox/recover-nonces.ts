import type { Hex } from "@deed/protocol/encoding";
import { chooseFees } from "./fees.ts";
import { newRow, type OutboxContext } from "./outbox-parts.ts";

/**
 * Brings store, signer and ledger together: nonces that the signer has used and the store does not know are burnt,
 * mined transactions that a reorganisation took out are sent again. @returns the next free nonce.
 */
export async function recoverNonces(
  context: OutboxContext,
  sender: Hex,
  signal: AbortSignal,
): Promise<number> {
  const { store, signer, ledger, logger } = context;
  const [status, ledgerNonce] = await Promise.all([signer.status(), ledger.nonce(sender, signal)]);
  if (ledgerNonce > status.nextNonce) {
    // The signer's log is an old copy, or somebody else has the action key.
    logger.error("Signer is behind the ledger", { ledgerNonce, signerNonce: status.nextNonce });
  }
  const kept = store.read.transactions.fromNonce(sender, ledgerNonce);
  for (const row of kept) {
    if (row.state !== "mined" && row.state !== "burnt") continue;
    logger.warn("Transaction is gone from the chain", { purpose: row.purpose, nonce: row.nonce });
    const state = row.state === "mined" ? "signed" : "burning";
    await context.change(row, { state, receipt: null });
  }
  const known = new Set(kept.map(({ nonce }) => nonce));
  for (let nonce = ledgerNonce; nonce < status.nextNonce; nonce += 1) {
    if (!known.has(nonce)) await burnUnknown(context, sender, nonce, signal);
  }
  return Math.max(status.nextNonce, ledgerNonce, store.read.transactions.nextNonce(sender));
}

// Signed before the store kept it, or the store was lost: nobody knows what it was.
async function burnUnknown(
  context: OutboxContext,
  sender: Hex,
  nonce: number,
  signal: AbortSignal,
): Promise<void> {
  const { store, signer, ledger, options, clock, logger } = context;
  logger.warn("Unknown nonce to be burnt", { nonce });
  const fees = await chooseFees(options.fees, 0, ledger, signal);
  const { raw, txHash } = await signer.burn({ nonce, ...fees });
  await store.write(({ transactions }) => {
    const id = transactions.nextId();
    const purpose = `burn:${sender}:${nonce}:${id}`;
    const wish = { id, purpose, sender, to: sender, data: "0x" as const, valueWei: 0n, gas: null };
    transactions.insert({
      ...newRow(wish, clock.nowMs()),
      nonce,
      raw,
      txHash,
      sentHashes: [txHash],
      state: "burning",
      attempts: 1,
      error: "UNKNOWN_NONCE",
    });
  });
}
