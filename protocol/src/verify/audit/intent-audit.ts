import { jsonHash } from "../../encoding/canonical-json.ts";
import { keccak256 } from "../../encoding/hasher.ts";
import { type Hex, hexToBytes } from "../../encoding/hex.ts";
import { asJson, type Json } from "../../encoding/json.ts";
import { type Intent, intentDigest } from "../../encoding/owner-structures.ts";
import { intentStart, type TickTerms } from "../../encoding/tick.ts";
import { domainSeparator } from "../../encoding/typed-data.ts";
import { buildIntent } from "../../intent/intent-message.ts";
import { permissionsOf } from "../../intent/permission.ts";
import type { Plan } from "../../plan/plan.ts";
import { planRoots } from "../../plan/plan-root.ts";
import type { AbiValue } from "../chain/abi.ts";
import { jsonEqual } from "../json-equal.ts";
import type { AuditContext } from "./audit-context.ts";
import { type CheckName, type Finding, failed, ok, same, unknown } from "./check.ts";
import { eventsWhere, type SeenEvent } from "./ledger-view.ts";

/** A registered intent, as far as the file shows it. */
export interface AuditedIntent {
  readonly intentHash: Hex;
  readonly intent: Intent;
  readonly intentNo: number;
  readonly registration: SeenEvent;
  /** Null when the file's plan is not the signed one. */
  readonly plan: Plan | null;
}

/** Checks an intent from its registration to its plan. */
export function auditIntent(context: AuditContext, intentHash: Hex): AuditedIntent | null {
  const subject = `intent ${intentHash}`;
  const add = (name: CheckName, finding: Finding) => context.findings.add(name, subject, finding);
  const [registration] = eventsWhere(context.view, "Registered", { intentHash });
  if (registration === undefined) {
    add("registration", unknown("the file shows no registration"));
    return null;
  }
  add("registration", registration.proof);
  const { values } = registration;
  const intent = intentOf(values["intent"] as readonly AbiValue[]);
  const { run, hasher } = context;
  const domain = { chainId: run.chainId, verifyingContract: run.contracts.intents };
  const digest = intentDigest(intent, domainSeparator(domain, hasher), hasher);
  add("intent-hash", same("digest", intentHash, digest));
  add("intent-signature", signatureFinding(context, intent, registration, digest));
  const yaml = values["yaml"] as Hex;
  add("yaml-hash", same("yaml", intent.yamlHash, keccak256(yaml, hasher)));
  const plan = run.plans[intentHash] ?? null;
  const rootFinding = planFinding(context, intent, plan);
  add("plan-root", rootFinding);
  add("plan-recompiled", compiledFinding(context, yaml, plan));
  const isSigned = plan !== null && rootFinding[0] === "ok";
  add(
    "intent-fields",
    isSigned
      ? ofPlan(() => fieldsFinding(intent, plan))
      : unknown("the plan is not the signed one"),
  );
  const intentNo = Number(values["intentNo"]);
  return { intentHash, intent, intentNo, registration, plan: isSigned ? plan : null };
}

function signatureFinding(
  context: AuditContext,
  intent: Intent,
  registration: SeenEvent,
  digest: Hex,
): Finding {
  const signature = registration.values["signature"] as Hex;
  if (context.recovery.recover(digest, signature) === intent.owner) return ok();
  // A wallet contract (ERC-1271) answers for itself: the ledger asked it once, at the registration.
  context.findings.trust(
    `the wallet contract ${intent.owner} signed intent ${digest}, as the ledger found at registration`,
  );
  return registration.proof[0] === "ok"
    ? ok("judged by the ledger at registration")
    : unknown("no key's signature, and the registration is not proven");
}

function planFinding(context: AuditContext, intent: Intent, plan: Plan | null): Finding {
  if (plan === null) return unknown("the file has no plan");
  return ofPlan(() => same("plan root", intent.planRoot, planRoots(plan, context.hasher).planRoot));
}

// The file's plan has any form; what is no plan cannot be read as one.
function ofPlan(read: () => Finding): Finding {
  try {
    return read();
  } catch (error) {
    return failed(`it is no plan: ${error instanceof Error ? error.message : ""}`);
  }
}

function compiledFinding(context: AuditContext, yaml: Hex, plan: Plan | null): Finding {
  if (context.compile === null) return unknown("no compiler was given");
  const compiled = context.compile(hexToBytes(yaml));
  if (compiled === null) return failed("the signed YAML does not compile");
  if (plan === null) return unknown("the file has no plan");
  const hash = (value: Plan) => jsonHash(asJson(value), context.hasher);
  return ofPlan(() => same("plan", hash(compiled), hash(plan)));
}

// What the wallet showed must be what the plan does.
function fieldsFinding(intent: Intent, plan: Plan): Finding {
  const { owner, revoker, nonce, yamlHash, planRoot } = intent;
  const signing = { owner, revoker, nonce, yamlHash, planRoot };
  const expected = buildIntent(plan, permissionsOf(plan.steps), signing);
  const [wanted, found] = [plain(expected), plain(intent)];
  const field = Object.keys(wanted).find((name) => !jsonEqual(wanted[name]!, found[name]!));
  return field === undefined ? ok() : failed(`'${field}' is not what the plan says`);
}

/** What the intent's slot keeps of its trigger; null when the registration's block is missing. */
export function slotOf({ intent, registration }: AuditedIntent): TickTerms | null {
  const { blockNumber, timestampSec } = registration;
  if (timestampSec === null) return null;
  const { kind, period } = intent;
  return { kind, period, start: intentStart(intent, { blockNumber, timestampSec }) };
}

function plain(intent: Intent): { readonly [field: string]: Json } {
  const permissions = intent.permissions.map(({ target, call, valueWei }) => ({
    target,
    call,
    valueWei: valueWei.toString(),
  }));
  return { ...intent, nonce: intent.nonce.toString(), permissions };
}

function intentOf(values: readonly AbiValue[]): Intent {
  const permissions = values[16] as readonly (readonly AbiValue[])[];
  return {
    owner: values[0] as Hex,
    revoker: values[1] as Hex,
    name: values[2] as string,
    summary: values[3] as string,
    yamlHash: values[4] as Hex,
    planRoot: values[5] as Hex,
    runtime: Number(values[6]),
    kind: Number(values[7]),
    leaseClass: Number(values[8]),
    start: Number(values[9]),
    period: Number(values[10]),
    catchUp: Number(values[11]),
    validUntilSec: Number(values[12]),
    maxExecutions: Number(values[13]),
    perHour: Number(values[14]),
    nonce: values[15] as bigint,
    permissions: permissions.map(([target, call, valueWei]) => ({
      target: target as Hex,
      call: call as string,
      valueWei: valueWei as bigint,
    })),
  };
}
