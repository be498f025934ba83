import { type Hex, keccak256, utf8Bytes, utf8Text } from "../encoding/index.ts";
import type { Permission, Plan, Step, Trigger } from "../plan/plan.ts";
import { runtimeOf } from "../plan/plan-needs.ts";
import type { ChainIds } from "./chain.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { readDocument } from "./document.ts";
import { type Dialect, dialectOf } from "./kwala/dialect.ts";
import { lowerKwala } from "./kwala/lower.ts";
import { assignLevels, type StepLevel } from "./level.ts";
import { type Limits, readLimits } from "./limits.ts";
import { nativeYaml } from "./native-yaml.ts";
import { refuseCycles } from "./needs.ts";
import { permissionsOf } from "./permission.ts";
import { type Fields, readChoice, readFields, readText } from "./reader.ts";
import { Report } from "./report.ts";
import { readSandbox } from "./sandbox.ts";
import type { ScriptChecker } from "./script-step.ts";
import { readSource } from "./source-text.ts";
import { readStep, type StepDraft } from "./step.ts";
import { readStepNames } from "./step-names.ts";
import { parseTimestamp } from "./timestamp.ts";
import { refuseTokens } from "./token-literal.ts";
import type { Span, Tree } from "./tree.ts";
import { readTrigger } from "./trigger.ts";

export interface CompileOptions {
  /** For messages only. */
  readonly fileName?: string;
  readonly chains: ChainIds;
  /** Deed's own contracts, lower-case. */
  readonly forbiddenTargets?: readonly Hex[];
  /**
   * Looks at the JavaScript of scripts: for authors. Nodes compile without it, and run what was signed; the plan is the
   * same, and a script that is none fails at the run.
   */
  readonly scripts?: ScriptChecker | null;
}

export interface CompiledWorkflow {
  readonly ok: true;
  readonly plan: Plan;
  readonly permissions: readonly Permission[];
  readonly warnings: readonly Diagnostic[];
  readonly levels: readonly StepLevel[];
  /** keccak256 of the exact bytes. */
  readonly yamlHash: Hex;
  /** Where in the file something stands that may be judged later. */
  readonly places: Places;
}

export interface Places {
  readonly expires: Place;
  /** Each step's action, by the step's id. */
  readonly steps: { readonly [stepId: string]: Place };
}

export interface Place {
  readonly line: number;
  readonly column: number;
  readonly endColumn: number;
}

