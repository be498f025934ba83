import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Sandbox, SandboxUnavailable } from "@deed/node/parts";
import type { SoakArguments } from "./arguments.ts";
import { TOLERANCE } from "./compare.ts";
import type { Inventory } from "./inventory.ts";
import { type Adapter, openSubject, type SubjectOptions } from "./open-subject.ts";
import { packChildren } from "./pack-children.ts";
import { type AdapterResult, soakAdapter } from "./soak-adapter.ts";
import { openTools, type SoakTools } from "./soak-run.ts";
import { startTarget } from "./target-server.ts";
import { plansOf } from "./workflows.ts";

export interface SoakContext {
  /** One of the caller's own. */
  readonly folder: string;
  readonly signal: AbortSignal;
  say(message: string): void;
  onLine(line: unknown): void;
}

/** An adapter that this machine cannot try. */
export interface NotTried {
  readonly adapter: Adapter;
  readonly why: string;
  readonly remedy: string;
}

/** The last line. */
export interface SoakResult {
  readonly runs: number;
  readonly failures: number;
  /** Figures that are more than 5 % above those after the first tenth, fork servers that grew by more, and processes that live on. */
  readonly grown: number;
  readonly seconds: number;
  readonly seed: number;
  readonly first: Readonly<Partial<Record<Adapter, Inventory>>>;
  readonly last: Readonly<Partial<Record<Adapter, Inventory>>>;
  readonly notTried: readonly NotTried[];
  readonly ok: boolean;
}

const RUNS = { zygote: 50_000, bubblewrap: 5_000, process: 5_000 } as const;
const SHORT_RUNS = { zygote: 200, bubblewrap: 40, process: 40 } as const;
/** Fork servers are renewed several times in the course of it. */
const RENEW_MS = 60_000;
const SHORT_RENEW_MS = 8_000;
const WARM_UP_SHARE = 0.02;
const SHORT_WARM_UP_SHARE = 0.3;
/** So many until each kind of work has been done, and the node has grown to its size. */
const LEAST_WARM_UP = 30;

/** Puts the adapters through their runs, one after the other. */
export async function soak(args: SoakArguments, context: SoakContext): Promise<SoakResult> {
  const packed = await packChildren(context.folder);
  // Whoever makes a temporary file in this process makes it where it is counted.
  const temporary = join(context.folder, "tmp");
  mkdirSync(temporary);
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = temporary;
  const target = await startTarget();
  const tools = openTools(plansOf(target), target);
  const subject = {
    ...{ packed, addonPath: args.addonPath },
    renewAfterMs: args.isShort ? SHORT_RENEW_MS : RENEW_MS,
  };
  const results: AdapterResult[] = [];
  const notTried: NotTried[] = [];
  try {
    for (const adapter of args.adapters) {
      const result = await soakOne(adapter, subject, args, { ...context, tools, temporary });
      context.onLine(result);
      if ("why" in result) notTried.push(result);
      else results.push(result);
    }
  } finally {
    tools.close();
    await target.close();
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
  const result = summary(args, results, notTried);
  context.onLine(result);
  return result;
}

async function soakOne(
  adapter: Adapter,
  subject: SubjectOptions,
  { runs, isShort, concurrency, seed }: SoakArguments,
  context: SoakContext & { readonly tools: SoakTools; readonly temporary: string },
): Promise<AdapterResult | NotTried> {
  let sandbox: Sandbox;
  try {
    sandbox = await openSubject(adapter, subject);
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    context.say(`${adapter}: not here: ${error.message}; ${error.remedy}`);
    return { adapter, why: error.message, remedy: error.remedy };
  }
  const { tools, signal, say, temporary: folder } = context;
  const wanted = runs ?? (isShort ? SHORT_RUNS : RUNS)[adapter];
  const share = isShort ? SHORT_WARM_UP_SHARE : WARM_UP_SHARE;
  const warmUp = Math.max(LEAST_WARM_UP, Math.ceil(wanted * share));
  try {
    say(`${adapter}: ${wanted} runs, ${concurrency} at once: ${sandbox.reason}`);
    return await soakAdapter(
      { runs: wanted, warmUp, concurrency, seed, isShort, folder },
      { sandbox, tools, signal, say },
    );
  } finally {
    await sandbox.close();
  }
}

function summary(
  { seed }: SoakArguments,
  results: readonly AdapterResult[],
  notTried: readonly NotTried[],
): SoakResult {
  const sum = (of: (result: AdapterResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const by = (name: "first" | "last"): Partial<Record<Adapter, Inventory>> =>
    Object.fromEntries(results.map((result) => [result.adapter, result[name]]));
  return {
    runs: sum(({ runs }) => runs),
    failures: sum(({ failures }) => failures),
    grown: sum(
      ({ grown, strays, serverGrowth }) =>
        grown.length + strays + (serverGrowth > TOLERANCE ? 1 : 0),
    ),
    seconds: Math.round(sum(({ seconds }) => seconds) * 10) / 10,
    ...{ seed, first: by("first"), last: by("last"), notTried },
    ok: notTried.length === 0 && results.every(({ ok }) => ok),
  };
}
