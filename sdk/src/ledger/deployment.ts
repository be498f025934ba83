import type { Hex } from "@deed/protocol/encoding";

/** Where one installation of the ledger contracts lives. Addresses are lower-case. */
export interface Deployment {
  readonly chainId: number;
  /** No event of the contracts lies below this block. */
  readonly fromBlock: number;
  readonly registry: Hex;
  readonly intents: Hex;
  readonly beacon: Hex;
  readonly executions: Hex;
  readonly disputes: Hex;
  readonly gateway: Hex;
  /** The implementation that vault clones point at. */
  readonly vault: Hex;
  /** The registry's council once the first operators are admitted. */
  readonly timelock: Hex;
  readonly governance: Hex;
  readonly directory: Hex;
}

const CONTRACTS = [
  "registry",
  "intents",
  "beacon",
  "executions",
  "disputes",
  "gateway",
  "vault",
  "timelock",
  "governance",
  "directory",
] as const;

export type ContractName = (typeof CONTRACTS)[number];

export type DeploymentFailure =
  | { readonly code: "DEPLOYMENT_MALFORMED"; readonly field: string }
  | { readonly code: "DEPLOYMENT_FAILED"; readonly contract: string; readonly reason: string };

/** A deployment file that cannot be read, or a contract that did not reach its address. */
export class DeploymentError extends Error {
  readonly failure: DeploymentFailure;

  constructor(failure: DeploymentFailure, options?: ErrorOptions) {
    const subject = failure.code === "DEPLOYMENT_MALFORMED" ? failure.field : failure.contract;
    super(`${failure.code}: ${subject}`, options);
    this.name = "DeploymentError";
    this.failure = failure;
  }
}

/** Checks a deployment read from JSON. */
export function parseDeployment(json: unknown): Deployment {
  if (typeof json !== "object" || json === null) throw malformed("(root)");
  const fields = json as Record<string, unknown>;
  const address = (name: ContractName): Hex => {
    const value = fields[name];
    if (typeof value !== "string" || !/^0x[0-9a-fA-F]{40}$/.test(value)) throw malformed(name);
    return value.toLowerCase() as Hex;
  };
  return {
    chainId: count(fields, "chainId"),
    fromBlock: count(fields, "fromBlock"),
    registry: address("registry"),
    intents: address("intents"),
    beacon: address("beacon"),
    executions: address("executions"),
    disputes: address("disputes"),
    gateway: address("gateway"),
    vault: address("vault"),
    timelock: address("timelock"),
    governance: address("governance"),
    directory: address("directory"),
  };
}

/** Addresses whose events make up the ledger. */
export function ledgerAddresses(deployment: Deployment): readonly Hex[] {
  const { registry, intents, beacon, executions, disputes, gateway } = deployment;
  return [registry, intents, beacon, executions, disputes, gateway];
}

/**
 * What no action may call, and no plan may name: every contract of the installation. The vault of a user is asked by
 * others too; acting for it on Deed's own contracts would be acting in somebody's name there.
 */
export function forbiddenTargets(contracts: Readonly<Record<ContractName, Hex>>): readonly Hex[] {
  return CONTRACTS.map((name) => contracts[name]);
}

function count(fields: Record<string, unknown>, name: string): number {
  const value = fields[name];
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw malformed(name);
  return value;
}

function malformed(field: string): DeploymentError {
  return new DeploymentError({ code: "DEPLOYMENT_MALFORMED", field });
}
