import type { Plan } from "@deed/protocol/plan";
import { isRunnable, type ReadFile } from "./read-files.ts";
import type { RanFile } from "./run-files.ts";

/** A line of the table. */
export interface KwalaRow {
  readonly file: string;
  /** What starts the first run, and what the later ones; empty for a refused file. */
  readonly trigger: string;
  readonly steps: string;
  readonly result: "ran" | "failed" | "refused" | "not registered";
  /** How each run ended; for the others, why. */
  readonly detail: string;
  /** What was filled in before; left out where the file ran as it is. */
  readonly filledIn?: readonly string[];
}

export interface KwalaResult {
  readonly files: number;
  readonly ran: number;
  readonly ranFilledIn: number;
  readonly failed: number;
  readonly notRegistered: number;
  readonly refused: number;
  readonly seconds: number;
}

export function rowsOf(files: readonly ReadFile[], ran: readonly RanFile[]): readonly KwalaRow[] {
  return files.map((file): KwalaRow => {
    if (isRunnable(file))
      return rowOfRun(
        ran.find(({ source }) => source === file),
        file,
      );
    const result = file.compiles ? "not registered" : "refused";
    return { file: file.file, trigger: "", steps: "", result, detail: file.reason };
  });
}

function rowOfRun(ran: RanFile | undefined, source: RanFile["source"]): KwalaRow {
  const { file, compiled, filledIn } = source;
  const { runs = [], problems = ["it was not run"] } = ran ?? {};
  const isRight = problems.length === 0 && runs.length > 0;
  const endings = runs.map(({ startedBy, status }) => `${startedBy}: ${status}, final`).join("; ");
  return {
    file,
    trigger: triggerOf(compiled.plan),
    steps: compiled.plan.steps.map(stepOf).join(" "),
    result: isRight ? "ran" : "failed",
    detail: isRight ? endings : problems.join("; "),
    ...(filledIn.length > 0 && { filledIn }),
  };
}

function triggerOf({ trigger, limits }: Plan): string {
  switch (trigger.kind) {
    case "composite":
      return `${trigger.first.kind} then ${trigger.repeat?.kind ?? "no more"}`;
    case "event":
      return limits.executions === 1 ? "one event" : "each event";
    case "start": {
      const begin = trigger.startSec === 0 ? "at once" : "at a time";
      return trigger.periodSec === 0 ? begin : `${begin}, then each ${trigger.periodSec} s`;
    }
    default:
      return trigger.kind;
  }
}

function stepOf(step: Plan["steps"][number]): string {
  // Kwala has no scripts.
  if (step.kind === "script") return step.kind;
  const tries = step.retry.attempts > 1 ? `×${step.retry.attempts}` : "";
  const [needs = ""] = step.needs;
  const after = needs === "" ? "" : ">";
  return `${after}${step.kind === "http" ? "post" : "call"}${tries}`;
}

export function resultOf(rows: readonly KwalaRow[], seconds: number): KwalaResult {
  const count = (result: KwalaRow["result"], filled?: boolean): number =>
    rows.filter(
      (row) => row.result === result && (filled === undefined || filled === "filledIn" in row),
    ).length;
  return {
    files: rows.length,
    ran: count("ran", false),
    ranFilledIn: count("ran", true),
    failed: count("failed"),
    notRegistered: count("not registered"),
    refused: count("refused"),
    seconds,
  };
}

/** For people: a line for each file. */
export function linesOf(rows: readonly KwalaRow[]): readonly string[] {
  const width = (pick: (row: KwalaRow) => string): number =>
    Math.max(...rows.map((row) => pick(row).length));
  const [file, trigger, steps] = [
    width((row) => row.file),
    width((row) => row.trigger),
    width((row) => row.steps),
  ];
  return rows.map((row) => {
    const result = "filledIn" in row ? `${row.result}, filled in` : row.result;
    const columns = [
      row.file.padEnd(file),
      row.trigger.padEnd(trigger),
      row.steps.padEnd(steps),
      result.padEnd("not registered".length),
    ];
    return `${columns.join("  ")}  ${row.detail}`.trimEnd();
  });
}
