import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import type { HttpStep, Plan, Trigger } from "@deed/protocol/plan";
import type { RunnableFile } from "./read-files.ts";
import { chainsOf, type FileRun, type RegisteredFile, registerFile, runOnce } from "./run-file.ts";
import { Stage, type StageOptions, type StageParts } from "./stage.ts";

export interface RunFilesOptions {
  readonly directory: string;
  /** Longest wait for one run to be final. */
  readonly runLimitMs: number;
  /** Runs after the first that another date would bring are left out. */
  readonly firstOnly: boolean;
}

export interface RunFilesParts extends StageParts {
  readonly signal: AbortSignal;
}

/** What became of a file in a network. */
export interface RanFile {
  readonly source: RunnableFile;
  readonly runs: readonly FileRun[];
  /** Empty where everything was as it should be. */
  readonly problems: readonly string[];
}

const DAY_SEC = 86_400;
/** A network stands within this time, so that a due tick comes to running nodes. */
const START_SEC = 12;
/** Worth waiting for. */
const PATIENCE_SEC = 20;

/** Runs files in networks, one for each chain that calls name, dated so that all of its files are alive. */
export async function runFiles(
  files: readonly RunnableFile[],
  options: RunFilesOptions,
  parts: RunFilesParts,
): Promise<readonly RanFile[]> {
  const ledgers = [...new Set(files.map(({ ledgerChainId }) => ledgerChainId))];
  const ran: RanFile[] = [];
  for (const ledgerChainId of ledgers) {
    const group = files.filter((file) => file.ledgerChainId === ledgerChainId);
    const directory = join(options.directory, `chain-${ledgerChainId}`);
    mkdirSync(directory, { recursive: true });
    parts.onProgress(`Chain ${ledgerChainId} as the ledger's: ${group.length} files`);
    ran.push(...(await runGroup(group, { ...options, directory, ledgerChainId }, parts)));
  }
  return ran;
}

async function runGroup(
  files: readonly RunnableFile[],
  options: RunFilesOptions & { readonly ledgerChainId: number },
  parts: RunFilesParts,
): Promise<readonly RanFile[]> {
  const stage = await Stage.open(stageFor(files, options, parts), parts);
  try {
    let open: RegisteredFile[] = [];
    for (const [at, file] of files.entries()) {
      open.push(await registerFile(file, stage, BigInt(at + 1)));
    }
    const ended: RegisteredFile[] = [];
    for (;;) {
      const isOpen = (file: RegisteredFile): boolean =>
        file.next !== null && !(options.firstOnly && file.runs.length > 0 && isLater(file, stage));
      ended.push(...open.filter((file) => !isOpen(file)));
      open = open.filter(isOpen);
      if (open.length === 0)
        return ended.map(({ source, runs, problems }) => ({ source, runs, problems }));
      const soonestSec = Math.min(...open.map(dueSec));
      if (open.every((file) => isLater(file, stage))) {
        parts.onProgress(`To ${new Date(soonestSec * 1000).toISOString()}`);
        await stage.travel(soonestSec - START_SEC);
      }
      open = await Promise.all(
        open.map((file) =>
          isLater(file, stage) ? file : runOrGiveUp(file, stage, options, parts),
        ),
      );
    }
  } finally {
    await stage.close();
  }
}

