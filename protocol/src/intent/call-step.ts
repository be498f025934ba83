import { bytesToHex, concatBytes, type Hex, hexToBytes, keccakText } from "../encoding/index.ts";
import type { CallStep, TemplatedJson } from "../plan/plan.ts";
import { compileTemplate } from "../plan/template.ts";
import type { AbiType } from "./abi/abi-type.ts";
import { type AbiValue, type ArgumentProblem, readAbiValue } from "./abi/abi-value.ts";
import type { Declaration } from "./abi/declaration.ts";
import { encodeArguments } from "./abi/encode.ts";
import { readAddress } from "./address.ts";
import { readTemplatedJson } from "./body.ts";
import { type ChainIds, readChain } from "./chain.ts";
import { warnOfFunction } from "./dangerous-function.ts";
import { readDeclaration } from "./event-trigger.ts";
import type { Dependency, Names } from "./names.ts";
import { type Fields, readFields, readList } from "./reader.ts";
import type { Report } from "./report.ts";
import { nameOf, type Tree } from "./tree.ts";

export type CallPart = Pick<
  CallStep,
  "kind" | "chainId" | "target" | "function" | "selector" | "args" | "valueWei" | "call"
>;

export interface CallOptions {
  readonly chains: ChainIds;
  /** Deed's own contracts, lower-case: no workflow may call them. */
  readonly forbiddenTargets: readonly Hex[];
}

/** Compiles what is under `call`; parts that are wrong are reported and filled in. */
export function readCall(
  tree: Tree,
  names: Names,
  options: CallOptions,
  report: Report,
): { readonly part: CallPart; readonly dependencies: readonly Dependency[] } | null {
  const shape = {
    required: ["to", "function"],
    optional: ["args", "value", "chain"],
    later: ["bounds", "confirm"],
  };
  const fields = readFields(tree, "'call'", shape, report);
  if (fields === null) return null;
  const target = readTarget(fields, options, report);
  const chainId = readChain(fields.get("chain"), options.chains, report);
  const valueWei = readValueWei(fields.get("value"), report);
  const functionTree = fields.get("function");
  const declaration =
    functionTree === undefined ? null : readDeclaration(functionTree, "function", report);
  if (declaration === null || functionTree === undefined) return null;
  warnOfFunction(declaration, functionTree, report);
  const selector = keccakText(declaration.signature).slice(0, 10) as Hex;
  const { args, call, dependencies } = readArguments(declaration, selector, fields, names, report);
  const part: CallPart = {
    kind: "call",
    chainId: chainId ?? 0,
    target,
    function: declaration.signature,
    selector,
    args,
    valueWei,
    call,
  };
  return { part, dependencies };
}

function readTarget(fields: Fields, { forbiddenTargets }: CallOptions, report: Report): Hex {
  const tree = fields.get("to");
  const target = tree === undefined ? null : readAddress(tree, "'to'", report);
  if (tree === undefined || target === null) return "0x";
  if (/^0x0+$/.test(target)) {
    report.add("DEED_FORBIDDEN_TARGET", tree.span, "the zero address is no contract");
  } else if (forbiddenTargets.includes(target)) {
    report.add("DEED_FORBIDDEN_TARGET", tree.span, "no workflow may call Deed's own contracts");
  }
  return target;
}

const MAX_VALUE_WEI = 2n ** 256n - 1n;

function readValueWei(tree: Tree | undefined, report: Report): string {
  if (tree === undefined) return "0";
  const value = tree.kind === "scalar" ? tree.value : null;
  if (typeof value === "bigint" || typeof value === "number") {
    report.add(
      "DEED_AMOUNT_NOT_STRING",
      tree.span,
      "'value' is a bare number: write it as a string",
      {
        hint: 'wei as decimal digits in quotes, for example "1000000000000000000"',
      },
    );
    return "0";
  }
  const isDecimal = typeof value === "string" && /^(0|[1-9][0-9]{0,77})$/.test(value);
  if (isDecimal && BigInt(value) <= MAX_VALUE_WEI) return value;
  report.add(
    "DEED_WRONG_VALUE",
    tree.span,
    `'value' must be wei as decimal digits, this is ${nameOf(tree)}`,
  );
  return "0";
}

