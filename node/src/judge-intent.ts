import { compileWorkflow, intentDifferences, registrationObstacles } from "@deed/protocol/intent";
import { CURRENT_RUNTIME, RUNTIME_VERSIONS } from "@deed/protocol/runtime";
import { type Deployment, forbiddenTargets } from "@deed/sdk";
import type { IntentJudgement, JudgeIntent } from "./roles/watch/facts-context.ts";

export interface JudgeIntentOptions {
  readonly deployment: Deployment;
  /** Chains besides the ledger's that the network knows. */
  readonly otherChains: readonly number[];
}

/** Compiles an intent's YAML and refuses what differs from what was signed (spec 01). */
export function intentJudge(options: JudgeIntentOptions): JudgeIntent {
  const { deployment, otherChains } = options;
  const chains = { ledger: deployment.chainId, others: otherChains };
  const compileOptions = { chains, forbiddenTargets: forbiddenTargets(deployment) };
  return (intent, yaml): IntentJudgement => {
    const compiled = compileWorkflow(yaml, compileOptions);
    if (!compiled.ok) {
      const errors = compiled.diagnostics.filter(({ severity }) => severity === "error");
      // Another node may know the chain: that is no fault of the workflow.
      const isLocal = errors.every(({ code }) => code === "DEED_UNKNOWN_CHAIN");
      const [first] = errors;
      return refused(`the YAML does not compile: ${first?.code ?? ""}`, isLocal);
    }
    const [difference] = intentDifferences(intent, compiled);
    if (difference !== undefined) {
      return refused(`${difference.field}: the YAML says ${difference.expected}`);
    }
    const ledgerChainId = deployment.chainId;
    const [obstacle] = registrationObstacles(compiled.plan, { ledgerChainId });
    if (obstacle !== undefined) return refused(`${obstacle.code}: ${obstacle.message}`);
    if (!RUNTIME_VERSIONS.includes(compiled.plan.runtime)) {
      return refused(`this node runs versions up to ${CURRENT_RUNTIME} of the runtime`, true);
    }
    return { state: "accepted", plan: compiled.plan };
  };
}

function refused(reason: string, isLocal = false): IntentJudgement {
  return { state: "refused", reason, isLocal };
}
