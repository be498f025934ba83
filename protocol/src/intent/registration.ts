import type { CallStep, Plan } from "../plan/plan.ts";
import type { Places } from "./compile.ts";
import type { Diagnostic, DiagnosticCode } from "./diagnostic.ts";

interface RegistrationOptions {
  /** The chain of the contracts that act for users. Without it, chains are not judged. */
  readonly ledgerChainId?: number;
  /** From the compiler; without them diagnostics point at the file's start. */
  readonly places?: Places;
  readonly fileName?: string;
  /** With it, a workflow that has expired by then is no more to be registered. */
  readonly nowSec?: number;
}

/** What compiles, but cannot be registered yet: each is an error. */
export function registrationObstacles(
  plan: Plan,
  options: RegistrationOptions = {},
): readonly Diagnostic[] {
  return [
    ...expiryObstacles(plan, options),
    ...plan.steps.flatMap((step) => (step.kind === "call" ? obstaclesOf(step, options) : [])),
  ];
}

function expiryObstacles(plan: Plan, options: RegistrationOptions): readonly Diagnostic[] {
  const { nowSec = 0, fileName = "workflow.yaml" } = options;
  const place = options.places?.expires ?? FILE_START;
  if (plan.expiresAtSec > nowSec) return [];
  const message = "it has expired: the ledger would refuse it";
  const hint = "give it a later end";
  return [{ severity: "error", code: "DEED_EXPIRED", message, fileName, ...place, hint }];
}

const FILE_START = { line: 1, column: 1, endColumn: 2 };

function obstaclesOf(step: CallStep, options: RegistrationOptions): readonly Diagnostic[] {
  const obstacles: Diagnostic[] = [];
  const add = (code: DiagnosticCode, message: string, hint: string): void => {
    const place = options.places?.steps[step.id] ?? FILE_START;
    const fileName = options.fileName ?? "workflow.yaml";
    obstacles.push({ severity: "error", code, message, fileName, ...place, hint });
  };
  if (step.call.mode === "dynamic") {
    const positions = step.call.dynamic.map((position) => position + 1).join(", ");
    const message = `arguments of '${step.id}' that are known only at the run cannot be registered yet: ${positions}`;
    add("DEED_DYNAMIC_ARGUMENT", message, "they need bounds or confirmation by other operators");
  }
  if (options.ledgerChainId !== undefined && step.chainId !== options.ledgerChainId) {
    const message = `'${step.id}' acts on chain ${step.chainId}; actions are possible on the ledger's chain, ${options.ledgerChainId}`;
    add("DEED_OTHER_CHAIN", message, "reads and triggers from other chains work");
  }
  return obstacles;
}
