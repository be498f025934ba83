import { type Machine, machine } from "./measure/machine.ts";
import { type Figure, type Goal, isHeld, isMet } from "./row.ts";

/** Load of the machine before and after a row. */
export type Load = readonly [before: number, after: number];

/** One line of the result. */
export type Line =
  | (Machine & {
      readonly row: string;
      readonly load: Load;
      readonly seconds: number;
      readonly goal: Goal | null;
      readonly met: boolean | null;
      /** As `met`, of the bound where there is one. */
      readonly held: boolean | null;
    } & Figure)
  | (Machine & {
      readonly row: string;
      readonly load: Load;
      readonly seconds: number;
      /** A code with its data: why there is no figure. */
      readonly error: object;
      /** False for what this machine or build lacks. */
      readonly unexpected: boolean;
    });

export interface Measured {
  readonly row: string;
  readonly load: Load;
  readonly seconds: number;
}

export function lineOf(measured: Measured, figure: Figure): Line {
  return { ...measured, ...figure, met: isMet(figure), held: isHeld(figure), ...machine() };
}

export function errorLine(measured: Measured, error: object, unexpected: boolean): Line {
  return { ...measured, error, unexpected, ...machine() };
}

const HEADINGS = ["row", "", "value", "unit", "p50", "p99", "batch", "goal", "", "load"] as const;

/** A table for people. */
export function tableOf(lines: readonly Line[]): string {
  const rows = [HEADINGS, ...lines.map(cellsOf)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? "").length)),
  );
  return rows
    .map((cells) => cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .map((line) => line.trimEnd())
    .join("\n");
}

function cellsOf(line: Line): readonly string[] {
  const load = line.load.map((value) => value.toFixed(1)).join("→");
  if ("error" in line) {
    const { code = "", reason = "" } = line.error as { code?: string; reason?: string };
    return [line.row, `${code}${reason === "" ? "" : `: ${reason}`}`, ...Array(7).fill(""), load];
  }
  const { row, what, value, unit, p50, p99, batchSize, goal, met } = line;
  const reached = met === null ? "" : met ? "met" : "missed";
  return [
    row,
    what,
    ...[shown(value), unit, shown(p50), shown(p99), shown(batchSize)],
    goalText(goal),
    line.bound === undefined ? reached : `${reached}; ${boundText(line.bound, line.held)}`,
    load,
  ];
}

function boundText(bound: Goal, held: boolean | null): string {
  return `bound ${goalText(bound)} ${held === false ? "missed" : "held"}`;
}

function goalText(goal: Goal | null): string {
  if (goal === null) return "";
  return "atLeast" in goal ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
}

function shown(value: number | null): string {
  return value === null ? "–" : String(value);
}
