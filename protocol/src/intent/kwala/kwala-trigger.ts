import type { Report } from "../report.ts";
import { formatTimestamp } from "../timestamp.ts";
import type { Span, Tree } from "../tree.ts";
import { integerAt, mapAt, textAt } from "./build.ts";
import type { EventParameter } from "./event-parameters.ts";
import {
  type EventSource,
  eventTree,
  isSameSource,
  readChainId,
  readEventSource,
  withoutNames,
} from "./event-source.ts";
import type { KwalaFields } from "./keys.ts";
import { type First, type Repeat, readFirst, readRepeat } from "./when.ts";

/** A Kwala trigger as a native one. */
export interface KwalaTrigger {
  /** The native `on`. */
  readonly on: Tree;
  readonly runsOnce: boolean;
  /** Parameters of the event of each kind of run; null for a kind that has none. */
  readonly runs: readonly (readonly EventParameter[] | null)[];
}

interface Times {
  readonly first: First;
  readonly repeat: Repeat;
  readonly firstSpan: Span;
  readonly repeatSpan: Span;
}

/** Reads when a workflow runs; null when the report says why not. */
export function readKwalaTrigger(fields: KwalaFields, report: Report): KwalaTrigger | null {
  const times = readTimes(fields, report);
  if (times === null) return null;
  const { first, repeat } = times;
  if (first.kind === "event") return afterEvent(times, fields, report);
  const start = startOf(times, fields, report);
  if (start === null) return null;
  if (repeat.kind === "event") {
    const source = readRecurring(fields, report);
    if (source === null) return null;
    const on = twoPhases(times, start, mapAt(source.span, { event: eventTree(source) }));
    return { on, runsOnce: false, runs: [null, source.event.parameters] };
  }
  return { on: withoutEvents(times, start), runsOnce: repeat.kind === "never", runs: [null] };
}

function readTimes(fields: KwalaFields, report: Report): Times | null {
  const [firstTree, repeatTree] = [fields.used("ExecuteAfter"), fields.used("RepeatEvery")];
  const hasEvent = fields.used("TriggerEventName") !== undefined;
  const isPrice = fields.used("TriggerPrice") !== undefined && !hasEvent && firstTree === undefined;
  const spans = {
    firstSpan: fields.keySpan("ExecuteAfter"),
    repeatSpan: fields.keySpan("RepeatEvery"),
  };
  const repeat = repeatTree === undefined ? null : readRepeat(repeatTree, fields, report);
  if (repeatTree !== undefined && repeat === null) {
    if (firstTree !== undefined) readFirst(firstTree, report);
    return null;
  }
  if (firstTree !== undefined) {
    const first = readFirst(firstTree, report);
    return first === null ? null : { first, repeat: repeat ?? { kind: "never" }, ...spans };
  }
  if (isPrice) {
    const message = "a price trigger is known, but not supported by this version";
    report.add("DEED_NOT_YET", fields.keySpan("TriggerPrice"), message);
    return null;
  }
  return assumedTimes(repeat, hasEvent, spans, report);
}

/** Short files leave `ExecuteAfter` out. */
function assumedTimes(
  repeat: Repeat | null,
  hasEvent: boolean,
  spans: Pick<Times, "firstSpan" | "repeatSpan">,
  report: Report,
): Times | null {
  const add = (message: string, hint: string) =>
    report.add("DEED_KWALA_ASSUMED", spans.firstSpan, message, { hint });
  if (hasEvent && (repeat === null || repeat.kind === "event")) {
    add("without 'ExecuteAfter', every such event starts a run", "ExecuteAfter: event");
    return { first: { kind: "event" }, repeat: { kind: "event" }, ...spans };
  }
  if (repeat === null) {
    const hint = "ExecuteAfter: immediate, event, BL and a height, or a unix time";
    report.add("DEED_MISSING_KEY", spans.firstSpan, "'Trigger' needs 'ExecuteAfter'", { hint });
    return null;
  }
  if (repeat.kind === "event") {
    add("without 'ExecuteAfter', every such event starts a run", "ExecuteAfter: event");
    return { first: { kind: "event" }, repeat, ...spans };
  }
  add("without 'ExecuteAfter', the first run is at the registration", "ExecuteAfter: immediate");
  return { first: { kind: "immediate" }, repeat, ...spans };
}

