import type { AbiType } from "../abi/abi-type.ts";
import { canonicalType } from "../abi/abi-type.ts";
import { type Declaration, parseDeclaration } from "../abi/declaration.ts";
import { notYet } from "../reader.ts";
import type { Report } from "../report.ts";
import { type ScalarTree, spanInside, type Tree } from "../tree.ts";
import { booleanAt, integerAt, mapAt, textAt } from "./build.ts";
import { signatureOf } from "./event-parameters.ts";
import { readAbi, readChainId, readContract, reportMissing } from "./event-source.ts";
import type { KwalaFields } from "./keys.ts";
import { type EventScope, templateOf } from "./re-event.ts";
import { refusePlaceholder, wordOf } from "./value.ts";

/** The native `call`; null when the report says why not. */
export function callTree(fields: KwalaFields, scope: EventScope, report: Report): Tree | null {
  const functionTree = fields.used("TargetFunction");
  if (functionTree !== undefined && isGoFunction(functionTree)) {
    notYet("a function of Kwala's own chain (func …)", functionTree.span, report);
    return null;
  }
  const target = readContract(fields, "TargetContract", "a call", report);
  const chain = readChainId(fields, "ChainID", "a call", report);
  if (functionTree === undefined) {
    reportMissing("TargetFunction", "a call", fields, report);
    return null;
  }
  warnOfWallet(fields.used("SmartWallet"), report);
  const declaration = readFunction(functionTree, fields, report);
  if (target === null || chain === null || declaration === null) return null;
  const params = fields.used("TargetParams");
  const args = params === undefined ? undefined : argumentsOf(params, declaration, scope, report);
  const span = fields.keySpan("TargetFunction");
  return mapAt(span, {
    chain: integerAt(chain.span, chain.value),
    to: textAt(target.span, target.value),
    function: textAt(functionTree.span, declaration.signature),
    args,
  });
}

function isGoFunction(tree: Tree): boolean {
  return /^func\s/.test(wordOf(tree) ?? "");
}

function warnOfWallet(tree: Tree | undefined, report: Report): void {
  const word = tree === undefined ? null : wordOf(tree);
  if (tree === undefined || word === null || word === "DEFAULT_SMART_WALLET") return;
  if (refusePlaceholder(tree, "address", report)) return;
  report.add(
    "DEED_KWALA_ASSUMED",
    tree.span,
    "the target sees your vault as the sender, no other wallet",
    {
      hint: "each owner has one vault; give it the rights that this wallet had",
    },
  );
}

/** A function's declaration; what stands behind its parameters says nothing about the call. */
function readFunction(tree: Tree, fields: KwalaFields, report: Report): Declaration | null {
  if (refusePlaceholder(tree, "text", report)) return null;
  const written = wordOf(tree) ?? "";
  const bare = /^(?:function\s+)?([A-Za-z_$][A-Za-z0-9_$]*)$/.exec(written)?.[1];
  const text = bare === undefined ? withoutTail(written) : fromAbi(bare, tree, fields, report);
  if (text === null) return null;
  const declaration = parseDeclaration(text, "function");
  if (!("problem" in declaration)) return declaration;
  const { problem, message, span } = declaration;
  const code = problem === "type" ? "DEED_ABI_TYPE" : "DEED_SIGNATURE";
  report.add(code, spanInside(tree as ScalarTree, span.start, span.end), message);
  return null;
}

function withoutTail(text: string): string {
  return text.replace(
    /\)\s*(?:external|public|payable|view|pure|nonpayable|returns\b)[\s\S]*$/,
    ")",
  );
}

function fromAbi(name: string, tree: Tree, fields: KwalaFields, report: Report): string | null {
  const abi = readAbi(fields, "EncodedABI", report) ?? [];
  const found = abi.filter((entry) => entry.type === "function" && entry.name === name);
  const [first] = found;
  const signature = first === undefined || found.length > 1 ? null : signatureOf(first);
  if (signature !== null) return signature;
  const message =
    found.length > 1
      ? `the ABI has ${found.length} functions called '${name}'`
      : `'${name}' has no parameters here, and the ABI does not tell them`;
  report.add("DEED_KWALA_ABI", tree.span, message, {
    hint: `write them: function ${name}(address to, uint256 amount)`,
    ...(first === undefined ? { suggestion: `function ${name}()` } : {}),
  });
  return null;
}

function argumentsOf(
  tree: Tree,
  { parameters }: Declaration,
  scope: EventScope,
  report: Report,
): Tree {
  if (tree.kind !== "list") {
    report.add("DEED_WRONG_TYPE", tree.span, "'TargetParams' must be a list");
    return tree;
  }
  const items = tree.items.map((item, index) =>
    argument(item, parameters[index]?.type, scope, report),
  );
  return { ...tree, items };
}

/** Numbers and addresses stand in Kwala files with and without quotes: here they are text. */
function argument(tree: Tree, type: AbiType | undefined, scope: EventScope, report: Report): Tree {
  if (tree.kind === "list") {
    const item = type?.kind === "array" ? type.item : undefined;
    return { ...tree, items: tree.items.map((part) => argument(part, item, scope, report)) };
  }
  if (tree.kind === "map") {
    const wanted = type === undefined ? "a value" : `a value, ${canonicalType(type)}`;
    report.add(
      "DEED_ARGUMENT",
      tree.span,
      `'TargetParams' are values by position: this must be ${wanted}`,
    );
    return textAt(tree.span, "");
  }
  const { value } = tree;
  if (typeof value === "string") {
    if (refusePlaceholder(tree, type?.kind === "address" ? "address" : "text", report)) return tree;
    const isBool = type?.kind === "bool" && (value === "true" || value === "false");
    if (isBool) return booleanAt(tree.span, value === "true");
    return templateOf({ ...tree, value }, "argument", scope, report);
  }
  if (typeof value === "bigint") {
    const isText =
      type?.kind === "address" || type?.kind === "bytes" || type?.kind === "fixed-bytes";
    return textAt(tree.span, isText ? tree.raw : value.toString());
  }
  return typeof value === "number" ? textAt(tree.span, tree.raw) : tree;
}
