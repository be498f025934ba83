import { ADAPTERS, type EscapeArguments } from "./arguments.ts";
import type { Finding } from "./attack.ts";
import { packPayload } from "./places.ts";
import { type EscapeResult, isAsItShouldBe, resultOf } from "./result.ts";
import { attackAdapter, attackNothing, type NotOpened, type Run } from "./run-attacks.ts";
import { openWorld } from "./world.ts";

const EXIT_ESCAPED = 4;
const EXIT_BROKEN = 1;

export interface EscapeContext {
  readonly signal: AbortSignal;
  onFinding(finding: Finding): void;
  /** Told what could not be done, for people. */
  say(message: string): void;
}

export interface Escaped {
  readonly result: EscapeResult;
  readonly findings: readonly Finding[];
  readonly exitCode: number;
}

/** Attacks the adapters that were asked for. It leaves nothing behind. */
export async function attackAll(
  { adapter, attacks, isControl }: EscapeArguments,
  { signal, onFinding, say }: EscapeContext,
): Promise<Escaped> {
  const startedMs = performance.now();
  const findings: Finding[] = [];
  const notOpened: NotOpened[] = [];
  const packed = await packPayload();
  const world = await openWorld();
  const run: Run = {
    ...{ world, packed, signal },
    onFinding(finding) {
      findings.push(finding);
      onFinding(finding);
    },
  };
  try {
    if (packed.complaint !== null) say(`No native attacks: ${packed.complaint}`);
    if (isControl) await attackNothing(attacks, run);
    else {
      for (const each of adapter === null ? ADAPTERS : [adapter]) {
        if (signal.aborted) break;
        const refusal = await attackAdapter(each, attacks, run);
        if (refusal === null) continue;
        notOpened.push(refusal);
        say(`${each} cannot be opened here: ${refusal.why}`);
      }
    }
  } finally {
    await world.close();
    await packed.remove();
  }
  const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
  const isInterrupted = signal.aborted;
  if (isInterrupted) say("interrupted: the rest was not tried");
  const result = resultOf(findings, notOpened, { isInterrupted, seconds });
  return { result, findings, exitCode: exitCodeOf(result, isControl) };
}

function exitCodeOf(result: EscapeResult, isControl: boolean): number {
  if (result.isInterrupted || result.attacks === 0) return EXIT_BROKEN;
  return isAsItShouldBe(result, isControl) ? 0 : EXIT_ESCAPED;
}
