import { directoryAbi, governanceAbi, registryAbi, timelockAbi } from "@deed/contracts";
import { type Abi, type AbiParameter, encodeFunctionData } from "viem";
import type { Deployment } from "./deployment.ts";
import { nameOf, type ProposedCall } from "./describe-call.ts";

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

function argument(text: string, parameter: AbiParameter): unknown {
  const { type } = parameter;
  if (/^u?int\d*$/.test(type)) return BigInt(text);
  if (type === "bool") {
    if (text !== "true" && text !== "false") throw new RangeError("neither true nor false");
    return text === "true";
  }
  return type.startsWith("tuple") || type.endsWith("]") ? JSON.parse(text) : text;
}
