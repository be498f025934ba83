import type { Plan } from "@deed/protocol/plan";
import { aPlan } from "../intent.testing.ts";
import { httpStep } from "./attempt.testing.ts";

/** Two requests that may run at most once around one that may run again; none needs the one before. */
export function crashPlan(origin: string): Plan {
  const step = (id: string, delivery: "once" | "idempotent") =>
    httpStep(id, `${origin}/${id}`, { delivery, explicitNeeds: true, timeoutMs: 60_000 });
  return aPlan([step("first", "once"), step("again", "idempotent"), step("last", "once")]);
}
