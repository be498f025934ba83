import type {
  EffectHandler,
  RunJob,
  RunLimits,
  RunResult,
  Sandbox,
  SandboxAdapter,
} from "@deed/node/parts";
import { ORDER_PLAN } from "./payload/order.ts";
import type { World } from "./world.ts";

/** A place to attack from: an adapter of the node, or none. */
export type Place = SandboxAdapter | "none";

/** How an attack must end: words for people, and what the report of its end must match. */
export interface Containment {
  readonly by: string;
  readonly is: RegExp;
}

/** What a level does not promise; an attack of it is shown and not counted. */
export interface NotPromised {
  readonly notPromised: string;
}

export type Expectation = Containment | NotPromised;

/** What an attack has to work with. */
export interface Scene {
  readonly place: Place;
  readonly sandbox: Sandbox;
  /** The same with native code inside; null where the level promises nothing against that. */
  readonly native: () => Promise<Sandbox | null>;
  readonly world: World;
  /** Runs one order of `payload/`, and says in a few words how it ended. */
  act(order: string, argument?: unknown, wishes?: ActWishes): Promise<string>;
}

export interface ActWishes {
  readonly limits?: Partial<RunLimits>;
  readonly broker?: EffectHandler;
  readonly sandbox?: Sandbox;
}

export interface Attack {
  readonly name: string;
  /** Part of the short form, which CI runs. */
  readonly isShort?: true;
  /** How it ends where nothing contains it; left out where trying that would harm the machine. */
  readonly uncontained?: RegExp;
  /** Does it, and says how it ended. */
  run(scene: Scene): Promise<string>;
  expected(place: SandboxAdapter): Expectation;
}

/** A line of the report. */
export interface Finding {
  readonly attack: string;
  readonly adapter: Place;
  readonly expected: string;
  readonly happened: string;
  /** Null: this level does not promise it, so it counts neither way. */
  readonly contained: boolean | null;
  readonly ms: number;
}

/** The end of a run in a few words; what a hostile run says is `got …` or `refused …`. */
export function endOf(result: RunResult): string {
  if (result.kind === "done") return `outcome ${result.outcome.status}`;
  const { failure } = result;
  switch (failure.code) {
    case "RUNTIME":
      return saidBy(failure.detail);
    case "DIED":
      return `died ${failure.signal ?? `exit ${failure.exitCode}`}`;
    case "PROTOCOL":
    case "BROKER":
    case "NO_START":
      return `${failure.code} ${failure.detail}`;
    default:
      return failure.code;
  }
}

function saidBy(detail: string): string {
  try {
    const said = JSON.parse(detail) as { readonly got?: unknown; readonly refused?: string };
    return said.refused === undefined
      ? `got ${JSON.stringify(said.got)}`
      : `refused ${said.refused}`;
  } catch {
    return `failed ${detail}`;
  }
}

export const LIMITS: RunLimits = { wallMs: 10_000, outputBytes: 1 << 20, effects: 100 };

export const never: AbortSignal = new AbortController().signal;

export const noEffects: EffectHandler = () => Promise.reject(new TypeError("no effects here"));

/** Answers every effect with the given JSON. */
export function answerWith(body: string): EffectHandler {
  return async () => ({
    ...{ startedMs: 1_800_000_000_200, endedMs: 1_800_000_000_300 },
    anchor: { number: 1, hash: `0x${"11".repeat(32)}` },
    status: 0,
    output: { status: 200, headers: { "content-type": "application/json" }, body },
  });
}

export const anyAnswer: EffectHandler = answerWith("{}");

/** A job that is an order to the hostile child. */
export function orderJob(attack: string, argument: unknown, limits: Partial<RunLimits>): RunJob {
  return {
    plan: { ...ORDER, summary: JSON.stringify({ attack, argument }) },
    occurrence: {} as RunJob["occurrence"],
    start: {} as RunJob["start"],
    limits: { ...LIMITS, ...limits },
  };
}

const ORDER: RunJob["plan"] = {
  plan: "deed.plan.1",
  dialect: "deed.v1",
  name: ORDER_PLAN,
  summary: "",
  runtime: 2,
  trigger: { kind: "manual" },
  limits: { executions: 1, perHour: 0, durationSec: 60, leaseClass: 0 },
  expiresAtSec: 4_000_000_000,
  sandbox: "process",
  steps: [],
};

/** A plan of the given steps. */
export function planWith(...steps: RunJob["plan"]["steps"]): RunJob["plan"] {
  return { ...ORDER, name: "honest", steps };
}
