import type { Rate } from "./config.ts";
import { SignerError } from "./signer-error.ts";

// Far above what a node needs, far below what drains a beacon chain or fills a disk unseen.
const DEFAULTS: Readonly<Record<string, Rate>> = {
  RecordBatch: { perSec: 200, burst: 400 },
  Commitment: { perSec: 500, burst: 1_000 },
  Verdict: { perSec: 500, burst: 1_000 },
  Vote: { perSec: 100, burst: 200 },
  AuditCheckpoint: { perSec: 1, burst: 20 },
  TlsCaBinding: { perSec: 1, burst: 10 },
  SealingKeyBinding: { perSec: 1, burst: 10 },
  Open: { perSec: 50, burst: 200 },
  Witnessed: { perSec: 20, burst: 200 },
  Receipt: { perSec: 1_000, burst: 2_000 },
  Transaction: { perSec: 500, burst: 1_000 },
  Certificate: { perSec: 1, burst: 20 },
  KeySet: { perSec: 0.1, burst: 4 },
  Preimage: { perSec: 20, burst: 100 },
};
const OTHERS: Rate = { perSec: 10, burst: 50 };

interface Bucket {
  tokens: number;
  atMs: number;
}

/** A token bucket for each structure. */
export class RateLimit {
  readonly #rates: Readonly<Record<string, Rate>>;
  readonly #nowMs: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rates: Readonly<Record<string, Rate>>, parts: { readonly nowMs: () => number }) {
    this.#rates = { ...DEFAULTS, ...rates };
    this.#nowMs = parts.nowMs;
  }

  /** Takes one token. Errors: E_RATE with the time to wait. */
  take(kind: string): void {
    const { perSec, burst } = this.#rates[kind] ?? OTHERS;
    const nowMs = this.#nowMs();
    const bucket = this.#buckets.get(kind) ?? { tokens: burst, atMs: nowMs };
    const earned = (Math.max(0, nowMs - bucket.atMs) / 1000) * perSec;
    bucket.tokens = Math.min(burst, bucket.tokens + earned);
    bucket.atMs = nowMs;
    this.#buckets.set(kind, bucket);
    if (bucket.tokens < 1) {
      const retryAfterMs = Math.ceil(((1 - bucket.tokens) / perSec) * 1000);
      throw new SignerError({ code: "E_RATE", kind, retryAfterMs });
    }
    bucket.tokens -= 1;
  }
}
