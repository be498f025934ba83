import {
  domainSeparator,
  type Hex,
  type Intent,
  intentDigest,
  nobleRecovery,
  utf8Bytes,
} from "@deed/protocol/encoding";
import {
  type CompiledWorkflow,
  type CompileOptions,
  checkIntentAgainstYaml,
  compileWorkflow,
  registrationObstacles,
} from "@deed/protocol/intent";
import { forbiddenTargets } from "@deed/sdk";
import { ApiError, refusal } from "./api-error.ts";
import type { NodeView } from "./node-view.ts";

/** An intent that may be sent to the ledger. */
export interface CheckedSubmission {
  readonly intentHash: Hex;
  readonly yamlBytes: Uint8Array;
}

/**
 * Refuses what the ledger would refuse, and what nodes would refuse to run. Errors: ApiError, RpcError.
 * A wallet contract's signature is left to the ledger.
 */
export async function checkSubmission(
  node: NodeView,
  intent: Intent,
  signature: Hex,
  yaml: string,
): Promise<CheckedSubmission> {
  const { deployment } = node.ledger;
  const { chainId } = deployment;
  const yamlBytes = utf8Bytes(yaml);
  const compiled = compiledOrRefused(yamlBytes, compileOptions(node));
  const [difference] = checkIntentAgainstYaml(intent, yamlBytes, compileOptions(node));
  if (difference !== undefined) {
    const { field, expected, actual } = difference;
    const message = `'${field}': the YAML says ${expected}, the intent ${actual}`;
    throw refusal("INTENT_DIFFERS", message, "Sign the workflow again with `deed sign`.");
  }
  const [obstacle] = registrationObstacles(compiled.plan, { ledgerChainId: chainId });
  if (obstacle !== undefined) {
    const { code, message, hint } = obstacle;
    throw new ApiError({ code, status: 422, message, remedy: hint ?? "" });
  }
  const nowSec = Math.floor(node.clock.nowMs() / 1000);
  if (intent.validUntilSec <= nowSec) {
    const remedy = "Move `expires` and sign again.";
    throw refusal("INTENT_EXPIRED", `it expired at ${intent.validUntilSec}`, remedy);
  }
  const separator = domainSeparator({ chainId, verifyingContract: deployment.intents });
  const intentHash = intentDigest(intent, separator);
  await checkSignature(node, intent.owner, intentHash, signature);
  return { intentHash, yamlBytes };
}

function compileOptions(node: NodeView): CompileOptions {
  const { deployment } = node.ledger;
  const others = [...node.config.chains.keys()];
  return {
    chains: { ledger: deployment.chainId, others },
    forbiddenTargets: forbiddenTargets(deployment),
  };
}

function compiledOrRefused(yaml: Uint8Array, options: CompileOptions): CompiledWorkflow {
  const compiled = compileWorkflow(yaml, options);
  if (compiled.ok) return compiled;
  const first = compiled.diagnostics.find(({ severity }) => severity === "error");
  const message =
    first === undefined
      ? "the YAML does not compile"
      : `line ${first.line}, column ${first.column}: ${first.code}: ${first.message}`;
  throw refusal("INTENT_INVALID", message, "Run `deed check` on the file.");
}

async function checkSignature(
  node: NodeView,
  owner: Hex,
  digest: Hex,
  signature: Hex,
): Promise<void> {
  const recovered = nobleRecovery.recover(digest, signature);
  if (recovered === owner || (await isContract(node, owner))) return;
  const by = recovered === null ? "it is malformed" : `it is ${recovered}'s`;
  const message = `the signature is not the owner's, ${owner}: ${by}`;
  const remedy = "Sign with the owner's key, for this chain and these contracts.";
  throw refusal("INTENT_BAD_SIGNATURE", message, remedy);
}

/** Does this address have code, so that its word is for itself to judge (ERC-1271)? */
export async function isContract(node: NodeView, address: Hex): Promise<boolean> {
  const code = await node.ledger.rpc.request<Hex>("eth_getCode", [address, "latest"]);
  return code !== "0x";
}