export interface FailedWorkflow {
  readonly ok: false;
  /** Errors and warnings in the order of the file. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Compiles a workflow. The same bytes under the same chains give the same plan everywhere: nodes run this
 * to check what an intent says about itself. Never throws for what is in the file.
 */
export function compileWorkflow(
  yaml: Uint8Array | string,
  options: CompileOptions,
): CompiledWorkflow | FailedWorkflow {
  const fileName = options.fileName ?? "workflow.yaml";
  const bytes = typeof yaml === "string" ? bytesOf(yaml) : yaml;
  if (bytes === null) {
    const report = new Report("", fileName);
    report.add("DEED_NOT_UTF8", { start: 0, end: 1 }, "half of a character has no UTF-8");
    return { ok: false, diagnostics: report.diagnostics };
  }
  const { report, native } = readNative(bytes, fileName);
  const compiled = native === null ? null : compileTree(native, options, report);
  if (compiled === null || report.hasErrors) return { ok: false, diagnostics: report.diagnostics };
  return { ok: true, ...compiled, warnings: report.diagnostics, yamlHash: keccak256(bytes) };
}

/** A workflow as the native dialect has it, whatever its own. */
interface NativeWorkflow {
  readonly dialect: Dialect;
  readonly tree: Tree;
}

/** Reads a file and, if it is in another dialect, lowers it. Null: see the report. */
function readNative(
  bytes: Uint8Array,
  fileName: string,
): { readonly report: Report; readonly native: NativeWorkflow | null } {
  const { text, report } = readSource(bytes, fileName);
  const tree = report.hasErrors ? null : readDocument(text, report);
  refuseTokens(text, tree === null ? [] : hashSpans(tree), report);
  if (tree === null) return { report, native: null };
  const dialect = dialectOf(tree);
  const lowered = dialect === "kwala.v1" ? lowerKwala(tree, report) : tree;
  return { report, native: lowered === null ? null : { dialect, tree: lowered } };
}

/** A workflow of another dialect in the native one. */
export interface ConvertedWorkflow {
  readonly ok: true;
  readonly dialect: Dialect;
  /** The native file: it compiles to the same plan but for the dialect's name. */
  readonly yaml: string;
  readonly warnings: readonly Diagnostic[];
}

/** Writes a workflow in the native dialect. One that is native already comes back as it is. */
export function convertWorkflow(
  yaml: Uint8Array,
  options: CompileOptions,
): ConvertedWorkflow | FailedWorkflow {
  const compiled = compileWorkflow(yaml, options);
  if (!compiled.ok) return compiled;
  const { native } = readNative(yaml, options.fileName ?? "workflow.yaml");
  const { dialect } = compiled.plan;
  const isNative = dialect === "deed.v1" || native === null;
  const text = isNative ? utf8Text(yaml) : nativeYaml(native.tree);
  return { ok: true, dialect, yaml: text, warnings: compiled.warnings };
}

function bytesOf(text: string): Uint8Array | null {
  return /\p{Surrogate}/u.test(text) ? null : utf8Bytes(text);
}

const SHAPE = {
  required: ["deed", "name", "on", "expires", "limits", "steps"],
  optional: ["summary", "sandbox"],
  later: ["secrets"],
};

function compileTree(
  { dialect, tree }: NativeWorkflow,
  options: CompileOptions,
  report: Report,
): Pick<CompiledWorkflow, "plan" | "permissions" | "levels" | "places"> | null {
  const fields = readFields(tree, "a workflow", SHAPE, report);
  if (fields === null) return null;
  const version = fields.get("deed");
  if (version !== undefined) readChoice(version, "'deed'", ["v1"], report);
  const on = fields.get("on");
  const trigger = on === undefined ? null : readTrigger(on, options.chains, report);
  const limits = readLimits(fields.get("limits"), report);
  const head = {
    plan: "deed.plan.1",
    dialect,
    name: readName(fields, report),
    summary: readSummary(fields, report),
    expiresAtSec: readExpiry(fields.get("expires"), report),
    ...readSandbox(fields.get("sandbox"), report),
  } as const;
  const drafts = readSteps(fields.get("steps"), trigger, limits, options, report);
  if (trigger === null || drafts === null) return null;
  const { steps, levels } = assignLevels(drafts, trigger, report);
  const plan: Plan = { ...head, runtime: runtimeOf(steps), trigger, limits, steps };
  const ofSteps = drafts.map(({ step, span }) => [step.id, report.placeOf(span)] as const);
  const expires = report.placeOf(fields.get("expires")?.span ?? tree.span);
  const places: Places = { expires, steps: Object.fromEntries(ofSteps) };
  return { plan, levels, permissions: permissionsOf(steps), places };
}

// A transcript has at most 256 leaves (spec 03).
const MAX_LEAVES = 256;

function readSteps(
  tree: Tree | undefined,
  trigger: Trigger | null,
  limits: Limits,
  { chains, forbiddenTargets = [], scripts = null }: CompileOptions,
  report: Report,
): readonly StepDraft[] | null {
  if (tree === undefined) return null;
  const raw = readStepNames(tree, report);
  const cycles = refuseCycles(raw, report);
  const options = { chains, forbiddenTargets, durationSec: limits.durationSec, cycles, scripts };
  const drafts = raw.map((step, reader) =>
    readStep(step, { trigger, steps: raw, reader }, options, report),
  );
  const known = drafts.filter((draft) => draft !== null);
  const leaves = known.reduce(
    (sum, { step }) => sum + triesOf(step) + (step.if === null ? 0 : 1),
    2,
  );
  if (leaves > MAX_LEAVES) {
    const message = `a run of these steps could have ${leaves} log entries, more than ${MAX_LEAVES}`;
    report.add("DEED_OUT_OF_RANGE", tree.span, message, { hint: "fewer steps or attempts" });
  }
  return known.length === drafts.length ? known : null;
}

function triesOf(step: Step): number {
  return step.kind === "script" ? 1 : step.retry.attempts;
}

function readName(fields: Fields, report: Report): string {
  const tree = fields.get("name");
  const text = tree === undefined ? null : readText(tree, "'name'", report);
  if (text === null) return "";
  if (!/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/.test(text.value)) {
    const hint = "1 to 64 small letters, digits and hyphens, for example treasury-top-up";
    report.add("DEED_WRONG_VALUE", text.span, "'name' has other characters", { hint });
  }
  return text.value;
}

const MAX_SUMMARY = 280;

function readSummary(fields: Fields, report: Report): string {
  const tree = fields.get("summary");
  const text = tree === undefined ? null : readText(tree, "'summary'", report);
  if (text === null) return "";
  if ([...text.value].length > MAX_SUMMARY) {
    report.add("DEED_WRONG_VALUE", text.span, `'summary' is longer than ${MAX_SUMMARY} characters`);
  } else if (/[\n\r\t]/.test(text.value)) {
    report.add("DEED_WRONG_VALUE", text.span, "'summary' is one line: wallets show it");
  }
  return text.value;
}

const MAX_EXPIRY_SEC = 2 ** 40 - 1;

function readExpiry(tree: Tree | undefined, report: Report): number {
  const text = tree === undefined ? null : readText(tree, "'expires'", report);
  if (text === null) return 0;
  const expiresAtSec = parseTimestamp(text.value);
  if (expiresAtSec === null || expiresAtSec > MAX_EXPIRY_SEC) {
    const hint = "for example 2027-06-30T00:00:00Z";
    report.add("DEED_TIMESTAMP", text.span, "'expires' must be a time in UTC", { hint });
  }
  return expiresAtSec ?? 0;
}

const HASH_KEYS: readonly string[] = [
  ...["args", "if", "where"],
  ...["TargetParams", "TriggerEventFilter", "RecurringEventFilter"],
];

/** Where 32-byte values are no keys: arguments of calls, conditions, placeholders have no other home. */
function hashSpans(tree: Tree): readonly Span[] {
  if (tree.kind === "scalar") return [];
  if (tree.kind === "list") return tree.items.flatMap(hashSpans);
  return tree.entries.flatMap(({ key, value }) =>
    HASH_KEYS.includes(key) ? [value.span] : hashSpans(value),
  );
}
