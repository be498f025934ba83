import { directoryAbi, governanceAbi, registryAbi, timelockAbi } from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, encodeFunctionData, toFunctionSelector } from "viem";
import type { LedgerCall } from "./calls.ts";
import type { Deployment } from "./deployment.ts";

/** Who decides at the beginning. More than half of a group has to agree. */
export interface GovernanceMembers {
  readonly council: readonly Hex[];
  readonly councilThreshold: number;
  readonly guardians: readonly Hex[];
  readonly guardianThreshold: number;
}

/** How long decisions wait (docs/decisions/0012). */
export interface GovernancePeriods {
  /** The timelock's own delay: admission, suspension, and whatever has no longer one. */
  readonly delaySec: number;
  /** Of parameters, key tiers, runtimes. */
  readonly parametersSec: number;
  /** Of the registry's council and guardian, the timelock's roles, members, new versions. */
  readonly contractsSec: number;
  /** How long a proposal takes votes. */
  readonly votingSec: number;
  /** How long after its delay a decision may wait to be executed. */
  readonly graceSec: number;
  /** Between the announcement of a version and its first day. */
  readonly noticeSec: number;
}

/** Seconds, for networks that live on one machine. */
export const DEVNET_PERIODS: GovernancePeriods = {
  delaySec: 3,
  parametersSec: 3,
  contractsSec: 5,
  votingSec: 3600,
  graceSec: 3600,
  noticeSec: 10,
};

export const PRODUCTION_PERIODS: GovernancePeriods = {
  delaySec: 48 * 3600,
  parametersSec: 72 * 3600,
  contractsSec: 7 * 24 * 3600,
  votingSec: 14 * 24 * 3600,
  graceSec: 14 * 24 * 3600,
  noticeSec: 7 * 24 * 3600,
};

/** One account that decides alone: for tests and benches whose matter is another. */
export function loneGovernance(account: Hex): GovernanceMembers {
  const alone = [account];
  return { council: alone, councilThreshold: 1, guardians: alone, guardianThreshold: 1 };
}

/** What the deployer sends at the end, in this order: afterwards it has no say in anything. */
export function handOverCalls(deployment: Deployment): readonly LedgerCall[] {
  const { registry, governance, timelock } = deployment;
  const call = (functionName: "setGuardian" | "setCouncil", to: Hex): LedgerCall => ({
    to: registry,
    data: encodeFunctionData({ abi: registryAbi, functionName, args: [to] }),
    valueWei: 0n,
  });
  return [call("setGuardian", governance), call("setCouncil", timelock)];
}

/** A call that waits longer than the timelock asks (IGovernance.DelayRule). */
export interface DelayRule {
  readonly target: Hex;
  readonly selector: Hex;
  readonly delaySec: number;
}

/** The rules by which some calls wait longer than others. */
export function delayRules(
  at: Readonly<Record<"registry" | "timelock" | "governance" | "directory", Hex>>,
  { parametersSec, contractsSec }: GovernancePeriods,
): readonly DelayRule[] {
  const rules = (target: Hex, abi: Abi, delaySec: number, names: readonly string[]): DelayRule[] =>
    names.map((name) => ({ target, selector: selectorOf(abi, name), delaySec }));
  const { registry, timelock, governance, directory } = at;
  const tuning = ["setParameters", "setMinimumKeyTier", "approveRuntime", "deprecateRuntime"];
  const members = ["changeCouncil", "changeGuardians", "setDelay"];
  return [
    ...rules(registry, registryAbi, parametersSec, tuning),
    ...rules(governance, governanceAbi, parametersSec, ["setPeriods"]),
    ...rules(governance, governanceAbi, contractsSec, members),
    ...rules(registry, registryAbi, contractsSec, ["setCouncil", "setGuardian"]),
    ...rules(timelock, timelockAbi, contractsSec, ["grantRole", "revokeRole", "updateDelay"]),
    ...rules(directory, directoryAbi, contractsSec, ["announce"]),
  ];
}

function selectorOf(abi: Abi, name: string): Hex {
  const found = abi.find((entry) => entry.type === "function" && entry.name === name);
  if (found?.type !== "function") throw new TypeError(`no function ${name}`);
  return toFunctionSelector(found);
}
