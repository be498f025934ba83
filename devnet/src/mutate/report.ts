import type { CheckName } from "@deed/protocol/verify";
import type { SuiteResult } from "./suite.ts";

/** Checks that never fail, and why: what they leave open has to be enough. */
export const NEVER_FAILING: Readonly<Partial<Record<CheckName, string>>> = {
  anchor: "a file without the auditor's block may be about another one, which is no contradiction",
  "intent-signature":
    "what no key signed a wallet contract may have signed, which only the ledger could ask; another signature breaks the receipt's proof",
};

/** Checks that never found anything wrong; of the never failing ones those that left nothing open. */
export function idleChecks({ checks }: SuiteResult): readonly CheckName[] {
  return [...checks].flatMap(([name, { failed, unknown }]) => {
    const caught = name in NEVER_FAILING ? failed + unknown : failed;
    return caught === 0 ? [name] : [];
  });
}

/** Nothing was missed, and no check is one that nothing ever fails. */
export function isProven(result: SuiteResult): boolean {
  return result.missed.length === 0 && idleChecks(result).length === 0;
}

/** One object a line, the last one the result. */
export function linesOf(result: SuiteResult, seed: number): readonly object[] {
  const { mutations, caught, equivalent, missed, checks, kinds, fields } = result;
  return [
    { seed, kinds: Object.fromEntries(kinds), fields: Object.fromEntries(fields) },
    ...[...checks].map(([check, { failed, unknown }]) => ({ check, failed, unknown })),
    { neverFailing: NEVER_FAILING, idle: idleChecks(result) },
    ...missed.map((miss) => ({ missed: miss })),
    { mutations, caught, equivalent, missed: missed.length },
  ];
}

/** The same for people. */
export function tableOf(result: SuiteResult, seed: number): string {
  const { mutations, caught, equivalent, missed, checks, fields } = result;
  const rows = [...checks].map(
    ([name, { failed, unknown }]) =>
      `${name.padEnd(20)} ${String(failed).padStart(7)} ${String(unknown).padStart(8)}`,
  );
  const misses = missed.map(
    ({ run, number, field, how, why }) => `MISSED: ${run} #${number}: ${field} ${how}: ${why}`,
  );
  const reasons = Object.entries(NEVER_FAILING).map(([name, why]) => `${name} never fails: ${why}`);
  const idle = idleChecks(result).map((name) => `IDLE: ${name} found nothing wrong`);
  return [
    `${"caught by".padEnd(20)} ${"failed".padStart(7)} ${"unknown".padStart(8)}`,
    ...rows,
    ...reasons,
    ...misses,
    ...idle,
    `${mutations} mutations of ${fields.size} fields (seed ${seed}): ${caught} caught, ${equivalent} say the same, ${missed.length} missed`,
  ].join("\n");
}
