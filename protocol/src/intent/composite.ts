import type { CompositeTrigger, FirstTrigger, RepeatTrigger } from "../plan/plan.ts";
import type { ChainIds } from "./chain.ts";
import { readEvent } from "./event-trigger.ts";
import { type Fields, readFields } from "./reader.ts";
import type { Report } from "./report.ts";
import { readAt, readCron, readHeight, readImmediate, readPeriodSec } from "./schedule.ts";
import type { Tree } from "./tree.ts";

// Triggers whose first run starts otherwise than the later ones (spec 02).

const FIRST_KINDS = ["event", "at", "immediate", "block"] as const;
const REPEAT_KINDS = ["event", "schedule"] as const;

/** Compiles `first` and `repeat`. */
export function readComposite(
  firstTree: Tree,
  repeatTree: Tree | undefined,
  chains: ChainIds,
  report: Report,
): CompositeTrigger | null {
  const first = readFirst(firstTree, chains, report);
  const repeat = repeatTree === undefined ? null : readRepeat(repeatTree, chains, report);
  if (first === null || (repeatTree !== undefined && repeat === null)) return null;
  return { kind: "composite", first, repeat };
}

function readFirst(tree: Tree, chains: ChainIds, report: Report): FirstTrigger | null {
  const found = onlyOf(tree, "'first'", FIRST_KINDS, report);
  if (found === null) return null;
  const { kind, body } = found;
  switch (kind) {
    case "event":
      return readEvent(body, chains, report);
    case "block": {
      const shape = { required: ["height"], optional: ["chain"] };
      return readFields(body, "'block'", shape, report) === null
        ? null
        : readHeight(body, chains, report);
    }
    case "at": {
      const at = readAt(body, report);
      return at?.kind === "start" ? { kind: "start", startSec: at.startSec } : null;
    }
    case "immediate":
      if (body.kind === "map") readFields(body, "'immediate'", {}, report);
      else readImmediate(body, report);
      return { kind: "start", startSec: 0 };
  }
}

function readRepeat(tree: Tree, chains: ChainIds, report: Report): RepeatTrigger | null {
  const found = onlyOf(tree, "'repeat'", REPEAT_KINDS, report);
  if (found === null) return null;
  if (found.kind === "event") return readEvent(found.body, chains, report);
  const fields = readFields(found.body, "'schedule'", { optional: ["every", "cron"] }, report);
  return fields === null ? null : readSchedule(fields, found.body, report);
}

function readSchedule(fields: Fields, body: Tree, report: Report): RepeatTrigger | null {
  const [every, cron] = [fields.get("every"), fields.get("cron")];
  if (every !== undefined && cron === undefined) {
    const periodSec = readPeriodSec(every, report);
    return periodSec === null ? null : { kind: "interval", periodSec };
  }
  if (cron !== undefined && every === undefined) {
    const expression = readCron(cron, report);
    return expression === null ? null : { kind: "cron", expression };
  }
  const hint = 'every: 5m, or cron: "*/5 * * * *"';
  report.add("DEED_ONE_OF", body.span, "'schedule' has either 'every' or 'cron'", { hint });
  return null;
}

function onlyOf<Kind extends string>(
  tree: Tree,
  what: string,
  kinds: readonly Kind[],
  report: Report,
): { readonly kind: Kind; readonly body: Tree } | null {
  const fields = readFields(tree, what, { optional: kinds }, report);
  if (fields === null) return null;
  const found = kinds.filter((kind) => fields.get(kind) !== undefined);
  const [kind] = found;
  if (kind !== undefined && found.length === 1) return { kind, body: fields.get(kind) as Tree };
  const span = found.length > 1 ? fields.keySpan(found[1] as string) : tree.span;
  const hint = `one of: ${kinds.join(", ")}`;
  report.add("DEED_ONE_OF", span, `${what} is exactly one trigger`, { hint });
  return null;
}
