import type { Level, Step, Trigger } from "../plan/plan.ts";
import type { Cause } from "./needs.ts";
import type { Report } from "./report.ts";
import type { StepDraft } from "./step.ts";

/** How well a step's effect is backed, and why. */
export interface StepLevel {
  readonly stepId: string;
  readonly inputLevel: Level;
  readonly outputLevel: Level;
  /** From the step to what decides its level, for people; empty when the trigger does. */
  readonly because: readonly string[];
}

const RANK: { readonly [level in Level]: number } = { recorded: 1, observed: 2, proven: 3 };

// An event is seen by every node with an endpoint of its chain; ticks and signed fires are checked by the
// contract that grants the claim, a cron's minute by everyone's calendar.
const TRIGGER_LEVELS: { readonly [kind in Trigger["kind"]]: Level } = {
  event: "observed",
  interval: "proven",
  manual: "proven",
  cron: "proven",
  // The contract knows the height, but not the time of its block.
  block: "observed",
  start: "proven",
  // Verifiers look at the chains that it names; no contract does.
  composite: "observed",
};

/** Gives each step the lowest level of all that its effect depends on, conditions and order included. */
export function assignLevels(
  drafts: readonly StepDraft[],
  trigger: Trigger,
  report: Report,
): { readonly steps: readonly Step[]; readonly levels: readonly StepLevel[] } {
  const levels: StepLevel[] = [];
  const steps = drafts.map((draft) => {
    const sources = levels.map((source, index) => ({ ...source, step: drafts[index]!.step }));
    const level = levelOf(draft, TRIGGER_LEVELS[trigger.kind], sources);
    levels.push(level);
    judgeCall(draft, level, report);
    const { inputLevel, outputLevel } = level;
    return { ...draft.step, inputLevel, outputLevel };
  });
  return { steps, levels };
}

function levelOf(
  { step, causes }: StepDraft,
  triggerLevel: Level,
  earlier: readonly Source[],
): StepLevel {
  let inputLevel = triggerLevel;
  let because: readonly string[] = [];
  for (const cause of causes) {
    const source = cause.step === null ? undefined : earlier[cause.step];
    if (source === undefined) continue;
    const isLoose = readsFailure(step, source);
    const level = isLoose ? "recorded" : source.outputLevel;
    if (RANK[level] >= RANK[inputLevel]) continue;
    inputLevel = level;
    const reasons = isLoose
      ? [`that '${source.stepId}' did not succeed is its executor's word`]
      : reasonsOf(source);
    because = [explain(step.id, cause), ...reasons];
  }
  return { stepId: step.id, inputLevel, outputLevel: outputLevelOf(step, inputLevel), because };
}

interface Source extends StepLevel {
  readonly step: StepDraft["step"];
}

// A call that succeeded is on the ledger; of one that did not nobody else knows why. Who needs the call, or all
// earlier steps, does not run then.
function readsFailure(reader: StepDraft["step"], { step }: Source): boolean {
  return step.kind === "call" && reader.explicitNeeds && !reader.needs.includes(step.id);
}

// What a server answers, only the executor has seen. A call's receipt every node can look up, a script every node can run.
function outputLevelOf({ kind }: Step, inputLevel: Level): Level {
  if (kind === "http") return "recorded";
  if (kind === "script") return inputLevel;
  return RANK[inputLevel] < RANK.observed ? inputLevel : "observed";
}

function reasonsOf({ stepId, inputLevel, outputLevel, because }: StepLevel): readonly string[] {
  if (RANK[inputLevel] <= RANK[outputLevel] && because.length > 0) return because;
  return [`what '${stepId}' gives is ${outputLevel}: only its executor has seen it`];
}

function explain(reader: string, { where, path }: Cause): string {
  switch (where) {
    case "order":
      return `'${reader}' runs only if '${path}' did not fail`;
    case "needs":
      return `'${reader}' needs '${path}'`;
    case "if":
      return `the condition of '${reader}' reads ${path}`;
    case "http":
    case "call":
    case "script":
      return `'${reader}' uses ${path}`;
  }
}

function judgeCall({ step, span, acceptSpan }: StepDraft, level: StepLevel, report: Report): void {
  if (step.kind !== "call") return;
  const { inputLevel, because } = level;
  const wanted = step.accept ?? "observed";
  if (inputLevel === "observed" && wanted === "proven") {
    const reason = because.length === 0 ? "its trigger" : because.join("; ");
    const message = `this call depends on what is observed, not proven: ${reason}`;
    report.add("DEED_ACCEPT_NEEDED", span, message);
  } else if (RANK[inputLevel] < RANK[wanted]) {
    const isOrder = because[0]?.includes("runs only if") === true;
    const message = `this call depends on one executor's word: ${because.join("; ")}`;
    const hint = isOrder
      ? "write `needs: []` if it does not depend on it, or `accept: recorded` to accept that"
      : "write `accept: recorded` to accept that";
    report.add("DEED_ACCEPT_NEEDED", span, message, { hint });
  } else if (acceptSpan !== null && step.accept === "recorded" && inputLevel !== "recorded") {
    const message = `nothing here is less than ${inputLevel}: 'accept' can go`;
    report.add("DEED_ACCEPT_UNUSED", acceptSpan, message);
  }
}
