import { basename } from "node:path";
import {
  type CompiledWorkflow,
  type CompileOptions,
  compileWorkflow,
  convertWorkflow,
  type Diagnostic,
  registrationObstacles,
  renderDiagnostic,
} from "@deed/protocol/intent";
import { forbiddenTargets } from "@deed/sdk";
import { readBytes } from "./files.ts";
import type { Place } from "./place.ts";
import { lazyScripts } from "./scripts/lazy-scripts.ts";

/** A workflow file, compiled for a network. */
export interface WorkflowFile {
  readonly bytes: Uint8Array;
  readonly source: string;
  /** Null when it does not compile. */
  readonly compiled: CompiledWorkflow | null;
  /** Errors and warnings, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
  /** What keeps it from being registered although it compiles. */
  readonly obstacles: readonly Diagnostic[];
}

const EMBEDDED_CHAIN_ID = 31337;

/** What a file is compiled for: the network that is named, or the chains that are. */
interface Network {
  readonly place: Pick<Place, "deployment" | "otherChains"> | null;
  readonly chains: { readonly chainId?: number; readonly others?: readonly number[] };
}

function compileOptions(
  path: string,
  place: Network["place"],
  chains: Network["chains"],
): CompileOptions & { readonly fileName: string } {
  const deployment = place?.deployment ?? null;
  const ledger = deployment?.chainId ?? chains.chainId ?? EMBEDDED_CHAIN_ID;
  const others = [...(place?.otherChains ?? []), ...(chains.others ?? [])];
  const forbidden = deployment === null ? {} : { forbiddenTargets: forbiddenTargets(deployment) };
  return { fileName: basename(path), chains: { ledger, others }, ...forbidden };
}

/** A workflow written in the native dialect. Errors: CliError when the file cannot be read. */
export function convertFile(
  path: string,
  place: Network["place"],
  chains: Network["chains"],
): { readonly source: string; readonly converted: ReturnType<typeof convertWorkflow> } {
  const bytes = readBytes(path);
  const converted = convertWorkflow(bytes, compileOptions(path, place, chains));
  return { source: new TextDecoder().decode(bytes), converted };
}

/** Errors: CliError when the file cannot be read. */
export function readWorkflow(
  path: string,
  place: Network["place"],
  { nowMs, ...chains }: Network["chains"] & { nowMs(): number },
): WorkflowFile {
  const bytes = readBytes(path);
  const options = { ...compileOptions(path, place, chains), scripts: lazyScripts()() };
  const { fileName } = options;
  const compiled = compileWorkflow(bytes, options);
  const source = new TextDecoder().decode(bytes);
  if (!compiled.ok) {
    return { bytes, source, compiled: null, diagnostics: compiled.diagnostics, obstacles: [] };
  }
  const { plan, places, warnings } = compiled;
  const obstacles = registrationObstacles(plan, {
    ledgerChainId: options.chains.ledger,
    places,
    fileName,
    nowSec: Math.floor(nowMs() / 1000),
  });
  return { bytes, source, compiled, diagnostics: warnings, obstacles };
}

/** Diagnostics for people, with carets. */
export function rendered(source: string, diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => renderDiagnostic(source, diagnostic)).join("\n\n");
}

/** What the ledger and the bundles show to everybody, for ever. */
export function publicParts({ bytes, compiled }: WorkflowFile): readonly string[] {
  const steps = compiled?.plan.steps ?? [];
  const origins = steps.flatMap((step) => (step.kind === "http" ? [step.origin] : []));
  return [
    `the whole file, ${bytes.length} bytes, comments too`,
    "the owner's address, when it is registered, and each time it fires",
    ...(compiled?.plan.trigger.kind === "manual" ? ["the input of every fire"] : []),
    ...(origins.length > 0
      ? [`every request to ${[...new Set(origins)].join(", ")} and its answer, in the run's bundle`]
      : []),
    ...(steps.some((step) => step.kind === "call") ? ["every on-chain call and its result"] : []),
  ];
}
