import { readMap } from "../reader.ts";
import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import type { MapTree, Span, Tree } from "../tree.ts";
import {
  type ActionContext,
  type KwalaAction,
  readActions,
  STATUS_ATTEMPTS,
  statusStep,
  stepTree,
} from "./action.ts";
import { integerAt, listAt, mapAt, textAt } from "./build.ts";
import { reportMissing } from "./event-source.ts";
import { expiresTree } from "./expiry.ts";
import { EXECUTION_SHAPE, type KwalaFields, readKeys, TOP_SHAPE, TRIGGER_SHAPE } from "./keys.ts";
import { type KwalaTrigger, readKwalaTrigger } from "./kwala-trigger.ts";
import { nameTree } from "./name.ts";
import { readStatusTarget, type StatusTarget } from "./notification.ts";
import { isUnused, wordOf } from "./value.ts";

/** A Kwala workflow as a native one; its parts have their places in the Kwala file. Null: see the report. */
export function lowerKwala(tree: Tree, report: Report): MapTree | null {
  const map = readMap(tree, "a workflow", report);
  if (map === null) return null;
  const fields = readKeys(map, TOP_SHAPE, report);
  const name = nameTree(fields, report);
  const trigger = readTriggerFields(fields, map, report);
  const mode = readMode(fields, report);
  const actionsTree = fields.tree("Actions");
  if (actionsTree === undefined) reportMissing("Actions", "a Kwala workflow", fields, report);
  const actions = actionsTree === undefined ? [] : readActions(actionsTree, report);
  const times = trigger === null ? null : readKwalaTrigger(trigger, report);
  const expires = trigger === null ? undefined : expiresTree(trigger, report);
  const target = trigger === null ? null : readStatusTarget(trigger, report);
  const context = { mode, scope: { runs: times?.runs ?? null } };
  const steps = stepsOf(actions, context, { target, workflow: name }, report);
  if (trigger === null || times === null || actionsTree === undefined || report.hasErrors) {
    return null;
  }
  const known = actions.filter((action) => action !== null);
  return nativeWorkflow(map.span, {
    name,
    summary: summaryTree(trigger),
    on: times.on,
    expires,
    limits: limitsTree(fields.keySpan("Trigger"), times, known, target !== null),
    steps: listAt(actionsTree.span, steps),
  });
}

function nativeWorkflow(span: Span, parts: { readonly [key: string]: Tree | undefined }): MapTree {
  return mapAt(span, { deed: textAt(span, "v1"), ...parts });
}

function readTriggerFields(
  fields: KwalaFields,
  { entries }: MapTree,
  report: Report,
): KwalaFields | null {
  const tree = fields.tree("Trigger");
  const strays = entries.filter(({ key }) => TRIGGER_SHAPE.keys.includes(key));
  if (tree === undefined || isUnused(tree)) {
    if (strays.length > 0 && tree !== undefined) {
      const empty = { kind: "map", span: tree.span, entries: [] } as const;
      return readKeys(empty, TRIGGER_SHAPE, report, strays);
    }
    reportMissing("Trigger", "a Kwala workflow", fields, report);
    return null;
  }
  const map = readMap(tree, "'Trigger'", report);
  return map === null ? null : readKeys(map, TRIGGER_SHAPE, report, strays);
}

const MODES = ["sequential", "parallel"] as const;

function readMode(fields: KwalaFields, report: Report): (typeof MODES)[number] {
  const tree = fields.used("Execution");
  const map = tree === undefined ? null : readMap(tree, "'Execution'", report);
  const modeTree = map === null ? undefined : readKeys(map, EXECUTION_SHAPE, report).used("Mode");
  if (modeTree === undefined) return "sequential";
  const word = wordOf(modeTree) ?? "";
  const mode = MODES.find((candidate) => candidate === word);
  if (mode !== undefined) return mode;
  report.add("DEED_WRONG_VALUE", modeTree.span, `'Mode' cannot be '${word}'`, {
    suggestion: nearest(word, MODES),
    hint: "one of: sequential, parallel",
  });
  return "sequential";
}

function stepsOf(
  actions: readonly (KwalaAction | null)[],
  how: Omit<ActionContext, "earlier">,
  {
    target,
    workflow,
  }: { readonly target: StatusTarget | null; readonly workflow: Tree | undefined },
  report: Report,
): readonly Tree[] {
  const known = actions.filter((action) => action !== null);
  const name = workflow === undefined ? "" : (wordOf(workflow) ?? "");
  return known.flatMap((action, index) => {
    const step = stepTree(action, { ...how, earlier: known.slice(0, index) }, report);
    if (step === null) return [];
    return target === null ? [step] : [step, statusStep(action, { url: target, workflow: name })];
  });
}

const MAX_SUMMARY = 280;

function summaryTree(trigger: KwalaFields): Tree | undefined {
  const tree = trigger.used("Meta");
  const text = tree === undefined ? null : wordOf(tree);
  if (tree === undefined || text === null) return undefined;
  const line = [...text.replace(/\s+/g, " ").trim()].slice(0, MAX_SUMMARY).join("");
  return textAt(tree.span, line);
}

const NO_LIMIT = 2 ** 32 - 1;
const TIMEOUT_SEC = 10;
const MIN_DURATION_SEC = 60;
const MAX_DURATION_SEC = 3600;

// Kwala has no limits: a run may take as long as all of its tries, and there may be any number of runs.
function limitsTree(
  span: Span,
  { runsOnce }: KwalaTrigger,
  actions: readonly KwalaAction[],
  isTold: boolean,
): Tree {
  const needed = actions.reduce(
    (sum, { attempts }) => sum + triesSec(attempts) + (isTold ? triesSec(STATUS_ATTEMPTS) : 0),
    0,
  );
  const durationSec = Math.min(Math.max(needed, MIN_DURATION_SEC), MAX_DURATION_SEC);
  return mapAt(span, {
    executions: integerAt(span, runsOnce ? 1 : NO_LIMIT),
    duration: textAt(span, `${durationSec}s`),
  });
}

/** Time that all tries of a step may take, pauses of 1 s, 2 s, 4 s … included. */
function triesSec(attempts: number): number {
  return attempts * TIMEOUT_SEC + 2 ** (attempts - 1) - 1;
}
