import type { Plan, SandboxLimits } from "../plan/plan.ts";
import {
  type Fields,
  readChoice,
  readDuration,
  readFields,
  readInteger,
  readText,
} from "./reader.ts";
import type { Report } from "./report.ts";
import type { Tree } from "./tree.ts";

const SHAPE = {
  required: ["level"],
  optional: ["memory", "cpu", "effects", "request", "output"],
  later: ["per"],
};

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * 1024;
/** Below it Node itself has no room. */
const LEAST_MEMORY_BYTES = 16 * MEBIBYTE;
/** Below it a run's first words do not fit. */
const LEAST_SAID_BYTES = 64 * KIBIBYTE;
const MOST_BYTES = 4096 * MEBIBYTE;
const MOST_EFFECTS = 65_535;

/** Reads `sandbox`: what a run must be contained by, and what it may use. */
export function readSandbox(
  tree: Tree | undefined,
  report: Report,
): Pick<Plan, "sandbox" | "sandboxLimits"> {
  const fields = tree === undefined ? null : readFields(tree, "'sandbox'", SHAPE, report);
  const level = fields?.get("level");
  const sandbox =
    level === undefined
      ? null
      : readChoice(level, "'level'", ["process", "container"] as const, report);
  const limits = fields === null ? {} : readSandboxLimits(fields, report);
  return {
    sandbox: sandbox ?? "process",
    // Plans of workflows without limits stay the bytes that they were.
    ...(Object.keys(limits).length > 0 && { sandboxLimits: limits }),
  };
}

function readSandboxLimits(fields: Fields, report: Report): SandboxLimits {
  const of = (name: string, read: (tree: Tree, what: string) => number | null): number | null => {
    const tree = fields.get(name);
    return tree === undefined ? null : read(tree, `'${name}'`);
  };
  const memory = of("memory", (tree, what) => readMemory(tree, what, report));
  const cpu = of("cpu", (tree, what) => readSeconds(tree, what, report));
  const size = (tree: Tree, what: string): number | null =>
    readSize(tree, what, LEAST_SAID_BYTES, report);
  const effects = of("effects", (tree, what) => readInteger(tree, what, [1, MOST_EFFECTS], report));
  const request = of("request", size);
  const output = of("output", size);
  return {
    ...(memory !== null && { memoryMb: memory }),
    ...(cpu !== null && { cpuSec: cpu }),
    ...(output !== null && { outputBytes: output }),
    ...(effects !== null && { effects }),
    ...(request !== null && { effectBytes: request }),
  };
}

function readMemory(tree: Tree, what: string, report: Report): number | null {
  const bytes = readSize(tree, what, LEAST_MEMORY_BYTES, report);
  if (bytes === null || bytes % MEBIBYTE === 0) return bytes === null ? null : bytes / MEBIBYTE;
  report.add("DEED_OUT_OF_RANGE", tree.span, `${what} must be whole MiB`);
  return null;
}

function readSeconds(tree: Tree, what: string, report: Report): number | null {
  const ms = readDuration(tree, what, ["1s", "1h"], report);
  if (ms === null || ms % 1000 === 0) return ms === null ? null : ms / 1000;
  report.add("DEED_DURATION", tree.span, `${what} must be whole seconds`);
  return null;
}

function readSize(tree: Tree, what: string, least: number, report: Report): number | null {
  const text = readText(tree, what, report);
  if (text === null) return null;
  const [, digits = "", unit = ""] = /^([1-9][0-9]{0,6})(KiB|MiB)$/.exec(text.value) ?? [];
  if (digits === "") {
    const hint = "a whole number and a unit: 256KiB, 64MiB";
    report.add("DEED_WRONG_VALUE", tree.span, `${what} must be a size`, { hint });
    return null;
  }
  const bytes = Number(digits) * (unit === "KiB" ? KIBIBYTE : MEBIBYTE);
  if (bytes >= least && bytes <= MOST_BYTES) return bytes;
  const range = `${least / KIBIBYTE}KiB and ${MOST_BYTES / MEBIBYTE}MiB`;
  report.add("DEED_OUT_OF_RANGE", tree.span, `${what} must be between ${range}`);
  return null;
}
