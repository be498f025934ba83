import { type Dependency, findEarlierStep, type Names } from "./names.ts";
import { fieldsOf, readList, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import type { RawStep } from "./step-names.ts";
import type { Tree } from "./tree.ts";

/** One reason why an effect is as it is, and where it stands. */
export interface Cause extends Dependency {
  readonly where: "if" | "http" | "call" | "script" | "needs" | "order";
}

/** `needs` entries that are part of a cycle, as `reader>needed`. */
export type NeedsCycles = ReadonlySet<string>;

/** Finds `needs` that lead back to their own step; each cycle is reported where it points forward. */
export function refuseCycles(steps: readonly RawStep[], report: Report): NeedsCycles {
  const needs = steps.map(({ tree }) => needsOf(fieldsOf(tree).get("needs")));
  const graph = needs.map((items) =>
    items.map(({ id }) => steps.findIndex((step) => step.id === id)).filter((index) => index >= 0),
  );
  const found = new Set<string>();
  for (const [reader, items] of needs.entries()) {
    for (const { id, tree } of items) {
      const needed = steps.findIndex((step) => step.id === id);
      const way = needed > reader ? wayTo(needed, reader, graph) : null;
      if (way === null) continue;
      found.add(`${reader}>${needed}`);
      const names = [reader, ...way].map((index) => steps[index]?.id);
      report.add("DEED_NEEDS_CYCLE", tree.span, `steps need each other: ${names.join(" → ")}`);
    }
  }
  return found;
}

function needsOf(tree: Tree | undefined): { id: string; tree: Tree }[] {
  if (tree?.kind !== "list") return [];
  return tree.items.flatMap((item) =>
    item.kind === "scalar" && typeof item.value === "string"
      ? [{ id: item.value, tree: item }]
      : [],
  );
}

/** A way along the edges, both ends included; null when there is none. */
function wayTo(
  from: number,
  target: number,
  graph: readonly (readonly number[])[],
): readonly number[] | null {
  const open: number[][] = [[from]];
  const seen = new Set([from]);
  for (const way of open) {
    const last = way.at(-1) as number;
    if (last === target) return way;
    for (const next of graph[last] ?? []) {
      if (!seen.has(next)) open.push([...way, next]);
      seen.add(next);
    }
  }
  return null;
}

/** Reads `needs`. Without it a step depends on every earlier one: none of them may have failed. */
export function readNeeds(
  tree: Tree | undefined,
  names: Names,
  cycles: NeedsCycles,
  report: Report,
): { readonly ids: readonly string[]; readonly causes: readonly Cause[] } {
  if (tree === undefined) {
    const earlier = names.steps.slice(0, Math.max(0, names.reader));
    const causes = earlier.map(({ id }, step) => ({ path: id, step, where: "order" as const }));
    return { ids: [], causes };
  }
  const ids: string[] = [];
  const causes: Cause[] = [];
  for (const item of readList(tree, "'needs'", report) ?? []) {
    const text = readText(item, "an element of 'needs'", report);
    if (text === null) continue;
    if (ids.includes(text.value)) {
      report.add("DEED_WRONG_VALUE", text.span, `'${text.value}' stands here twice`);
      continue;
    }
    ids.push(text.value);
    const needed = names.steps.findIndex(({ id }) => id === text.value);
    if (cycles.has(`${names.reader}>${needed}`)) continue;
    const step = findEarlierStep(text.value, names, text.span, report);
    if (step !== null) causes.push({ path: text.value, step, where: "needs" });
  }
  return { ids, causes };
}
