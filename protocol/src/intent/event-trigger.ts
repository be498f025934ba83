import { keccakText } from "../encoding/index.ts";
import type { EventParameter, EventTrigger } from "../plan/plan.ts";
import { canonicalType } from "./abi/abi-type.ts";
import { type Declaration, nameAt, parseDeclaration } from "./abi/declaration.ts";
import { readAddress } from "./address.ts";
import { type ChainIds, readChain } from "./chain.ts";
import { readCondition } from "./computed.ts";
import { readChoice, readFields, readText } from "./reader.ts";
import type { Report } from "./report.ts";
import { spanInside, type Tree } from "./tree.ts";

/** Compiles `event`. */
export function readEvent(tree: Tree, chains: ChainIds, report: Report): EventTrigger | null {
  const shape = {
    required: ["contract", "event"],
    optional: ["chain", "where", "confidence"],
  };
  const fields = readFields(tree, "'event'", shape, report);
  if (fields === null) return null;
  const chainId = readChain(fields.get("chain"), chains, report);
  const contractTree = fields.get("contract");
  const contract =
    contractTree === undefined ? null : readAddress(contractTree, "'contract'", report);
  const declarationTree = fields.get("event");
  const declaration =
    declarationTree === undefined ? null : readDeclaration(declarationTree, "event", report);
  const confidenceTree = fields.get("confidence");
  const confidence =
    confidenceTree === undefined
      ? ("finalized" as const)
      : readChoice(confidenceTree, "'confidence'", ["latest", "safe", "finalized"], report);
  if (declaration === null) return null;
  const trigger = {
    kind: "event",
    chainId: chainId ?? 0,
    contract: contract ?? "0x",
    signature: declaration.signature,
    topic0: keccakText(declaration.signature),
    parameters: eventParameters(declaration),
    where: null,
    confidence: confidence ?? "finalized",
  } as const;
  const whereTree = fields.get("where");
  if (whereTree === undefined) return trigger;
  const where = readCondition(whereTree, "'where'", { trigger, steps: [], reader: -1 }, report);
  return { ...trigger, where: where?.source ?? null };
}

function eventParameters({ parameters }: Declaration): readonly EventParameter[] {
  return parameters.map((parameter, index) => ({
    name: nameAt(parameter, index),
    type: canonicalType(parameter.type),
    indexed: parameter.indexed,
  }));
}

/** Parses a declaration; what is wrong with it is reported at its place. */
export function readDeclaration(
  tree: Tree,
  keyword: "event" | "function",
  report: Report,
): Declaration | null {
  const text = readText(tree, `'${keyword}'`, report);
  if (text === null) return null;
  const declaration = parseDeclaration(text.value, keyword);
  if (!("problem" in declaration)) return declaration;
  const { problem, message, span } = declaration;
  const code = problem === "type" ? "DEED_ABI_TYPE" : "DEED_SIGNATURE";
  report.add(code, spanInside(text, span.start, span.end), message);
  return null;
}
