import { AUDITED_KINDS } from "./audit-entry.ts";
import type { AuditLog } from "./audit-log.ts";
import type { AuditPositions } from "./audit-positions.ts";
import type { AuditMinimum, LedgerSight } from "./signer-api.ts";
import { SignerError } from "./signer-error.ts";
import type { TransactionSigning } from "./transaction-signing.ts";

/** What the log says, as far as the ledger can contradict it. */
export interface CheckSightParts {
  readonly log: Pick<AuditLog, "head" | "at" | "halt">;
  readonly positions: Pick<AuditPositions, "offsetOf">;
  /** Of every action key. */
  readonly keys: readonly TransactionSigning[];
}

/**
 * Ends signing for good when the ledger shows transactions or heads that the log does not have.
 * Errors: E_AUDIT_BEHIND, E_AUDIT_FORKED.
 */
export async function checkSight(
  sight: LedgerSight,
  parts: CheckSightParts,
  requireAudit: (minimum: AuditMinimum) => void,
): Promise<void> {
  checkCounts(sight, parts);
  await checkTransactions(sight, parts);
  await checkHeads(sight, parts, requireAudit);
}

function checkCounts({ nonces }: LedgerSight, { log, keys }: CheckSightParts): void {
  const counts = new Map(Object.entries(nonces).map(([key, count]) => [key.toLowerCase(), count]));
  for (const { address, nextNonce } of keys) {
    const ledger = counts.get(address) ?? 0;
    if (ledger <= nextNonce) continue;
    log.halt("the ledger shows a transaction of the action key that the log did not sign");
    const behind = { kind: "Transaction", log: nextNonce, ledger } as const;
    throw new SignerError({ code: "E_AUDIT_BEHIND", ...behind });
  }
}

async function checkTransactions(
  { transactions }: LedgerSight,
  { log, keys }: CheckSightParts,
): Promise<void> {
  for (const seen of transactions) {
    const key = keys.find(({ address }) => address === seen.from.toLowerCase());
    try {
      await key?.requireSigned(seen);
    } catch (error) {
      log.halt("the ledger has another transaction at a nonce of the action key than the log");
      throw error;
    }
  }
}

async function checkHeads(
  { heads }: LedgerSight,
  { log, positions }: CheckSightParts,
  requireAudit: (minimum: AuditMinimum) => void,
): Promise<void> {
  for (const kind of AUDITED_KINDS) {
    const shown = heads[kind];
    if (shown === undefined || shown.seq === 0) continue;
    const { seq, head: ledger } = shown;
    requireAudit({ [kind]: seq });
    const offset = positions.offsetOf(kind, seq);
    // Without an offset it is on its way to the disk here, and on the ledger already: not by this log.
    const own = offset === null ? log.head : (await log.at(offset)).prev;
    if (offset !== null && own === ledger) continue;
    log.halt("the ledger shows another signature at a position of the log");
    throw new SignerError({ code: "E_AUDIT_FORKED", kind, seq, log: own, ledger });
  }
}
