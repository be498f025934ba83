import type { Line } from "./report.ts";

export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
export const EXIT_MISSED = 4;

/** What the process ends with. With --assert a row or a figure without a value is as bad as a missed goal. */
export function exitCodeOf(lines: readonly Line[], isAsserted: boolean): number {
  if (lines.some((line) => "error" in line && line.unexpected)) return EXIT_FAILED;
  if (!isAsserted) return 0;
  const isMissed = (line: Line): boolean =>
    "error" in line || line.value === null || line.held === false;
  return lines.length === 0 || lines.some(isMissed) ? EXIT_MISSED : 0;
}