async function runOrGiveUp(
  file: RegisteredFile,
  stage: Stage,
  { runLimitMs }: RunFilesOptions,
  { signal }: RunFilesParts,
): Promise<RegisteredFile> {
  const limit = AbortSignal.timeout(runLimitMs);
  try {
    return await runOnce(file, stage, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = limit.aborted ? `not final within ${runLimitMs / 1000} s` : String(error);
    return { ...file, next: null, problems: [...file.problems, reason] };
  }
}

function isLater(file: RegisteredFile, stage: Stage): boolean {
  return dueSec(file) > stage.nowSec() + PATIENCE_SEC;
}

/** When a file's next run is due; what waits for a stub is due at once. */
function dueSec({ next }: RegisteredFile): number {
  return next?.kind === "time" ? next.atSec : 0;
}

function stageFor(
  files: readonly RunnableFile[],
  { directory, ledgerChainId }: { readonly directory: string; readonly ledgerChainId: number },
  { nowMs }: StageParts,
): StageOptions {
  const steps = files.flatMap(({ compiled }) => compiled.plan.steps);
  const https = steps.flatMap((step) => (step.kind === "http" ? [step] : []));
  const calls = steps.flatMap((step) => (step.kind === "call" ? [step.target] : []));
  const events = files.flatMap(({ compiled }) => contractsOn(ledgerChainId, compiled.plan.trigger));
  const chains = [...new Set(files.flatMap(chainsOf))];
  return {
    directory,
    ledgerChainId,
    ledgerHeight: Math.max(0, ...heightsOf(ledgerChainId, files).map(below)),
    contracts: [...new Set([...calls, ...events])],
    origins: [...new Set(https.map(({ origin }) => origin))],
    failingFirst: failingFirst(https),
    heights: new Map(chains.map((chainId) => [chainId, heightBefore(chainId, files)])),
    beginSec: Math.min(
      Math.floor(nowMs() / 1000),
      ...files.map(({ compiled }) => aliveSec(compiled.plan)),
    ),
  };
}

/** URLs whose every request is tried again. */
function failingFirst(steps: readonly HttpStep[]): ReadonlySet<string> {
  const once = new Set(steps.filter(({ retry }) => retry.attempts === 1).map(({ url }) => url));
  return new Set(steps.map(({ url }) => url).filter((url) => !once.has(url)));
}

/** Contracts of the ledger's own chain whose events start something. */
function contractsOn(chainId: number, trigger: Trigger): readonly Hex[] {
  const parts = trigger.kind === "composite" ? [trigger.first, trigger.repeat] : [trigger];
  return parts.flatMap((part) =>
    part?.kind === "event" && part.chainId === chainId ? [part.contract] : [],
  );
}

const FIRST_HEIGHT = 1_000;
/** Blocks that nodes read in moments. */
const NEAR_BLOCKS = 10_000;

/**
 * Just below the heights that start something, so that they are reached while somebody looks. A lower one, too far
 * from the highest, has passed when its file is registered, and starts it then.
 */
function heightBefore(chainId: number, files: readonly RunnableFile[]): number {
  const heights = heightsOf(chainId, files);
  const highest = Math.max(FIRST_HEIGHT, ...heights);
  const near = heights.filter((height) => height > highest - NEAR_BLOCKS);
  return Math.max(0, Math.min(highest, ...near) - 1);
}

/** Blocks that come with registrations and runs. */
const OWN_BLOCKS = 60;
const MOST_BLOCKS = 5_000;

/** How far the embedded chain is brought for a height; not at all for one that is too far away. */
function below(height: number): number {
  return height > MOST_BLOCKS ? 0 : height - OWN_BLOCKS;
}

/** Heights of a chain that start something. */
function heightsOf(chainId: number, files: readonly RunnableFile[]): readonly number[] {
  return files.flatMap(({ compiled: { plan }, ledgerChainId }) => {
    const { trigger } = plan;
    if (trigger.kind === "block") return chainId === ledgerChainId ? [trigger.height] : [];
    const first = trigger.kind === "composite" ? trigger.first : null;
    return first?.kind === "height" && first.chainId === chainId ? [first.height] : [];
  });
}

/** A date at which a workflow can be registered, and its first run is still to come. */
function aliveSec({ trigger, expiresAtSec }: Plan): number {
  const first = trigger.kind === "composite" ? trigger.first : trigger;
  const startSec = first.kind === "start" && first.startSec > 0 ? first.startSec : expiresAtSec;
  return Math.min(expiresAtSec - DAY_SEC, startSec - START_SEC - PATIENCE_SEC);
}
