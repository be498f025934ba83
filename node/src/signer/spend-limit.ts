import { SignerError } from "./signer-error.ts";

export const HOUR_MS = 3_600_000;
export const DAY_MS: number = 24 * HOUR_MS;

/** The most that a transaction may have cost: its gas limit at its highest fee. */
export interface Spending {
  readonly atMs: number;
  /** Of the key and its nonce. */
  readonly name: string;
  readonly wei: bigint;
}

/** Of one nonce only one transaction is mined: what is signed again counts by what it adds. */
export class SpendLimit {
  readonly #limits: readonly (readonly [spanMs: number, mostWei: bigint])[];
  readonly #nowMs: () => number;
  #spent: Spending[];

  /** @param parts `known`: what the log says was signed. */
  constructor(
    options: { readonly perHourWei?: string; readonly perDayWei?: string },
    parts: { readonly nowMs: () => number; readonly known: readonly Spending[] },
  ) {
    const limit = (spanMs: number, wei: string | undefined) =>
      wei === undefined ? [] : [[spanMs, BigInt(wei)] as const];
    this.#limits = [...limit(HOUR_MS, options.perHourWei), ...limit(DAY_MS, options.perDayWei)];
    this.#nowMs = parts.nowMs;
    this.#spent = [...parts.known];
  }

  /** Errors: E_RATE, with the time after which there is room again. */
  take(name: string, wei: bigint): void {
    if (this.#limits.length === 0) return;
    const atMs = this.#nowMs();
    this.#spent = this.#spent.filter((one) => atMs - one.atMs < DAY_MS);
    const [before] = this.#spent.filter((one) => one.name === name);
    const others = this.#spent.filter((one) => one.name !== name);
    const next = before !== undefined && before.wei > wei ? before.wei : wei;
    for (const [spanMs, mostWei] of this.#limits) {
      const inside = others.filter((one) => atMs - one.atMs < spanMs);
      const sum = inside.reduce((total, one) => total + one.wei, 0n);
      if (sum + next <= mostWei) continue;
      const retryAfterMs = inside[0] === undefined ? spanMs : inside[0].atMs + spanMs - atMs;
      throw new SignerError({ code: "E_RATE", kind: "Spend", retryAfterMs });
    }
    this.#spent = [...others, { atMs, name, wei: next }];
  }
}
