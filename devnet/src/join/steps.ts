import { type DeedRan, runDeed } from "./deed-process.ts";

/** One step of the story, as it was found. */
export interface JoinStep {
  readonly step: string;
  /** The command line; null where it is none. */
  readonly command: string | null;
  readonly ok: boolean;
  /** What was found; where it is not ok, what was wanted, too. */
  readonly found: string;
  readonly ms: number;
}

/** What a command is to do, and what of its answer shows it. */
export interface Wanted {
  readonly exitCode?: number | readonly number[];
  /** Null when it is as it should be; else what is wrong. */
  check?(said: Said): string | null;
  /** For people. */
  tell?(said: Said): string;
}

/** A command's JSON; whoever reads a field knows the command. */
// biome-ignore lint/suspicious/noExplicitAny: the shape is the command's, and a wrong one fails the step.
export type Said = any;

/** Ends the story: what comes after a step that failed would say nothing. */
export class StepFailed extends Error {
  constructor(step: string) {
    super(`step failed: ${step}`);
    this.name = "StepFailed";
  }
}

export interface StepParts {
  readonly cwd: string;
  nowMs(): number;
  onStep(step: JoinStep): void;
}

/** Takes steps one after the other, and remembers them. */
export class StepTaker {
  readonly #parts: StepParts;
  readonly steps: JoinStep[] = [];

  constructor(parts: StepParts) {
    this.#parts = parts;
  }

  /** Runs a command. Errors: StepFailed. */
  async deed(step: string, args: readonly string[], wanted: Wanted = {}): Promise<Said> {
    const startedMs = this.#parts.nowMs();
    const ran = await runDeed(args, this.#parts.cwd);
    const wrong = wrongOf(ran, wanted);
    const error = errorOf(ran);
    const found = wrong ?? wanted.tell?.(ran.said) ?? error ?? "done";
    this.#add({ step, command: `deed ${args.join(" ")}`, ok: wrong === null, found }, startedMs);
    return ran.said;
  }

  /** Runs a command until it says what is wanted, as somebody does who looks again. Errors: StepFailed. */
  async untilDeed(
    step: string,
    args: readonly string[],
    wanted: Wanted & { readonly limitMs: number },
  ): Promise<Said> {
    const startedMs = this.#parts.nowMs();
    let ran = await runDeed(args, this.#parts.cwd);
    while (wrongOf(ran, wanted) !== null && this.#parts.nowMs() - startedMs < wanted.limitMs) {
      ran = await runDeed(args, this.#parts.cwd);
    }
    const wrong = wrongOf(ran, wanted);
    const found = wrong ?? wanted.tell?.(ran.said) ?? errorOf(ran) ?? "done";
    this.#add({ step, command: `deed ${args.join(" ")}`, ok: wrong === null, found }, startedMs);
    return ran.said;
  }

  /** Something that is no command. Errors: StepFailed. */
  async take(step: string, work: () => Promise<{ ok: boolean; found: string }>): Promise<void> {
    const startedMs = this.#parts.nowMs();
    this.#add({ step, command: null, ...(await work()) }, startedMs);
  }

  #add(step: Omit<JoinStep, "ms">, startedMs: number): void {
    const taken = { ...step, ms: Math.round(this.#parts.nowMs() - startedMs) };
    this.steps.push(taken);
    this.#parts.onStep(taken);
    if (!taken.ok) throw new StepFailed(taken.step);
  }
}

function wrongOf(ran: DeedRan, { exitCode = 0, check }: Wanted): string | null {
  if (![exitCode].flat().includes(ran.exitCode ?? -1)) {
    const said = errorOf(ran) ?? ran.stderr.slice(-500);
    return `ended with ${ran.exitCode}, wanted ${exitCode}: ${said}`;
  }
  if (ran.said === null) return "printed no JSON";
  try {
    return check?.(ran.said) ?? null;
  } catch (error) {
    return `an answer of another form: ${String(error)}`;
  }
}

function errorOf({ said }: DeedRan): string | null {
  const error = (said as Said)?.error;
  return error === undefined || error === null ? null : `${error.code}: ${error.message}`;
}
