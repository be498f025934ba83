/**
 * When each open duty is looked at again. In memory alone: after a restart every one is looked at once. What comes
 * from another seat brings the look forward, also while the duty is being served.
 */
export class DutyTurns {
  readonly #atMs = new Map<string, number>();
  readonly #prompted = new Set<string>();

  isDue(key: string, nowMs: number): boolean {
    return this.#prompted.has(key) || (this.#atMs.get(key) ?? 0) <= nowMs;
  }

  /** Something came for it. */
  prompt(key: string): void {
    this.#prompted.add(key);
  }

  /** It is being served: what comes from now on calls for another look. */
  begin(key: string): void {
    this.#prompted.delete(key);
  }

  comeBack(key: string, atMs: number): void {
    this.#atMs.set(key, atMs);
  }

  /** Forgets all but these. */
  keep(open: ReadonlySet<string>): void {
    for (const key of this.#atMs.keys()) if (!open.has(key)) this.#atMs.delete(key);
    for (const key of this.#prompted) if (!open.has(key)) this.#prompted.delete(key);
  }

  /** When the first of those turns comes that are not left out; null when there is none. */
  nextMs(without: { has(key: string): boolean }): number | null {
    let next: number | null = null;
    for (const [key, dueMs] of this.#atMs) {
      if (without.has(key)) continue;
      const atMs = this.#prompted.has(key) ? 0 : dueMs;
      next = Math.min(next ?? atMs, atMs);
    }
    return next;
  }
}
