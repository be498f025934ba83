import type { Hex } from "@deed/protocol/encoding";
import {
  type Abi,
  type AbiFunction,
  type AbiParameter,
  decodeFunctionData,
  decodeFunctionResult,
  encodeFunctionData,
} from "viem";
import type { LedgerCall } from "./calls.ts";
import { type CallableContract, CONTRACT_ABIS, contractAt } from "./contract-abis.ts";
import type { Deployment } from "./deployment.ts";

/** One call of a proposal (IGovernance.Call). */
export interface ProposedCall {
  readonly target: Hex;
  readonly valueWei: bigint;
  readonly data: Hex;
}

/** A call as people read it. */
export interface DescribedCall {
  /** For example `registry.setMinimumKeyTier(role: 1, tier: 2)`. */
  readonly text: string;
  /** False when the target is none of ours, or the function none of its: nobody here knows what it does. */
  readonly isKnown: boolean;
  /** Null when it is not known; so is `functionName`. */
  readonly contract: CallableContract | null;
  readonly functionName: string | null;
  /** As text, in the function's order; calls inside of arguments are described, too. */
  readonly arguments: readonly { readonly name: string; readonly text: string }[];
}

/** A call of a contract's function with values as viem takes them. Throws when they do not fit. */
export function contractCall(
  deployment: Deployment,
  contract: CallableContract,
  functionName: string,
  args: readonly unknown[],
  valueWei = 0n,
): LedgerCall {
  const abi: Abi = CONTRACT_ABIS[contract];
  return {
    to: deployment[contract],
    data: encodeFunctionData({ abi, functionName, args }),
    valueWei,
  };
}

/** What a call does, decoded from its data. */
export function describeCall(deployment: Deployment, call: ProposedCall): DescribedCall {
  const value = call.valueWei === 0n ? "" : ` with ${call.valueWei} wei`;
  const found = functionOf(deployment, call);
  if (found === null) {
    const text = `${call.target}: ${call.data}${value}`;
    return { text, isKnown: false, contract: null, functionName: null, arguments: [] };
  }
  const { contract, entry, args } = found;
  const said = args.map((given, index) => ({
    name: nameOf(entry.inputs[index]),
    text: valueText(deployment, given),
  }));
  const inside = said.map(({ name, text }) => `${name}: ${text}`).join(", ");
  const text = `${contract}.${entry.name}(${inside})${value}`;
  return { text, isKnown: true, contract, functionName: entry.name, arguments: said };
}

/** What a call returned, for example `proposalNo: 4`; null when it returns nothing, or nobody here knows. */
export function describeResult(
  deployment: Deployment,
  call: ProposedCall,
  data: Hex,
): string | null {
  const found = functionOf(deployment, call);
  if (found === null || found.entry.outputs.length === 0) return null;
  const { entry } = found;
  try {
    const decoded = decodeFunctionResult({ abi: [entry], functionName: entry.name, data });
    const values = entry.outputs.length === 1 ? [decoded] : (decoded as readonly unknown[]);
    const said = values.map((value, index) => {
      const name = nameOf(entry.outputs[index]);
      return `${name === "" ? "" : `${name}: `}${valueText(deployment, value)}`;
    });
    return said.join(", ");
  } catch {
    return null;
  }
}

/** Some names end in `_`, so that they shadow nothing in the contract. */
export function nameOf(parameter: AbiParameter | undefined): string {
  return (parameter?.name ?? "").replace(/_$/, "");
}

interface FoundFunction {
  readonly contract: CallableContract;
  readonly entry: AbiFunction;
  readonly args: readonly unknown[];
}

function functionOf(deployment: Deployment, { target, data }: ProposedCall): FoundFunction | null {
  const contract = contractAt(deployment, target);
  if (contract === null) return null;
  try {
    const abi: Abi = CONTRACT_ABIS[contract];
    const { functionName, args = [] } = decodeFunctionData({ abi, data });
    // Overloads would need the selector; the contracts have none.
    const entry = abi.find((one) => one.type === "function" && one.name === functionName);
    return entry?.type === "function" ? { contract, entry, args } : null;
  } catch {
    return null;
  }
}

/** A decoded value as people read it; calls inside of it are described. */
export function valueText(deployment: Deployment, value: unknown): string {
  if (typeof value === "string")
    return /^0x[0-9a-fA-F]*$/.test(value) ? value.toLowerCase() : `"${value}"`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) {
    return `[${value.map((one) => valueText(deployment, one)).join(", ")}]`;
  }
  if (isCall(value)) return describeCall(deployment, value).text;
  const fields = Object.entries(value).map(
    ([name, field]) => `${name}: ${valueText(deployment, field)}`,
  );
  return `{ ${fields.join(", ")} }`;
}

/** A call inside of an argument, as `propose` takes them. */
function isCall(value: object): value is ProposedCall {
  return "target" in value && "valueWei" in value && "data" in value;
}
