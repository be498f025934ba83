import { directoryAbi, governanceAbi, registryAbi, timelockAbi } from "@deed/contracts";
import type { Hex } from "@deed/protocol/encoding";
import { type Abi, type AbiParameter, decodeFunctionData, encodeFunctionData } from "viem";
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
}

const GOVERNED = {
  registry: registryAbi,
  governance: governanceAbi,
  timelock: timelockAbi,
  directory: directoryAbi,
} as const satisfies Record<string, Abi>;

type Governed = keyof typeof GOVERNED;

const NAMES = Object.keys(GOVERNED) as readonly Governed[];

export type NamedCallFailure =
  | { readonly code: "CALL_UNKNOWN"; readonly name: string }
  | { readonly code: "CALL_ARGUMENTS"; readonly name: string; readonly expected: string };

/** A call that cannot be made from its name and arguments. */
export class NamedCallError extends Error {
  readonly failure: NamedCallFailure;

  constructor(failure: NamedCallFailure, options?: ErrorOptions) {
    super(`${failure.code}: ${failure.name}`, options);
    this.name = "NamedCallError";
    this.failure = failure;
  }
}

/**
 * A call from `contract.function` and its arguments as text: numbers in decimal, tuples and lists as JSON.
 * Errors: NamedCallError.
 */
export function encodeNamedCall(
  deployment: Deployment,
  name: string,
  texts: readonly string[],
): ProposedCall {
  const [contract, functionName] = name.split(".") as [Governed, string | undefined];
  const abi: Abi | undefined = NAMES.includes(contract) ? GOVERNED[contract] : undefined;
  const found = abi?.find((entry) => entry.type === "function" && entry.name === functionName);
  if (abi === undefined || found?.type !== "function") {
    throw new NamedCallError({ code: "CALL_UNKNOWN", name });
  }
  try {
    if (texts.length !== found.inputs.length) throw new RangeError("another number of arguments");
    const args = texts.map((text, index) => argument(text, found.inputs[index]!));
    const data = encodeFunctionData({ abi, functionName: found.name, args });
    return { target: deployment[contract], valueWei: 0n, data };
  } catch (cause) {
    const expected = found.inputs.map((input) => `${input.type} ${nameOf(input)}`).join(", ");
    throw new NamedCallError({ code: "CALL_ARGUMENTS", name, expected }, { cause });
  }
}

/** What a call does, decoded from its data. */
export function describeCall(deployment: Deployment, call: ProposedCall): DescribedCall {
  const contract = NAMES.find((name) => deployment[name] === call.target.toLowerCase());
  const value = call.valueWei === 0n ? "" : ` with ${call.valueWei} wei`;
  const unknown = { text: `${call.target}: ${call.data}${value}`, isKnown: false };
  if (contract === undefined) return unknown;
  try {
    const abi: Abi = GOVERNED[contract];
    const { functionName, args = [] } = decodeFunctionData({ abi, data: call.data });
    const found = abi.find((entry) => entry.type === "function" && entry.name === functionName);
    const inputs = found?.type === "function" ? found.inputs : [];
    const said = args.map((given, index) => `${nameOf(inputs[index])}: ${valueText(given)}`);
    return { text: `${contract}.${functionName}(${said.join(", ")})${value}`, isKnown: true };
  } catch {
    return unknown;
  }
}

function argument(text: string, parameter: AbiParameter): unknown {
  const { type } = parameter;
  if (/^u?int\d*$/.test(type)) return BigInt(text);
  if (type === "bool") {
    if (text !== "true" && text !== "false") throw new RangeError("neither true nor false");
    return text === "true";
  }
  return type.startsWith("tuple") || type.endsWith("]") ? JSON.parse(text) : text;
}

/** Some names end in `_`, so that they shadow nothing in the contract. */
function nameOf(parameter: AbiParameter | undefined): string {
  return (parameter?.name ?? "").replace(/_$/, "");
}

function valueText(value: unknown): string {
  if (typeof value === "string")
    return /^0x[0-9a-fA-F]*$/.test(value) ? value.toLowerCase() : `"${value}"`;
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  const fields = Object.entries(value).map(([name, field]) => `${name}: ${valueText(field)}`);
  return `{ ${fields.join(", ")} }`;
}
