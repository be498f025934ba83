import { leaseClassOf } from "../encoding/index.ts";
import type { Plan } from "../plan/plan.ts";
import { readDuration, readFields, readInteger } from "./reader.ts";
import type { Report } from "./report.ts";
import type { Tree } from "./tree.ts";

export type Limits = Plan["limits"];

const DEFAULT_DURATION_SEC = 60;

/** Reads `limits`; what is wrong is reported and filled in. */
export function readLimits(tree: Tree | undefined, report: Report): Limits {
  const shape = { required: ["executions"], optional: ["perHour", "duration"] };
  const fields = tree === undefined ? null : readFields(tree, "'limits'", shape, report);
  const executionsTree = fields?.get("executions");
  const perHourTree = fields?.get("perHour");
  const executions =
    executionsTree === undefined
      ? null
      : readInteger(executionsTree, "'executions'", [1, 2 ** 32 - 1], report);
  const perHour =
    perHourTree === undefined ? 0 : readInteger(perHourTree, "'perHour'", [1, 65_535], report);
  const durationSec = readDurationSec(fields?.get("duration"), report);
  return {
    executions: executions ?? 1,
    perHour: perHour ?? 0,
    durationSec,
    leaseClass: leaseClassOf(durationSec) ?? 0,
  };
}

function readDurationSec(tree: Tree | undefined, report: Report): number {
  if (tree === undefined) return DEFAULT_DURATION_SEC;
  const durationMs = readDuration(tree, "'duration'", ["1s", "1h"], report);
  if (durationMs === null) return DEFAULT_DURATION_SEC;
  if (durationMs % 1000 === 0) return durationMs / 1000;
  report.add("DEED_DURATION", tree.span, "'duration' must be whole seconds");
  return DEFAULT_DURATION_SEC;
}
