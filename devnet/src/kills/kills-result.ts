import type { Rule, Violation } from "./check-run.ts";
import { DUTIES, type Duty } from "./duties-of-node.ts";
import type { Kill, KillTarget } from "./killer.ts";
import type { Observations, SlashSeen } from "./observations.ts";
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
  /** What killed nodes were about; one may be about several things, or about none. */
  readonly duties: Readonly<Record<Duty, number>>;
  readonly executions: number;
  readonly final: number;
  /** Lies of the liar's that were found. */
  readonly void: number;
  readonly acknowledged: number;
  readonly requests: number;
  readonly actions: number;
  /** Charges for silence of nodes that were kept away past a window. */
  readonly charges: number;
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
    readonly charges: readonly SlashSeen[];
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
    duties: Object.fromEntries(
      DUTIES.map((duty) => [duty, kills.filter(({ duties }) => duties.includes(duty)).length]),
    ) as Record<Duty, number>,
    executions: states.length,
    final: states.filter((state) => state === "final").length,
    void: states.filter((state) => state === "void").length,
    acknowledged: seen.due.length + seen.transactions.length,
    requests: seen.requests.length,
    actions: seen.actions.length,
    charges: charges.length,
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
