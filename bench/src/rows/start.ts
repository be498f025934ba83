import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { rounded, summary } from "../measure/statistics.ts";
import { besideRestate } from "../restate/beside-restate.ts";
import { BenchError, type Figure, type RowContext } from "../row.ts";

const GOAL_SECONDS = 8;

/** From the spawn of what `npm start` runs to the first verified execution, with a new directory each time. */
export async function start(context: RowContext): Promise<readonly Figure[]> {
  const program = startProgram();
  const untilMs = performance.now() + context.seconds * 1000;
  const starts: number[] = [];
  const ready: number[] = [];
  do {
    const directory = join(context.directory, String(starts.length));
    const times = await startOnce(program, directory, context.signal);
    starts.push(times.firstVerifiedMs / 1000);
    ready.push(times.readyMs / 1000);
  } while (performance.now() < untilMs);
  const { samples, p50, p99 } = summary(starts);
  const own: Figure = {
    what: "start to first verified execution",
    ...{ value: rounded(p50), unit: "s", p50: rounded(p50), p99: rounded(p99) },
    ...{ batchSize: 1, samples, goal: { atMost: GOAL_SECONDS } },
    detail: { readySeconds: rounded(summary(ready).p50) },
  };
  return besideRestate(own, context, async ({ firstMs }) => ({
    value: firstMs / 1000,
    samples: 1,
  }));
}

function startProgram(): string {
  const manifest = createRequire(import.meta.url).resolve("@deed/devnet/package.json");
  const path = join(dirname(manifest), "dist", "main.js");
  if (existsSync(path)) return path;
  throw new BenchError({ code: "CANNOT_RUN", reason: "not built: npm run build" });
}

interface StartTimes {
  readonly readyMs: number;
  readonly firstVerifiedMs: number;
}

async function startOnce(
  program: string,
  directory: string,
  signal: AbortSignal,
): Promise<StartTimes> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, [program, "--dir", directory, "--fresh", "--json"], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const abort = (): void => void child.kill("SIGTERM");
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await timesOf(child, startedMs);
  } finally {
    signal.removeEventListener("abort", abort);
    await end(child);
  }
}

async function timesOf(child: ChildProcess, startedMs: number): Promise<StartTimes> {
  let errors = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    errors = (errors + chunk.toString("utf8")).slice(-1_000);
  });
  let readyMs = Number.NaN;
  for await (const line of createInterface({ input: child.stdout! })) {
    const { event } = JSON.parse(line) as { readonly event?: string };
    const elapsedMs = performance.now() - startedMs;
    if (event === "ready") readyMs = elapsedMs;
    if (event === "firstVerified") return { readyMs, firstVerifiedMs: elapsedMs };
  }
  throw new BenchError({ code: "UNEXPECTED_RESULT", reason: `it ended: ${errors.trim()}` });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  // Whoever stops reading its lines must not make it wait for a reader.
  child.stdout?.resume();
  child.kill("SIGTERM");
  await exited;
}
