import type { CheckName } from "@deed/protocol/verify";
import type { SuiteResult } from "./suite.ts";

/** Checks that caught nothing. */
export function idleChecks({ checks }: SuiteResult): readonly CheckName[] {
  return [...checks].flatMap(([name, { failed, unknown }]) =>
    failed + unknown === 0 ? [name] : [],
  );
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
  return [
    `${"caught by".padEnd(20)} ${"failed".padStart(7)} ${"unknown".padStart(8)}`,
    ...rows,
    ...misses,
    `${mutations} mutations of ${fields.size} fields (seed ${seed}): ${caught} caught, ${equivalent} say the same, ${missed.length} missed`,
  ].join("\n");
}