interface Arguments {
  readonly args: readonly TemplatedJson[];
  readonly call: CallStep["call"];
  readonly dependencies: readonly Dependency[];
}

function readArguments(
  { parameters, signature }: Declaration,
  selector: Hex,
  fields: Fields,
  names: Names,
  report: Report,
): Arguments {
  const tree = fields.get("args");
  const items = tree === undefined ? [] : readList(tree, "'args'", report);
  const nothing = {
    args: [],
    call: { mode: "literal", callData: selector },
    dependencies: [],
  } as const;
  if (items === null) return nothing;
  if (items.length !== parameters.length) {
    const span = tree?.span ?? fields.keySpan("function");
    const message = `${signature} takes ${parameters.length} arguments, here are ${items.length}`;
    report.add("DEED_ARGUMENT_COUNT", span, message);
    return nothing;
  }
  const dependencies: Dependency[] = [];
  const dynamic = items.flatMap((item, index) => (isDynamic(item) ? [index] : []));
  const types = parameters.map(({ type }) => type);
  const values = items.map((item, index) =>
    dynamic.includes(index) ? null : literalValue(types[index] as AbiType, item, report),
  );
  const args = items.map((item, index) =>
    dynamic.includes(index) ? readDynamic(item, names, dependencies, report) : plainJson(item),
  );
  if (dynamic.length > 0) return { args, call: { mode: "dynamic", dynamic }, dependencies };
  if (values.includes(null)) return nothing;
  const encoded = encodeArguments(types, values as readonly AbiValue[]);
  const callData = bytesToHex(concatBytes(hexToBytes(selector), encoded));
  return { args, call: { mode: "literal", callData }, dependencies };
}

function readDynamic(
  tree: Tree,
  names: Names,
  dependencies: Dependency[],
  report: Report,
): TemplatedJson {
  if (tree.kind === "list") {
    return tree.items.map((item) => readDynamic(item, names, dependencies, report));
  }
  if (
    tree.kind === "scalar" &&
    (typeof tree.value === "bigint" || typeof tree.value === "number")
  ) {
    const message = "this argument is a bare number: write it as a string";
    report.add("DEED_AMOUNT_NOT_STRING", tree.span, message);
  }
  return readTemplatedJson(tree, names, dependencies, report);
}

/** Whether a placeholder stands anywhere inside. A template that does not parse counts, to be reported. */
function isDynamic(tree: Tree): boolean {
  if (tree.kind === "list") return tree.items.some(isDynamic);
  if (tree.kind === "map") return tree.entries.some(({ value }) => isDynamic(value));
  if (typeof tree.value !== "string" || !tree.value.includes("${")) return false;
  try {
    return compileTemplate(tree.value).parts.some((part) => typeof part !== "string");
  } catch {
    return true;
  }
}

function literalValue(type: AbiType, tree: Tree, report: Report): AbiValue | null {
  const value = readAbiValue(type, unescaped(tree));
  if (!("code" in value)) return value;
  const { code, message, at, hint }: ArgumentProblem = value;
  report.add(code, at.span, message, { hint });
  return null;
}

// `$${` is a literal `${` here as everywhere.
function unescaped(tree: Tree): Tree {
  if (tree.kind === "list") return { ...tree, items: tree.items.map(unescaped) };
  if (tree.kind !== "scalar" || typeof tree.value !== "string") return tree;
  return { ...tree, value: tree.value.replaceAll("$${", "${") };
}

/** Literal arguments as they were written. Bare numbers were refused before. */
function plainJson(tree: Tree): TemplatedJson {
  if (tree.kind === "list") return tree.items.map(plainJson);
  if (tree.kind === "map") return null;
  return typeof tree.value === "bigint" ? tree.value.toString() : tree.value;
}
