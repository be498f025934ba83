import type { Rule, Violation } from "./check-run.ts";
import type { CrashCharge } from "./crash-charge.ts";
import type { Kill, KillTarget } from "./killer.ts";
import { MOMENTS, type Moment } from "./moments.ts";
import type { Observations } from "./observations.ts";
import type { Sabotage } from "./run.ts";

/** The last line of a run. */
export interface KillsResult {
  readonly kills: number;
  readonly violations: number;
  readonly seed: number;
  readonly seconds: number;
  readonly sequencer: number;
  readonly nodes: number;
  readonly signers: number;
  /** Kills in the middle of what; a node may be in the middle of several things, or of none. */
  readonly moments: Readonly<Record<Moment, number>>;
  readonly executions: number;
  readonly final: number;
  /** Lies that a vote found guilty. */
  readonly void: number;
  readonly acknowledged: number;
  readonly requests: number;
  readonly actions: number;
  /** Small charges that this run's own kills explain: no violations, but bounded. */
  readonly crashCharges: number;
  readonly longestDownMs: number;
  readonly sabotage?: Sabotage;
  /** Which rules were broken how often; not there when none was. */
  readonly broken?: Readonly<Partial<Record<Rule, number>>>;
  /** The first few violations. */
  readonly examples?: readonly Violation[];
}

const EXAMPLES = 10;

/** Counts a run. */
export function summary(
  run: {
    readonly seed: number;
    readonly seconds: number;
    readonly sabotage: Sabotage | null;
    readonly kills: readonly Kill[];
    readonly violations: readonly Violation[];
    readonly charges: readonly CrashCharge[];
  },
  seen: Observations,
): KillsResult {
  const { seed, seconds, sabotage, kills, violations, charges } = run;
  const of = (target: KillTarget): number => kills.filter((kill) => kill.target === target).length;
  const states = [...seen.executions.values()].map(({ state }) => state);
  const broken = countBy(violations.map(({ rule }) => rule));
  return {
    kills: kills.length,
    violations: violations.length,
    seed,
    seconds: Math.round(seconds * 10) / 10,
    sequencer: of("sequencer"),
    nodes: of("node"),
    signers: of("signer"),
    moments: Object.fromEntries(
      MOMENTS.map((moment) => [
        moment,
        kills.filter(({ moments }) => moments.includes(moment)).length,
      ]),
    ) as Record<Moment, number>,
    executions: states.length,
    final: states.filter((state) => state === "final").length,
    void: states.filter((state) => state === "void").length,
    acknowledged: seen.due.length + seen.transactions.length,
    requests: seen.requests.length,
    actions: seen.actions.length,
    crashCharges: charges.length,
    longestDownMs: Math.max(0, ...kills.map(({ downMs }) => downMs)),
    ...(sabotage === null ? {} : { sabotage }),
    ...(violations.length === 0 ? {} : { broken, examples: violations.slice(0, EXAMPLES) }),
  };
}

function countBy<Name extends string>(names: readonly Name[]): Partial<Record<Name, number>> {
  const counts: Partial<Record<Name, number>> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