// What the recurring keys leave open, the trigger keys say.
function readRecurring(fields: KwalaFields, report: Report): EventSource | null {
  const own = fields.used("RecurringEventName") !== undefined;
  const other = fields.used("TriggerEventName") !== undefined;
  return readEventSource(own || !other ? "Recurring" : "Trigger", fields, report);
}

function afterEvent(times: Times, fields: KwalaFields, report: Report): KwalaTrigger | null {
  const named = fields.used("TriggerEventName") !== undefined;
  const mirror = fields.used("RecurringEventName") !== undefined;
  const first = readEventSource(named || !mirror ? "Trigger" : "Recurring", fields, report);
  const { repeat } = times;
  if (repeat.kind !== "event") {
    if (first === null) return null;
    const event = mapAt(first.span, { event: eventTree(first) });
    const runs = [first.event.parameters];
    if (repeat.kind === "never") return { on: event, runsOnce: true, runs };
    const on = twoPhases(times, event, repeatTree(repeat, times.repeatSpan));
    return { on, runsOnce: false, runs: [...runs, null] };
  }
  const again = readRecurring(fields, report);
  if (first === null || again === null) return null;
  if (isSameSource(first, again)) {
    const on = mapAt(first.span, { event: eventTree(first) });
    return { on, runsOnce: false, runs: [first.event.parameters] };
  }
  return twoEvents(times, withoutNames(first), withoutNames(again));
}

/** Two events share no names: their parameters are called by position. */
function twoEvents(times: Times, first: EventSource, again: EventSource): KwalaTrigger {
  const [one, two] = [first, again].map((source) =>
    mapAt(source.span, { event: eventTree(source) }),
  );
  const on = twoPhases(times, one as Tree, two as Tree);
  return { on, runsOnce: false, runs: [first.event.parameters, again.event.parameters] };
}

function twoPhases({ firstSpan, repeatSpan }: Times, first: Tree, repeat: Tree): Tree {
  return {
    kind: "map",
    span: firstSpan,
    entries: [
      { key: "first", keySpan: firstSpan, value: first },
      { key: "repeat", keySpan: repeatSpan, value: repeat },
    ],
  };
}

/** The native trigger of a first run that no event starts. */
function startOf(
  { first, firstSpan: span }: Times,
  fields: KwalaFields,
  report: Report,
): Tree | null {
  switch (first.kind) {
    case "immediate":
      return mapAt(span, { immediate: mapAt(span, {}) }, span);
    case "time":
      return mapAt(span, { at: textAt(span, formatTimestamp(first.atSec)) }, span);
    case "block": {
      const chain = readChainId(fields, "TriggerChainID", "a block's height", report);
      if (chain === null) return null;
      const height = integerAt(span, first.height);
      return mapAt(
        span,
        { block: mapAt(span, { chain: integerAt(chain.span, chain.value), height }) },
        span,
      );
    }
    case "event":
      return null;
  }
}

function repeatTree(repeat: Exclude<Repeat, { kind: "never" | "event" }>, span: Span): Tree {
  const every =
    repeat.kind === "every"
      ? { every: textAt(span, `${repeat.periodSec}s`) }
      : { cron: textAt(span, repeat.expression) };
  return mapAt(span, { schedule: mapAt(span, every, span) }, span);
}

function withoutEvents(times: Times, start: Tree): Tree {
  const { first, repeat, repeatSpan: span } = times;
  if (repeat.kind === "never" || repeat.kind === "event") return start;
  if (repeat.kind === "every" && first.kind === "immediate") {
    const every = textAt(span, `${repeat.periodSec}s`);
    return mapAt(span, { immediate: mapAt(span, { every }, span) }, span);
  }
  if (repeat.kind === "every" && first.kind === "time") {
    const at = textAt(times.firstSpan, formatTimestamp(first.atSec));
    const every = textAt(span, `${repeat.periodSec}s`);
    return mapAt(span, { schedule: mapAt(span, { start: at, every }, span) }, span);
  }
  return twoPhases(times, start, repeatTree(repeat, span));
}
