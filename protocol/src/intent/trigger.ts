import type { Trigger } from "../plan/plan.ts";
import type { ChainIds } from "./chain.ts";
import { readComposite } from "./composite.ts";
import { readEvent } from "./event-trigger.ts";
import { readFields } from "./reader.ts";
import type { Report } from "./report.ts";
import { readAt, readBlock, readImmediate, readSchedule } from "./schedule.ts";
import type { Tree } from "./tree.ts";

const KINDS = ["event", "schedule", "at", "block", "immediate", "manual", "first"] as const;
const LATER_KINDS = ["price", "activity", "webhook"] as const;

/** Compiles `on`. */
export function readTrigger(tree: Tree, chains: ChainIds, report: Report): Trigger | null {
  const shape = { optional: [...KINDS, "repeat"], later: LATER_KINDS };
  const fields = readFields(tree, "'on'", shape, report);
  if (fields === null || tree.kind !== "map") return null;
  const kinds = tree.entries.flatMap(({ key }) => KINDS.filter((kind) => kind === key));
  const [kind] = kinds;
  if (kind === undefined || kinds.length > 1) {
    const isLater = tree.entries.some(({ key }) => LATER_KINDS.some((later) => later === key));
    const hint = `one of: ${KINDS.join(", ")}`;
    const span = kinds.length > 1 ? fields.keySpan(kinds[1] as string) : tree.span;
    if (!isLater) report.add("DEED_ONE_OF", span, "a workflow has exactly one trigger", { hint });
    return null;
  }
  const body = fields.get(kind) as Tree;
  const repeat = fields.get("repeat");
  if (kind !== "first" && repeat !== undefined) {
    const hint = "first: { … } and repeat: { … }";
    report.add("DEED_ONE_OF", fields.keySpan("repeat"), "'repeat' goes with 'first'", { hint });
  }
  switch (kind) {
    case "event":
      return readEvent(body, chains, report);
    case "schedule":
      return readSchedule(body, report);
    case "at":
      return readAt(body, report);
    case "block":
      return readBlock(body, chains, report);
    case "immediate":
      return readImmediate(body, report);
    case "first":
      return readComposite(body, repeat, chains, report);
    default:
      return readManual(body, report);
  }
}

function readManual(tree: Tree, report: Report): Trigger | null {
  const isEmpty = tree.kind === "scalar" && (tree.value === null || tree.value === true);
  if (!isEmpty) readFields(tree, "'manual'", {}, report);
  return { kind: "manual" };
}
