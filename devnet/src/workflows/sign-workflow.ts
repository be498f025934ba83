import {
  domainSeparator,
  fireDigest,
  type Hex,
  type Intent,
  intentDigest,
  type Json,
  jsonHash,
  revokeDigest,
} from "@deed/protocol/encoding";
import {
  buildIntent,
  compileWorkflow,
  registrationObstacles,
  renderDiagnostic,
} from "@deed/protocol/intent";
import { planRoots } from "@deed/protocol/plan";
import { type Deployment, type FireSubmission, forbiddenTargets } from "@deed/sdk";
import type { PrivateKeyAccount } from "viem/accounts";
import { WorkflowError } from "./workflow-error.ts";

/** A workflow that its owner signed, ready for registration. */
export interface SignedWorkflow {
  readonly intent: Intent;
  readonly intentHash: Hex;
  readonly signature: Hex;
  /** The exact text that was signed. */
  readonly yaml: string;
}

export interface SigningTerms {
  readonly deployment: Deployment;
  readonly owner: PrivateKeyAccount;
  readonly nonce: bigint;
  readonly fileName: string;
  /** Chains besides the ledger's that the network has endpoints for. */
  readonly otherChains?: readonly number[];
}

/** Compiles a workflow and signs its intent. Errors: WorkflowError. */
export async function signWorkflow(yaml: string, terms: SigningTerms): Promise<SignedWorkflow> {
  const { deployment, owner, nonce, fileName } = terms;
  const compiled = compileWorkflow(yaml, {
    fileName,
    chains: { ledger: deployment.chainId, others: terms.otherChains ?? [] },
    forbiddenTargets: forbiddenTargets(deployment),
  });
  const problems = compiled.ok
    ? registrationObstacles(compiled.plan, { ledgerChainId: deployment.chainId, fileName })
    : compiled.diagnostics;
  if (!compiled.ok || problems.length > 0) {
    const diagnostics = problems.map((problem) => renderDiagnostic(yaml, problem)).join("\n");
    throw new WorkflowError({ code: "WORKFLOW_INVALID", fileName, diagnostics });
  }
  const { plan, permissions, yamlHash } = compiled;
  const intent = buildIntent(plan, permissions, {
    owner: owner.address,
    revoker: null,
    nonce,
    yamlHash,
    planRoot: planRoots(plan).planRoot,
  });
  const intentHash = intentDigest(intent, intentsDomain(deployment));
  return { intent, intentHash, signature: await owner.sign({ hash: intentHash }), yaml };
}

/** What a fire is signed over. */
export interface FireTerms {
  readonly deployment: Deployment;
  readonly owner: PrivateKeyAccount;
  readonly intentHash: Hex;
  readonly ordinal: number;
  readonly input: Json;
  readonly firedAtSec: number;
  readonly validUntilSec: number;
}

/** Signs a manual fire. */
export async function signFire(terms: FireTerms): Promise<FireSubmission> {
  const { deployment, owner, intentHash, ordinal, input, firedAtSec, validUntilSec } = terms;
  const fire = { intentHash, ordinal, inputHash: jsonHash(input), firedAtSec, validUntilSec };
  const signature = await owner.sign({ hash: fireDigest(fire, intentsDomain(deployment)) });
  return { ordinal, input, firedAtSec, validUntilSec, signature };
}

/** Signs a revocation. */
export function signRevocation(
  intentHash: Hex,
  terms: { readonly deployment: Deployment; readonly owner: PrivateKeyAccount },
): Promise<Hex> {
  return terms.owner.sign({ hash: revokeDigest(intentHash, intentsDomain(terms.deployment)) });
}

function intentsDomain({ chainId, intents }: Deployment): Hex {
  return domainSeparator({ chainId, verifyingContract: intents });
}
