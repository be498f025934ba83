import type { Json } from "@deed/protocol/encoding";
import { type Leaf, NO_STEP } from "@deed/protocol/transcript";

const STATUSES = ["ok", "failed", "indeterminate", "refused"] as const;
const LEVELS = ["", "recorded", "observed", "proven"] as const;
/** What of a payload a line shows. */
const SHORT = 120;

/** The steps' ids, from a plan as a node's API gives it; empty when it gave none. */
export function stepIds(plan: Json): readonly string[] {
  const { steps } = (plan ?? {}) as { readonly steps?: unknown };
  if (!Array.isArray(steps)) return [];
  return steps.map((step: { readonly id?: unknown }, index) => String(step.id ?? index));
}

/** A transcript for people: a line per leaf, and what went in and came out under it. */
export function leafLines(
  leaves: readonly Leaf[],
  ids: readonly string[],
  isFull: boolean,
): readonly string[] {
  const startMs = leaves[0]?.startedMs ?? 0;
  return leaves.flatMap((leaf) => {
    const { index, step, kind, status, level } = leaf;
    const name = step === NO_STEP ? "" : (ids[step] ?? `step ${step}`);
    const words = [
      String(index).padStart(4),
      `+${leaf.startedMs - startMs} ms`.padStart(10),
      `${leaf.endedMs - leaf.startedMs} ms`.padStart(8),
      kind.padEnd(9),
      name,
      leaf.try > 1 ? `try ${leaf.try}` : "",
      status === 0 && kind !== "HTTP" && kind !== "CALL" ? "" : STATUSES[status],
      LEVELS[level],
    ].filter((word) => word !== "");
    const payloads = [["in", leaf.input] as const, ["out", leaf.output] as const].flatMap(
      ([label, json]) => (json === null ? [] : [`        ${label.padEnd(4)}${cut(json, isFull)}`]),
    );
    return [words.join("  ").trimEnd(), ...payloads];
  });
}

function cut(json: Json, isFull: boolean): string {
  // One line each, and nothing that a terminal would obey: JSON escapes control characters.
  const text = JSON.stringify(json).replaceAll(
    /[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/gu,
    escaped,
  );
  if (isFull || text.length <= SHORT) return text;
  return `${text.slice(0, SHORT)}… (${text.length} characters; --full)`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
