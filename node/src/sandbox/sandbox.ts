import type { Plan } from "@deed/protocol/plan";
import type {
  EffectRequest,
  EffectResult,
  Occurrence,
  RunOutcome,
  RunStart,
} from "@deed/protocol/runtime";

/** How well an execution is kept apart. `process` is never called a container. */
export type SandboxLevel = "process" | "container-shared" | "container";

/** What starts the containers. */
export type SandboxAdapter = "process" | "bubblewrap" | "zygote";

export interface RunLimits {
  /** From the first byte of the job to the last of the outcome, effects included. */
  readonly wallMs: number;
  /** Everything that the container may say, all frames together. */
  readonly outputBytes: number;
  /** Requests to the broker, pauses included. */
  readonly effects: number;
  /** One request to the broker; left out, whatever a frame may have. */
  readonly effectBytes?: number;
  /** Memory for JavaScript's heap and as much again beside it; left out, what the sandbox was opened with. Never more than that. */
  readonly memoryMb?: number;
  /** CPU time of the container; left out, what the sandbox was opened with. Never more than that. */
  readonly cpuSec?: number;
}

/** One attempt of one execution. */
export interface RunJob {
  readonly plan: Plan;
  readonly occurrence: Occurrence;
  readonly start: RunStart;
  readonly limits: RunLimits;
}

/** Answers one effect. It resolves for everything that can be recorded; a rejection ends the attempt. */
export type EffectHandler = (request: EffectRequest, signal: AbortSignal) => Promise<EffectResult>;

/** Why an attempt ended without an outcome. None of these is ever recorded as one. */
export type RunFailure =
  | { readonly code: "WALL_CLOCK"; readonly limitMs: number }
  | { readonly code: "OUTPUT_CAP"; readonly limitBytes: number }
  | { readonly code: "EFFECT_CAP"; readonly limit: number }
  | { readonly code: "EFFECT_SIZE"; readonly limitBytes: number }
  | { readonly code: "PROTOCOL"; readonly detail: string }
  | { readonly code: "RUNTIME"; readonly detail: string }
  | { readonly code: "BROKER"; readonly detail: string }
  | { readonly code: "DIED"; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly code: "NO_START"; readonly detail: string }
  | { readonly code: "SERVER_LOST"; readonly detail: string }
  | { readonly code: "NO_PLACE"; readonly detail: string }
  | { readonly code: "ABORTED" };

export type RunResult =
  | { readonly kind: "done"; readonly outcome: RunOutcome }
  | { readonly kind: "stopped"; readonly failure: RunFailure };

/** What a run took place in; it stands on the record. */
export interface SandboxPlace {
  readonly adapter: SandboxAdapter;
  readonly level: SandboxLevel;
}

/** The same, with the place. */
export type PlacedResult =
  | { readonly kind: "done"; readonly outcome: RunOutcome; readonly place: SandboxPlace }
  | { readonly kind: "stopped"; readonly failure: RunFailure };

/** One fresh place per execution, one channel to the broker, destroyed afterwards. */
export interface Sandbox extends SandboxPlace {
  /** For people: what it is, and what it lacks on this system. */
  readonly reason: string;
  /** Version of the control groups that hold its containers; null where rlimits do alone, left out where there is no container. */
  readonly groups?: 1 | 2 | null;
  /** Settles with the reason when it can start no run any more; left out by those of which each run shows it. */
  readonly failed?: Promise<string>;
  execute(job: RunJob, broker: EffectHandler, signal: AbortSignal): Promise<RunResult>;
  close(): Promise<void>;
}
