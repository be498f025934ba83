import type { ClaimsBarred } from "@deed/sdk";

/** What of the registry decides it. */
export interface ClaimRules {
  readonly pausedUntilSec: number;
  operator(
    operatorNo: number,
  ): { readonly suspendedUntilSec: number; readonly jailedUntilSec: number } | null;
}

/** Why the ledger takes no claim of an operator for now: what lasts longest; null while claims are taken. Sent all the same, a claim would revert and cost gas. */
export function claimBar(
  registry: ClaimRules,
  operatorNo: number,
  nowSec: number,
): ClaimsBarred | null {
  const operator = registry.operator(operatorNo);
  const bars: readonly ClaimsBarred[] = [
    { by: "pause", untilSec: registry.pausedUntilSec },
    { by: "suspension", untilSec: operator?.suspendedUntilSec ?? 0 },
    { by: "jail", untilSec: operator?.jailedUntilSec ?? 0 },
  ];
  const [longest] = bars
    .filter(({ untilSec }) => untilSec > nowSec)
    .sort((a, b) => b.untilSec - a.untilSec);
  return longest ?? null;
}
