import {
  canonicalJson,
  type Hex,
  type Intent,
  TRIGGER_KINDS,
  ZERO_ADDRESS,
} from "../encoding/index.ts";
import type { Permission, Plan } from "../plan/plan.ts";
import { planRoots } from "../plan/plan-root.ts";
import { type CompiledWorkflow, type CompileOptions, compileWorkflow } from "./compile.ts";

interface Signing {
  readonly owner: Hex;
  /** Null: none. */
  readonly revoker: Hex | null;
  readonly nonce: bigint;
  readonly yamlHash: Hex;
  readonly planRoot: Hex;
}

/** The message that the owner signs (spec 01). */
export function buildIntent(
  plan: Plan,
  permissions: readonly Permission[],
  { owner, revoker, nonce, yamlHash, planRoot }: Signing,
): Intent {
  return {
    owner: owner.toLowerCase() as Hex,
    revoker: (revoker ?? ZERO_ADDRESS).toLowerCase() as Hex,
    name: plan.name,
    summary: plan.summary,
    yamlHash,
    planRoot,
    runtime: plan.runtime,
    kind: ledgerKindOf(plan.trigger),
    leaseClass: plan.limits.leaseClass,
    ...tickTerms(plan.trigger),
    validUntilSec: plan.expiresAtSec,
    maxExecutions: plan.limits.executions,
    perHour: plan.limits.perHour,
    nonce,
    permissions: permissions.map(({ target, call, valueWei }) => ({ target, call, valueWei })),
  };
}

/** A composite's occurrences have no numbers that a contract could check: to the ledger they are events. */
function ledgerKindOf({ kind }: Plan["trigger"]): number {
  return TRIGGER_KINDS[kind === "composite" ? "event" : kind];
}

/** Where the ticks of a schedule begin, how they go on and which missed ones are still run (spec 01). */
export function tickTerms(trigger: Plan["trigger"]): Pick<Intent, "start" | "period" | "catchUp"> {
  switch (trigger.kind) {
    case "interval":
      return { start: 0, period: trigger.periodSec, catchUp: trigger.catchUp };
    case "cron":
      return { start: 0, period: 0, catchUp: trigger.catchUp };
    case "block":
      return { start: trigger.height, period: trigger.every, catchUp: trigger.catchUp };
    case "start":
      return { start: trigger.startSec, period: trigger.periodSec, catchUp: trigger.catchUp };
    case "event":
    case "composite":
    case "manual":
      return { start: 0, period: 0, catchUp: 0 };
  }
}

/** A field of an intent that its YAML contradicts; `yaml` when the file does not compile. */
export interface IntentDifference {
  readonly field: keyof Intent | "yaml";
  readonly expected: string;
  readonly actual: string;
}

/** Compares what an intent says with what its YAML says. Nodes refuse an intent with any difference. */
export function checkIntentAgainstYaml(
  intent: Intent,
  yaml: Uint8Array,
  options: CompileOptions,
): readonly IntentDifference[] {
  const compiled = compileWorkflow(yaml, options);
  if (!compiled.ok) {
    const [first] = compiled.diagnostics.filter(({ severity }) => severity === "error");
    const actual = first === undefined ? "" : `${first.code}: ${first.message}`;
    return [{ field: "yaml", expected: "a workflow", actual }];
  }
  return intentDifferences(intent, compiled);
}

/** The same for a workflow that is compiled already. */
export function intentDifferences(
  intent: Intent,
  { plan, permissions, yamlHash }: CompiledWorkflow,
): readonly IntentDifference[] {
  const expected = buildIntent(plan, permissions, {
    owner: intent.owner,
    revoker: intent.revoker,
    nonce: intent.nonce,
    yamlHash,
    planRoot: planRoots(plan).planRoot,
  });
  return COMPARED.flatMap((field) => {
    const [wanted, found] = [textOf(expected[field]), textOf(intent[field])];
    return wanted === found ? [] : [{ field, expected: wanted, actual: found }];
  });
}

// Owner, revoker and nonce are the signer's own choice.
const COMPARED = [
  "name",
  "summary",
  "yamlHash",
  "planRoot",
  "runtime",
  "kind",
  "leaseClass",
  "start",
  "period",
  "catchUp",
  "validUntilSec",
  "maxExecutions",
  "perHour",
  "permissions",
] as const satisfies readonly (keyof Intent)[];

function textOf(value: Intent[(typeof COMPARED)[number]]): string {
  if (typeof value !== "object") {
    return typeof value === "string" && value.startsWith("0x")
      ? value.toLowerCase()
      : String(value);
  }
  return canonicalJson(
    value.map(({ target, call, valueWei }) => ({
      target: target.toLowerCase(),
      call,
      valueWei: String(valueWei),
    })),
  );
}
