import {
  compileExpression,
  type Expression,
  ExpressionError,
  eventValue,
} from "@deed/protocol/plan";
import type { EventTrigger } from "./decode-event.ts";
import type { SeenEvent } from "./read-occurrence.ts";

const compiled = new WeakMap<EventTrigger, Expression>();

/** Is the trigger's `where` true for this event? An expression that fails is not true. */
export function isWanted(trigger: EventTrigger, seen: SeenEvent): boolean {
  if (trigger.where === null) return true;
  let expression = compiled.get(trigger);
  if (expression === undefined) {
    expression = compileExpression(trigger.where);
    compiled.set(trigger, expression);
  }
  try {
    const value = expression.evaluate({
      now: BigInt(seen.blockTimeSec),
      event: eventValue(trigger.parameters, seen.payload.event),
      steps: {},
    });
    return value === true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}
