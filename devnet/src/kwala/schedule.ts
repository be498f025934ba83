import type { EventTrigger, FirstTrigger, Plan, Trigger } from "@deed/protocol/plan";
import { cronNext, parseCron } from "@deed/protocol/plan";

/** What starts the next run of a workflow. */
export type Start =
  /** At this time of the network; 0: at the registration. */
  | { readonly kind: "time"; readonly atSec: number }
  | { readonly kind: "event"; readonly trigger: EventTrigger }
  | {
      readonly kind: "height" /** Null: the ledger's. */;
      readonly chainId: number | null;
      readonly height: number;
    };

/** What starts the first run. @param registeredSec Block time of the registration. */
export function firstStart(trigger: Trigger, registeredSec: number): Start | null {
  switch (trigger.kind) {
    case "event":
      return { kind: "event", trigger };
    case "composite":
      return startOfFirst(trigger.first);
    case "start":
      return { kind: "time", atSec: trigger.startSec };
    case "interval":
      return { kind: "time", atSec: registeredSec + trigger.periodSec };
    case "cron":
      return { kind: "time", atSec: nextTick(trigger.expression, registeredSec) };
    case "block":
      return { kind: "height", chainId: null, height: trigger.height };
    case "manual":
      return null;
  }
}

function startOfFirst(first: FirstTrigger): Start {
  switch (first.kind) {
    case "event":
      return { kind: "event", trigger: first };
    case "start":
      return { kind: "time", atSec: first.startSec };
    case "height":
      return first;
  }
}

/** What starts the run after one; null when there is none. @param lastSec Its t0. */
export function nextStart({ trigger, limits, expiresAtSec }: Plan, lastSec: number): Start | null {
  if (limits.executions === 1) return null;
  const next = repeatOf(trigger, lastSec);
  return next?.kind === "time" && next.atSec >= expiresAtSec ? null : next;
}

function repeatOf(trigger: Trigger, lastSec: number): Start | null {
  switch (trigger.kind) {
    case "event":
      return { kind: "event", trigger };
    case "start":
    case "interval":
      if (trigger.periodSec === 0) return null;
      return { kind: "time", atSec: lastSec + trigger.periodSec };
    case "cron":
      return { kind: "time", atSec: nextTick(trigger.expression, lastSec) };
    case "composite": {
      const { repeat } = trigger;
      return repeat === null ? null : repeatOf(asTrigger(repeat), lastSec);
    }
    case "block":
    case "manual":
      return null;
  }
}

function asTrigger(
  repeat: NonNullable<Extract<Trigger, { kind: "composite" }>["repeat"]>,
): Trigger {
  return repeat.kind === "event" ? repeat : { ...repeat, catchUp: 1 };
}

function nextTick(expression: string, afterSec: number): number {
  const cron = parseCron(expression);
  if (!("minutes" in cron)) throw new RangeError(`no cron expression: ${expression}`);
  return 60 * cronNext(cron, Math.floor(afterSec / 60));
}
