import { setImmediate as nextTurn } from "node:timers/promises";
import type { Json } from "@deed/protocol/encoding";
import { type AuditReport, CHECK_NAMES, type CheckName } from "@deed/protocol/verify";
import { meaningOf } from "./meaning.ts";
import { type Mutation, type MutationKind, mutate, type Original } from "./mutation.ts";
import { Random } from "./random.ts";

/** An exported run, and an auditor who knows everything that can be known without the file. */
export interface Subject {
  readonly original: Original;
  audit(value: unknown): AuditReport;
}

/** How often a check was what caught a mutation: by finding something wrong, or by leaving it open. */
export interface CheckTally {
  failed: number;
  unknown: number;
}

/** A change of meaning that nothing caught, a defect, or an outcry over nothing. */
export interface Miss {
  readonly run: string;
  readonly number: number;
  readonly kind: MutationKind;
  readonly field: string;
  readonly how: string;
  readonly why: string;
}

export interface SuiteResult {
  readonly mutations: number;
  readonly caught: number;
  readonly equivalent: number;
  readonly missed: readonly Miss[];
  readonly checks: ReadonlyMap<CheckName, CheckTally>;
  /** Mutations of each kind, and of each field of the format. */
  readonly kinds: ReadonlyMap<MutationKind, number>;
  readonly fields: ReadonlyMap<string, number>;
}

export interface SuiteOptions {
  readonly seed: number;
  readonly count: number;
}

export interface SuiteParts {
  readonly signal: AbortSignal;
  onProgress(done: number): void;
}

type Verdict =
  | { readonly kind: "caught"; readonly report: AuditReport }
  | { readonly kind: "equivalent" }
  | { readonly kind: "missed"; readonly why: string };

const TURN = 16;

/** Mutates runs in turn and audits each mutation. Errors: SuiteError, the signal's reason. */
export async function runSuite(
  { seed, count }: SuiteOptions,
  subjects: readonly Subject[],
  { signal, onProgress }: SuiteParts,
): Promise<SuiteResult> {
  const random = new Random(seed);
  const judges = subjects.map(judgeOf);
  const originals = subjects.map(({ original }) => original);
  const tally = new Tally();
  for (let number = 0; number < count; number += 1) {
    signal.throwIfAborted();
    const at = number % subjects.length;
    const others = originals;
    const turn = Math.floor(number / subjects.length);
    const mutation = mutate(originals[at]!, { number: turn, others, random });
    tally.add({ mutation, run: originals[at]!.name, number }, judges[at]!(mutation.text));
    onProgress(number + 1);
    // An interrupt has to get its turn.
    if (number % TURN === 0) await nextTurn();
  }
  return tally.result(count);
}

/** A run that is not sound before anything is changed shows nothing. */
export class SuiteError extends Error {
  readonly failure: {
    readonly code: "MUTATE_UNSOUND_RUN";
    readonly run: string;
    readonly check: string;
  };

  constructor(run: string, check: string) {
    super(`MUTATE_UNSOUND_RUN: ${run}: ${check}`);
    this.name = "SuiteError";
    this.failure = { code: "MUTATE_UNSOUND_RUN", run, check };
  }
}

function judgeOf({ original, audit }: Subject): (text: string) => Verdict {
  const honest = audit(original.run);
  const open = honest.checks.find(({ result }) => result !== "ok");
  if (open !== undefined) {
    throw new SuiteError(original.name, `${open.name} ${open.result}: ${open.detail}`);
  }
  const meaning = meaningOf(original.run);
  const expected = outlineOf(honest);
  return (text) => {
    const value = parsed(text);
    const isSame = value !== undefined && meaningOf(value) === meaning;
    let report: AuditReport;
    try {
      report = audit(value);
    } catch (error) {
      return { kind: "missed", why: `the audit broke: ${String(error)}` };
    }
    if (!isSame) {
      const isCaught = report.checks.some(({ result }) => result !== "ok");
      return isCaught ? { kind: "caught", report } : { kind: "missed", why: "every check is ok" };
    }
    if (outlineOf(report) === expected) return { kind: "equivalent" };
    return { kind: "missed", why: "it says the same, and the audit finds otherwise" };
  };
}

// What is no JSON is no exported run.
function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** What an audit found, whatever the order. */
function outlineOf({ checks, trusted }: AuditReport): string {
  const lines = checks.map(({ name, subject, result }) => `${name} ${subject} ${result}`);
  return [...new Set([...lines, ...trusted])].sort().join("\n");
}

class Tally {
  #caught = 0;
  #equivalent = 0;
  readonly #missed: Miss[] = [];
  readonly #checks = new Map<CheckName, CheckTally>(
    CHECK_NAMES.map((name) => [name, { failed: 0, unknown: 0 }]),
  );
  readonly #kinds = new Map<MutationKind, number>();
  readonly #fields = new Map<string, number>();

  add(
    {
      mutation,
      run,
      number,
    }: { readonly mutation: Mutation; readonly run: string; readonly number: number },
    verdict: Verdict,
  ): void {
    const { kind, field, how } = mutation;
    this.#kinds.set(kind, (this.#kinds.get(kind) ?? 0) + 1);
    this.#fields.set(field, (this.#fields.get(field) ?? 0) + 1);
    switch (verdict.kind) {
      case "caught":
        this.#caught += 1;
        this.#count(verdict.report);
        break;
      case "equivalent":
        this.#equivalent += 1;
        break;
      case "missed":
        this.#missed.push({ run, number, kind, field, how, why: verdict.why });
    }
  }

  result(mutations: number): SuiteResult {
    return {
      mutations,
      caught: this.#caught,
      equivalent: this.#equivalent,
      missed: this.#missed,
      checks: this.#checks,
      kinds: this.#kinds,
      fields: this.#fields,
    };
  }

  // A mutation counts once for each check that caught it.
  #count({ checks }: AuditReport): void {
    const worst = new Map<CheckName, "failed" | "unknown">();
    for (const { name, result } of checks) {
      if (result === "ok" || worst.get(name) === "failed") continue;
      worst.set(name, result);
    }
    for (const [name, result] of worst) this.#checks.get(name)![result] += 1;
  }
}
