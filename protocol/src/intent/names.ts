import type { KindOracle, Reference } from "../plan/compiled.ts";
import type { EventTrigger, Trigger } from "../plan/plan.ts";
import {
  type Kind,
  kindOfAbiType,
  SCOPE_ROOTS,
  STEP_FIELDS,
  TRIGGER_FIELDS,
} from "../plan/scope.ts";
import type { Report } from "./report.ts";
import { nearest } from "./suggest.ts";
import type { Span } from "./tree.ts";

/** What expressions at one place of a workflow may name. */
export interface Names {
  /** Null when it could not be compiled: then nothing is said about it. */
  readonly trigger: Trigger | null;
  readonly steps: readonly NamedStep[];
  /** Index of the step that reads; -1 for the trigger's own condition, which reads `event` alone. */
  readonly reader: number;
}

export interface NamedStep {
  readonly id: string;
  readonly kind: "http" | "call" | "script";
}

/** Something that a step depends on: a path that it reads, and the step that gives it, if one does. */
export interface Dependency {
  readonly path: string;
  readonly step: number | null;
}

/** Kinds of what the scope holds here, so that expressions are checked before they run. */
export function kindOracle({ trigger, steps }: Names): KindOracle {
  return ([root, first, second, ...rest]) => {
    if (root === "now" && first === undefined) return "int";
    if (root === "steps" && second === undefined) return "map";
    if (root === "steps" && rest.length === 0) {
      const kind = steps.find(({ id }) => id === first)?.kind;
      return kind === undefined ? "dyn" : own(STEP_FIELDS[kind], second as string);
    }
    if (second !== undefined || trigger === null) return "dyn";
    if (root === "event") return eventKind(eventsOf(trigger), first);
    if (root !== "trigger") return "dyn";
    return first === undefined ? "map" : own(TRIGGER_FIELDS[trigger.kind], first);
  };
}

/** The events that may start a run. */
function eventsOf(trigger: Trigger): readonly EventTrigger[] {
  const parts = trigger.kind === "composite" ? [trigger.first, trigger.repeat] : [trigger];
  return parts.filter((part) => part?.kind === "event") as readonly EventTrigger[];
}

/** Where events differ, only the run knows. */
function eventKind(events: readonly EventTrigger[], name: string | undefined): Kind | "dyn" {
  if (events.length === 0) return "dyn";
  if (name === undefined) return "map";
  const kinds = events.map(({ parameters }) => {
    const parameter = parameters.find((candidate) => candidate.name === name);
    return parameter === undefined ? "dyn" : parameterKind(parameter);
  });
  const [kind] = kinds;
  return kind !== undefined && kinds.every((other) => other === kind) ? kind : "dyn";
}

function own(kinds: { readonly [field: string]: Kind | "dyn" }, field: string): Kind | "dyn" {
  return Object.hasOwn(kinds, field) ? (kinds[field] ?? "dyn") : "dyn";
}

// Of an indexed parameter of a dynamic type the ledger has the hash only.
function parameterKind({ type, indexed }: { type: string; indexed: boolean }): Kind {
  const kind = kindOfAbiType(type);
  return indexed && kind === "list" ? "string" : kind;
}

/** Reports what references name in vain; gives the dependencies of the others. */
export function checkReferences(
  references: readonly Reference[],
  names: Names,
  placeOf: (reference: Reference) => Span,
  report: Report,
): readonly Dependency[] {
  return references.flatMap((reference): readonly Dependency[] => {
    const span = placeOf(reference);
    const [root] = reference.path;
    const path = reference.path.join(".");
    if (names.reader === -1 && root !== "event") {
      report.add("DEED_UNKNOWN_NAME", span, `'where' reads the event's parameters, not '${root}'`);
      return [];
    }
    if (root === "steps") {
      const step = checkStepReference(reference.path, names, span, report);
      return step === null ? [] : [{ path, step }];
    }
    checkTriggerReference(reference.path, names.trigger, span, report);
    return [{ path, step: null }];
  });
}

function checkTriggerReference(
  [root, field, deeper]: readonly string[],
  trigger: Trigger | null,
  span: Span,
  report: Report,
): void {
  if (trigger === null || root === "now") return;
  const owner = { event: "event", input: "manual" }[root as string];
  const events = eventsOf(trigger);
  const isThere = root === "event" ? events.length > 0 : owner === trigger.kind;
  if (owner !== undefined && !isThere) {
    const message = `'${root}' is there with ${owner === "event" ? "an event" : "a manual"} trigger only`;
    report.add("DEED_UNKNOWN_NAME", span, message, { hint: `this trigger is: ${trigger.kind}` });
    return;
  }
  if (root === "input" || field === undefined) return;
  const known =
    root === "event"
      ? [...new Set(events.flatMap(({ parameters }) => parameters.map(({ name }) => name)))]
      : Object.keys(TRIGGER_FIELDS[trigger.kind]);
  if (!known.includes(field)) unknownField(root as string, field, known, span, report);
  else if (deeper !== undefined) unknownField(`${root}.${field}`, deeper, [], span, report);
}

function checkStepReference(
  [, id, field, deeper]: readonly string[],
  names: Names,
  span: Span,
  report: Report,
): number | null {
  if (id === undefined) {
    report.add("DEED_UNKNOWN_STEP", span, "name the step: steps.<id>");
    return null;
  }
  const step = findEarlierStep(id, names, span, report);
  if (step === null || field === undefined) return step;
  const { kind } = names.steps[step] as NamedStep;
  const known = Object.keys(STEP_FIELDS[kind]);
  if (!known.includes(field)) {
    unknownField(`steps.${id}`, field, known, span, report);
    return null;
  }
  const isOpen = field === "body" || field === "headers" || field === "value";
  if (deeper !== undefined && !isOpen) {
    unknownField(`steps.${id}.${field}`, deeper, [], span, report);
  }
  return step;
}

/** The index of a step that stands before the reader; reports why there is none. */
export function findEarlierStep(
  id: string,
  { steps, reader }: Names,
  span: Span,
  report: Report,
): number | null {
  const index = steps.findIndex((step) => step.id === id);
  if (index >= 0 && index < reader) return index;
  if (index === reader) {
    report.add("DEED_SELF_REFERENCE", span, `step '${id}' refers to itself`);
  } else if (index > reader) {
    report.add("DEED_LATER_STEP", span, `step '${id}' comes later`, {
      hint: "steps run in the order of the file: move it up",
    });
  } else {
    const earlier = steps.slice(0, reader).map((step) => step.id);
    report.add("DEED_UNKNOWN_STEP", span, `there is no step '${id}'`, {
      suggestion: nearest(id, earlier),
    });
  }
  return null;
}

function unknownField(
  owner: string,
  field: string,
  known: readonly string[],
  span: Span,
  report: Report,
): void {
  report.add("DEED_UNKNOWN_FIELD", span, `'${owner}' has no '${field}'`, {
    suggestion: nearest(field, known),
    hint: known.length === 0 ? undefined : `it has: ${known.join(", ")}`,
  });
}

/** Words that were probably meant by an unknown name. */
export function suggestName(name: string, { trigger }: Names): string | undefined {
  const events = trigger === null ? [] : eventsOf(trigger);
  const parameters = events.flatMap((event) => event.parameters.map(({ name: own }) => own));
  if (parameters.includes(name)) return `event.${name}`;
  return nearest(name, SCOPE_ROOTS);
}
