import { kindOfAbiType } from "../../plan/scope.ts";
import { canonicalType } from "../abi/abi-type.ts";
import { type Declaration, parseDeclaration } from "../abi/declaration.ts";
import type { Report } from "../report.ts";
import type { Tree } from "../tree.ts";
import type { AbiEntry } from "./abi-json.ts";
import { standardEvent } from "./standard-events.ts";
import { wordOf } from "./value.ts";

/** A parameter of an event that a workflow listens to. */
export interface EventParameter {
  /** As expressions name it. */
  readonly name: string;
  readonly type: string;
  readonly indexed: boolean;
}

/** An event as it is known: its name and all of its parameters. */
export interface KnownEvent {
  readonly name: string;
  readonly parameters: readonly EventParameter[];
}

/**
 * Reads an event's name against the ABIs that the file gives, nearest first. Which parameters are indexed is not
 * in a signature: it comes from an ABI, from the word `indexed`, or from a standard.
 */
export function readKwalaEvent(
  tree: Tree,
  abis: readonly (readonly AbiEntry[])[],
  report: Report,
): KnownEvent | null {
  const text = (wordOf(tree) ?? "").replace(/^event\s+/, "");
  const events = abis.map((abi) => abi.filter(({ type }) => type === "event"));
  if (/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(text)) return fromName(text, events, tree, report);
  const declaration = parseDeclaration(text, "event");
  if ("problem" in declaration) {
    if (isGoSignature(text)) {
      const message = `'${text}' is an event of Go chaincode: name before type`;
      report.add("DEED_KWALA_GO", tree.span, message, {
        hint: "events of Kwala's own chain are not supported; of a Solidity contract write the type first: (int256 a)",
      });
      return null;
    }
    const code = declaration.problem === "type" ? "DEED_ABI_TYPE" : "DEED_SIGNATURE";
    report.add(code, tree.span, declaration.message);
    return null;
  }
  return fromDeclaration(declaration, text, events, tree, report);
}

/** `Added(a int, b int)`: names before types, as Go writes them. */
function isGoSignature(text: string): boolean {
  const inner = /^\w+\s*\(([^()]+)\)$/.exec(text)?.[1];
  return inner?.split(",").every((part) => /^\s*\w+\s+\S+\s*$/.test(part)) === true;
}

function fromName(
  name: string,
  events: readonly (readonly AbiEntry[])[],
  tree: Tree,
  report: Report,
): KnownEvent | null {
  const found = events.map((abi) => abi.filter((entry) => entry.name === name));
  const [first] = found.filter((entries) => entries.length > 0);
  if (first?.length === 1) return ofEntry(first[0] as AbiEntry);
  const message =
    first === undefined
      ? `'${name}' has no parameters here, and the ABI does not tell them`
      : `the ABI has ${first.length} events called '${name}'`;
  report.add("DEED_KWALA_ABI", tree.span, message, {
    hint: `write them: ${name}(address indexed from, uint256 amount)`,
  });
  return null;
}

function fromDeclaration(
  declaration: Declaration,
  text: string,
  events: readonly (readonly AbiEntry[])[],
  tree: Tree,
  report: Report,
): KnownEvent | null {
  const { name, signature, parameters } = declaration;
  const written = parameters.map(({ name: own, type, indexed }) => ({
    name: own ?? "",
    type: canonicalType(type),
    indexed,
  }));
  const entry = events.flat().find((candidate) => signatureOf(candidate) === signature);
  if (/\bindexed\b/.test(text)) return { name, parameters: named(written) };
  if (entry !== undefined) {
    const inputs = entry.inputs.map((input, index) => ({
      ...(written[index] as EventParameter),
      name: written[index]?.name || input.name,
      indexed: input.indexed,
    }));
    return { name, parameters: named(inputs) };
  }
  if (parameters.length === 0) return { name, parameters: [] };
  const standard = standardEvent(signature);
  if (standard === null) {
    const message = `which parameters of '${name}' are indexed is not known`;
    report.add("DEED_KWALA_ABI", tree.span, message, {
      hint: "give the contract's ABI (TriggerSourceContractABI), or write it: (address indexed from, uint256 amount)",
    });
    return null;
  }
  const message = `without the contract's ABI, '${name}' is taken as ${standard.standard} has it`;
  report.add("DEED_KWALA_ASSUMED", tree.span, message);
  const inputs = written.map((one, at) => ({ ...one, indexed: standard.indexed[at] === true }));
  return { name, parameters: named(inputs) };
}

function ofEntry({ name, inputs }: AbiEntry): KnownEvent {
  return { name, parameters: named(inputs) };
}

/** `Name(type,…)` with canonical types, as far as the types are known. */
export function signatureOf({ name, inputs }: AbiEntry): string | null {
  const declaration = parseDeclaration(
    `${name}(${inputs.map(({ type }) => type).join(",")})`,
    "function",
  );
  return "problem" in declaration ? null : declaration.signature;
}

// Words of the expression grammar: `event.in` would not parse.
const RESERVED =
  /^(as|break|const|continue|else|false|for|function|if|import|in|let|loop|namespace|null|package|return|true|var|void|while)$/;

/** Names that expressions can use, or none: then parameters are `arg0`, `arg1`, … */
function named(parameters: readonly EventParameter[]): readonly EventParameter[] {
  const names = parameters.map(({ name }) => name);
  const usable = names.every(
    (name) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !RESERVED.test(name),
  );
  const isUnique = new Set(names).size === names.length;
  return usable && isUnique ? parameters : unnamed(parameters);
}

export function unnamed(parameters: readonly EventParameter[]): readonly EventParameter[] {
  return parameters.map((parameter, index) => ({ ...parameter, name: `arg${index}` }));
}

/** The native declaration of an event. */
export function declarationOf({ name, parameters }: KnownEvent): string {
  const parts = parameters.map(({ name: own, type, indexed }, index) =>
    [type, ...(indexed ? ["indexed"] : []), ...(own === `arg${index}` ? [] : [own])].join(" "),
  );
  return `${name}(${parts.join(", ")})`;
}

/** Whether text has to be made of a parameter's value for it to stay text where it stands alone. */
export function needsText({ type, indexed }: EventParameter): boolean {
  const kind = kindOfAbiType(type);
  return kind !== "string" && !(kind === "list" && indexed) && kind !== "list";
}
