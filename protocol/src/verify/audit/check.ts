/** The closed list of what an audit checks (spec 11), in the order of its report. */
export const CHECK_NAMES = [
  "format",
  "contracts",
  "anchor",
  "header-chain",
  "receipt-proofs",
  "registration",
  "intent-hash",
  "intent-signature",
  "yaml-hash",
  "plan-recompiled",
  "plan-root",
  "intent-fields",
  "nodes",
  "generation",
  "claim",
  "rank",
  "record",
  "record-signature",
  "round",
  "seed",
  "draw",
  "commitments",
  "verdict-signatures",
  "item",
  "execution-id",
  "trigger",
  "item-leaf",
  "record-leaf",
  "bundle-hash",
  "replay",
  "transcript-root",
  "actions",
  "finality",
] as const;

export type CheckName = (typeof CHECK_NAMES)[number];

/** `unknown`: a piece is missing, so nobody can say; never mixed with `failed`. */
export type CheckResult = "ok" | "failed" | "unknown";

export interface Check {
  readonly name: CheckName;
  readonly result: CheckResult;
  /** What it was about: `intent 0x…`, `batch 7`, `execution 0x…`; empty for the whole file. */
  readonly subject: string;
  readonly detail: string;
}

/** What a single check found. */
export type Finding = readonly [result: CheckResult, detail: string];

export const ok = (detail = ""): Finding => ["ok", detail];
export const failed = (detail: string): Finding => ["failed", detail];
export const unknown = (detail: string): Finding => ["unknown", detail];

/** Collects checks, and what had to be trusted. */
export class Findings {
  readonly checks: Check[] = [];
  readonly #trusted = new Set<string>();

  add(name: CheckName, subject: string, [result, detail]: Finding): void {
    this.checks.push({ name, result, subject, detail });
  }

  trust(what: string): void {
    this.#trusted.add(what);
  }

  get trusted(): readonly string[] {
    return [...this.#trusted];
  }
}

/** ok when both are equal, else failed with both. */
export function same(what: string, expected: unknown, actual: unknown): Finding {
  return expected === actual
    ? ok()
    : failed(`${what}: expected ${String(expected)}, found ${String(actual)}`);
}

/** The first that is not ok, failures before gaps; else ok. */
export function all(findings: readonly Finding[]): Finding {
  const worst =
    findings.find(([result]) => result === "failed") ??
    findings.find(([result]) => result === "unknown");
  if (worst !== undefined) return worst;
  return ok(
    findings
      .map(([, detail]) => detail)
      .filter((detail) => detail !== "")
      .join("; "),
  );
}
