import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  type CompiledWorkflow,
  compileWorkflow,
  type Diagnostic,
  type FailedWorkflow,
  registrationObstacles,
} from "@deed/protocol/intent";
import { describe, expect, test } from "vitest";

// Files that people published for Kwala are not part of this project. Who has a folder of them, with an
// `index.tsv` (file, class), gets a table of what becomes of each.

const folder =
  process.env["DEED_KWALA_FILES"] ??
  join(import.meta.dirname, "..", "..", "shared", "kwala-workflows");
const index = join(folder, "index.tsv");
const isThere = existsSync(index);

/** Chains that Kwala is known to serve, and some that its users tried. */
const CHAINS = [
  ...[1, 56, 97, 137, 8453, 42220, 43113, 43114, 44787, 50312, 80002, 84532, 314159],
  ...[1905, 1906, 1907, 1910, 11142220, 11155111, 11155420],
];

type Outcome = CompiledWorkflow | FailedWorkflow;

interface Row {
  readonly file: string;
  readonly kind: string;
  readonly compiled: Outcome;
}

const rows: readonly Row[] = isThere ? readRows() : [];

function readRows(): readonly Row[] {
  const lines = readFileSync(index, "utf8").trim().split(/\r?\n/).slice(1);
  const kinds = new Map(lines.map((line) => line.split("\t").slice(0, 2) as [string, string]));
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().map((file) => {
    const options = { fileName: basename(file), chains: { ledger: 31337, others: CHAINS } };
    const compiled = compileWorkflow(readFileSync(join(folder, file)), options);
    return { file, kind: kinds.get(file) ?? "unknown", compiled };
  });
}

const errorsOf = (compiled: Outcome): readonly Diagnostic[] =>
  compiled.ok ? [] : compiled.diagnostics.filter(({ severity }) => severity === "error");

function outcomeOf(compiled: Outcome): { readonly outcome: string; readonly reason: string } {
  if (!compiled.ok) {
    const [first, ...others] = errorsOf(compiled);
    const missing = others.filter(({ code }) => code === "DEED_NOT_YET");
    const reasons = [first, ...missing].filter((one) => one !== undefined).map(sentence);
    return { outcome: "refused", reason: [...new Set(reasons)].join("; ") };
  }
  const obstacles = registrationObstacles(compiled.plan);
  if (obstacles.length === 0) return { outcome: "compiled", reason: compiled.plan.trigger.kind };
  return { outcome: "compiled, not registered", reason: obstacles.map(sentence).join("; ") };
}

function sentence({ line, column, code, message, suggestion }: Diagnostic): string {
  const remedy = suggestion === undefined ? "" : ` (write '${suggestion}')`;
  return `${line}:${column} ${code}: ${message}${remedy}`;
}

describe.skipIf(!isThere)(
  "published Kwala files (a folder of them is not part of the project: DEED_KWALA_FILES names one)",
  () => {
    test("each is compiled, or refused with a reason: the table", () => {
      const table = rows.map(({ file, kind, compiled }) => {
        const { outcome, reason } = outcomeOf(compiled);
        return `${file.padEnd(12)} ${kind.padEnd(14)} ${outcome.padEnd(25)} ${reason}`;
      });
      console.log(table.join("\n"));
      expect(rows.length).toBeGreaterThan(0);
      for (const { file, compiled } of rows) {
        if (!compiled.ok) expect(errorsOf(compiled), file).not.toEqual([]);
      }
    });

    test.each(rows.filter(({ kind }) => kind === "not-kwala"))(
      "$file, which is none, is refused with its first wrong key and what to write",
      ({ compiled }) => {
        const [first] = errorsOf(compiled);
        expect(first?.code).toMatch(/^DEED_(KWALA_KEY|KWALA_PLACE|UNKNOWN_KEY)$/);
        expect(first?.suggestion ?? first?.hint).toBeTruthy();
      },
    );
  },
);
