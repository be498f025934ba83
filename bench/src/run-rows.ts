import { setMaxListeners } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "./measure/machine.ts";
import { errorLine, type Line, lineOf } from "./report.ts";
import { BenchError, type Figure, type Row } from "./row.ts";

export interface RunParts {
  /** Ends the present row and begins no other. */
  readonly signal: AbortSignal;
  /** Told each line as it comes. */
  onLine(line: Line): void;
  say(message: string): void;
}

/** Beyond the time to measure: what a row may take to start, to settle and to clean up. */
const ALLOWANCE_SECONDS = 180;
/** How long a row that was told to end may take. */
const GRACE_MS = 20_000;

/** Runs rows one after the other. @returns all lines. */
export async function runRows(
  rows: readonly Row[],
  wishes: { readonly seconds: number | null },
  parts: RunParts,
): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const row of rows) {
    if (parts.signal.aborted) break;
    const seconds = wishes.seconds ?? row.defaultSeconds;
    for (const line of await linesOf(row, seconds, parts)) {
      lines.push(line);
      parts.onLine(line);
    }
  }
  return lines;
}

async function linesOf(row: Row, seconds: number, parts: RunParts): Promise<readonly Line[]> {
  const before = load();
  const measured = () => ({ row: row.name, load: [before, load()] as const, seconds });
  try {
    const figures = await runRow(row, seconds, parts);
    return figures.map((figure) => lineOf(measured(), figure));
  } catch (error) {
    const isExpected = error instanceof BenchError && error.failure.code === "CANNOT_RUN";
    return [errorLine(measured(), failureOf(error), !isExpected)];
  }
}

async function runRow(row: Row, seconds: number, parts: RunParts): Promise<readonly Figure[]> {
  const limitSeconds = seconds + ALLOWANCE_SECONDS;
  const late = new BenchError({ code: "NOT_IN_TIME", limitSeconds });
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(late), limitSeconds * 1000);
  const signal = AbortSignal.any([limit.signal, parts.signal]);
  // Everything on its way listens.
  setMaxListeners(0, signal);
  const directory = await mkdtemp(join(tmpdir(), "deed-bench-"));
  parts.say(`${row.name}: ${row.about}`);
  const say = (message: string): void => parts.say(`${row.name}: ${message}`);
  try {
    return await withGrace(row.run({ seconds, directory, signal, say }), signal);
  } finally {
    clearTimeout(timer);
    await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** A row that does not end although it was told to is left behind. */
async function withGrace<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const abandoned = new Promise<never>((_, reject) => {
    const abort = (): void => {
      timer = setTimeout(() => reject(signal.reason as Error), GRACE_MS);
    };
    signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([running, abandoned]);
  } finally {
    clearTimeout(timer);
  }
}

function failureOf(error: unknown): object {
  const { failure } = error as { failure?: object };
  if (failure !== undefined) return failure;
  const reason = error instanceof Error ? error.message : String(error);
  return { code: "ROW_FAILED", reason };
}
