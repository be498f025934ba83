import type { ToChild } from "@deed/node/parts/inside";
import { FILL, FILL_LATER } from "./fill.ts";
import { NATIVE } from "./native.ts";
import { NEIGHBOUR } from "./neighbour.ts";
import type { Tools } from "./order.ts";
import { type Grab, type LateGrab, ORDER_PLAN, type Order, refusalOf, type Say } from "./order.ts";
import { REACH, REACH_LATER } from "./reach.ts";
import { TALK } from "./talk.ts";

const GRABS = { ...REACH, ...FILL, ...TALK, ...NEIGHBOUR, ...NATIVE };
const LATE_GRABS = { ...REACH_LATER, ...FILL_LATER };

/** The order that a job is, or null when it is an honest one. */
export function orderOf(job: ToChild | undefined): Order | null {
  if (job?.type !== "job" || job.plan.name !== ORDER_PLAN) return null;
  return JSON.parse(job.plan.summary) as Order;
}

/** Does what it is told, and says what it gained: `{"got":…}`, or `{"refused":…}`. */
export function act({ attack, argument }: Order, tools: Tools): void {
  const say: Say = (facts) =>
    tools.channel.write({ type: "failed", detail: JSON.stringify(facts) });
  const asked = argument as never;
  if (attack === "ask") {
    tools.channel.write({ type: "effect", request: argument });
    say({ got: summaryOf(tools.channel.read()) });
    return;
  }
  const later: LateGrab | undefined = LATE_GRABS[attack];
  if (later !== undefined) {
    const { refused } = attempt(() => later(asked, say));
    if (refused !== undefined) say({ refused });
    return;
  }
  const grab: Grab | undefined = GRABS[attack];
  if (grab === undefined) say({ refused: `no attack ${attack}` });
  else say(attempt(() => grab(asked, tools)));
}

function attempt(what: () => unknown): { readonly got?: unknown; readonly refused?: string } {
  try {
    return { got: what() ?? "done" };
  } catch (error) {
    return { refused: refusalOf(error) };
  }
}

/** What the broker answered: the code of its refusal, or the beginning of what came. */
function summaryOf(message: unknown): string {
  const { result } = message as { readonly result?: { readonly output: Answer } };
  if (result === undefined) return "no answer";
  const { error, status, body } = result.output;
  return error === undefined ? `${status} ${body?.slice(0, 40)}` : `refused ${error.code}`;
}

interface Answer {
  readonly error?: { readonly code: string };
  readonly status?: number;
  readonly body?: string;
}
