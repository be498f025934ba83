import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { utf8Bytes } from "@deed/protocol/encoding";
import {
  type CompiledWorkflow,
  compileWorkflow,
  type Diagnostic,
  type FailedWorkflow,
  registrationObstacles,
} from "@deed/protocol/intent";
import type { CallStep } from "@deed/protocol/plan";
import { fillIn } from "./fill-in.ts";

/** A file that a network can run. */
export interface RunnableFile {
  readonly file: string;
  /** What is signed. */
  readonly yaml: string;
  readonly compiled: CompiledWorkflow;
  /** The ledger's chain must be the one that the file's calls name. */
  readonly ledgerChainId: number;
  /** What was filled in before, or nothing: then these are the file's own bytes. */
  readonly filledIn: readonly string[];
}

/** A file that is refused, and why. */
export interface RefusedFile {
  readonly file: string;
  /** It compiles, and cannot be registered. */
  readonly compiles: boolean;
  readonly reason: string;
}

export type ReadFile = RunnableFile | RefusedFile;

export const isRunnable = (file: ReadFile): file is RunnableFile => "yaml" in file;

const DEFAULT_LEDGER = 31337;

/** Chains that Kwala is known to serve, and some that its users tried. */
const CHAINS = [
  ...[1, 56, 97, 137, 8453, 42220, 43113, 43114, 44787, 50312, 80002, 84532, 314159],
  ...[1905, 1906, 1907, 1910, 11142220, 11155111, 11155420],
];

export interface ReadOptions {
  readonly folder: string;
  /** Files of templates, with what they leave to be filled in filled in. */
  readonly filling: boolean;
  /** When templates that ask for a time are to expire. */
  readonly expiresSec: number;
}

/** Compiles each YAML file of a folder; one of another kind is no Kwala workflow, and left out. */
export function readFiles({ folder, filling, expiresSec }: ReadOptions): readonly ReadFile[] {
  const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
  return files.sort().map((file) => {
    const bytes = readFileSync(join(folder, file));
    const yaml = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
    const isText = Buffer.from(utf8Bytes(yaml)).equals(bytes);
    const found = isText
      ? compileFor(file, yaml)
      : refused(file, compile(file, bytes, DEFAULT_LEDGER));
    if (!filling || isRunnable(found) || found.compiles) return found;
    const filled = fillIn(yaml, { file, expiresSec }, (text) =>
      compile(file, text, DEFAULT_LEDGER),
    );
    if (filled === null) return found;
    const again = compileFor(file, filled.yaml);
    return isRunnable(again) ? { ...again, filledIn: filled.words } : found;
  });
}

type Outcome = CompiledWorkflow | FailedWorkflow;

function compile(fileName: string, yaml: string | Uint8Array, ledger: number): Outcome {
  const others = CHAINS.filter((chainId) => chainId !== ledger);
  return compileWorkflow(yaml, { fileName, chains: { ledger, others } });
}

/** Calls are made on the ledger's chain: a file whose calls name another one is for a network there. */
function compileFor(file: string, yaml: string): ReadFile {
  const first = compile(file, yaml, DEFAULT_LEDGER);
  if (!first.ok) return refused(file, first);
  const calls = first.plan.steps.filter((step): step is CallStep => step.kind === "call");
  const ledgerChainId = calls[0]?.chainId ?? DEFAULT_LEDGER;
  const compiled = compile(file, yaml, ledgerChainId);
  if (!compiled.ok) return refused(file, compiled);
  const obstacles = registrationObstacles(compiled.plan, { ledgerChainId, fileName: file });
  if (obstacles.length > 0) return { file, compiles: true, reason: reasonOf(obstacles) };
  return { file, yaml, compiled, ledgerChainId, filledIn: [] };
}

function refused(file: string, outcome: Outcome): RefusedFile {
  return { file, compiles: false, reason: outcome.ok ? "" : reasonOf(outcome.diagnostics) };
}

function reasonOf(diagnostics: readonly Diagnostic[]): string {
  const first = diagnostics.find(({ severity }) => severity === "error");
  return first === undefined ? "" : `${first.code}: ${first.message}`;
}
