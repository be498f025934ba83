import {
  type Deployment,
  encodeNamedCall,
  NamedCallError,
  operatorCalls,
  type ProposedCall,
} from "@deed/sdk";
import { cliError } from "./cli-error.ts";
import { readJson } from "./files.ts";
import { parseApplication } from "./operator/application.ts";

/** What a proposal would do, and what of it the calls do not say. */
export interface ProposedCalls {
  readonly calls: readonly ProposedCall[];
  readonly lines: readonly string[];
}

/** One call by its name and arguments as text. Errors: CLI_USAGE with what the function takes. */
export function namedCall(
  deployment: Deployment,
  name: string,
  texts: readonly string[],
): ProposedCall {
  try {
    return encodeNamedCall(deployment, name, texts);
  } catch (cause) {
    if (!(cause instanceof NamedCallError)) throw cause;
    const { failure } = cause;
    const remedy =
      failure.code === "CALL_UNKNOWN"
        ? "A function of registry, governance, timelock or directory, for example registry.admit."
        : `It takes: ${failure.expected || "nothing"}.`;
    throw cliError("CLI_USAGE", cause.message, remedy, { cause });
  }
}

/** From a file: an operator's application, or a list of calls. Errors: CliError. */
export function callsOfFile(deployment: Deployment, path: string): ProposedCalls {
  const json = readJson(path);
  const application = parseApplication(json, path);
  if (application === null) return { calls: listed(deployment, json, path), lines: [] };
  const { chainId, registry, operator, vetting, node } = application;
  if (chainId !== deployment.chainId || registry !== deployment.registry) {
    const message = `${path} applies to the registry ${registry} on chain ${chainId}`;
    throw cliError("CLI_OTHER_NETWORK", message, "Name that network, or ask for another one.");
  }
  const { to: target, data, valueWei } = operatorCalls(deployment).admit(operator);
  const { dutyKey, actionKey, caHash, endpoint, roles, keyTier, keys } = node;
  return {
    calls: [{ target, data, valueWei }],
    lines: [
      `application of ${operator.name}: ${roles.join(" and ")} at ${endpoint}`,
      `  keys: duty ${dutyKey}, action ${actionKey}, TLS CA ${caHash}`,
      `  kept as ${keyTier}, says the operator`,
      ...keys.map(({ key, tier, because }) => `    ${key}: ${tier}${reasons(because)}`),
      ...vetting.map(({ name, keccak256 }) => `  vetted: ${name} ${keccak256}`),
    ],
  };
}

function reasons(because: readonly string[]): string {
  return because.length === 0 ? "" : ` (${because.join("; ")})`;
}

interface ListedCall {
  readonly call?: unknown;
  readonly args?: unknown;
}

function listed(deployment: Deployment, json: unknown, path: string): readonly ProposedCall[] {
  const calls = (json as { readonly calls?: unknown } | null)?.calls;
  if (!Array.isArray(calls) || calls.length === 0) {
    const remedy =
      '{"calls": [{"call": "registry.setMinimumKeyTier", "args": [1, 3]}]}, or an application.';
    throw cliError("CLI_FILE_MALFORMED", `${path} holds no calls`, remedy);
  }
  return calls.map((one: ListedCall, index) => {
    const { call, args = [] } = one ?? {};
    if (typeof call === "string" && Array.isArray(args)) {
      return namedCall(deployment, call, args.map(textOf));
    }
    const message = `${path}: call ${index + 1} has no \`call\`, or \`args\` that are no list`;
    throw cliError("CLI_FILE_MALFORMED", message, 'As {"call": "registry.admit", "args": […]}.');
  });
}

/** Arguments as the command line takes them. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
