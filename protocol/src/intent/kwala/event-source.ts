import type { Report } from "../report.ts";
import type { Span, Tree } from "../tree.ts";
import { type AbiEntry, readAbiJson } from "./abi-json.ts";
import { integerAt, mapAt, textAt } from "./build.ts";
import { declarationOf, type KnownEvent, readKwalaEvent, unnamed } from "./event-parameters.ts";
import { type Filter, readFilter, whereOf } from "./filter.ts";
import type { KwalaFields } from "./keys.ts";
import { refusePlaceholder, wordOf } from "./value.ts";

/** What a workflow listens to. */
export interface EventSource {
  readonly span: Span;
  readonly chainId: number;
  readonly contract: string;
  readonly event: KnownEvent;
  readonly filter: Filter | null;
  readonly places: {
    readonly chain: Span;
    readonly contract: Span;
    readonly event: Span;
    readonly where: Span;
  };
}

export type SourcePrefix = "Trigger" | "Recurring";

/** Reads the five keys that name an event; null when the report says why not. */
export function readEventSource(
  prefix: SourcePrefix,
  fields: KwalaFields,
  report: Report,
): EventSource | null {
  const nameTree = fields.used(`${prefix}EventName`);
  const chain = readChainId(fields, `${prefix}ChainID`, "an event", report);
  const contract = readContract(fields, `${prefix}SourceContract`, "an event", report);
  if (nameTree === undefined) {
    reportMissing(`${prefix}EventName`, "an event trigger", fields, report);
    return null;
  }
  if (refusePlaceholder(nameTree, "text", report)) return null;
  const event = readKwalaEvent(nameTree, abisFor(prefix, fields, report), report);
  if (event === null || chain === null || contract === null) return null;
  const filterTree = fields.used(`${prefix}EventFilter`);
  const filter = filterTree === undefined ? null : readFilter(filterTree, event, report);
  const places = {
    chain: chain.span,
    contract: contract.span,
    event: nameTree.span,
    where: filterTree?.span ?? nameTree.span,
  };
  const span = fields.keySpan(`${prefix}EventName`);
  return { span, chainId: chain.value, contract: contract.value, event, filter, places };
}

/** The native `event`. */
export function eventTree({ span, chainId, contract, event, filter, places }: EventSource): Tree {
  return mapAt(span, {
    chain: integerAt(places.chain, chainId),
    contract: textAt(places.contract, contract),
    event: textAt(places.event, declarationOf(event)),
    where: filter === null ? undefined : textAt(places.where, whereOf(filter, event)),
  });
}

/** The same source with its parameters called by their positions. */
export function withoutNames(source: EventSource): EventSource {
  return { ...source, event: { ...source.event, parameters: unnamed(source.event.parameters) } };
}

export function isSameSource(left: EventSource, right: EventSource): boolean {
  return (
    left.chainId === right.chainId &&
    left.contract.toLowerCase() === right.contract.toLowerCase() &&
    left.filter === right.filter &&
    declarationOf(left.event) === declarationOf(right.event)
  );
}

/** A chain's id. Null when the report says why not. */
export function readChainId(
  fields: KwalaFields,
  key: string,
  reader: string,
  report: Report,
): { readonly value: number; readonly span: Span } | null {
  const tree = fields.used(key);
  const word = tree === undefined ? null : wordOf(tree);
  if (tree === undefined || word === null) {
    reportMissing(key, reader, fields, report);
    return null;
  }
  if (/^[1-9][0-9]{0,14}$/.test(word)) return { value: Number(word), span: tree.span };
  if (refusePlaceholder(tree, "text", report)) return null;
  const hint = "a number, for example 11155111";
  report.add("DEED_WRONG_TYPE", tree.span, `'${key}' must be a chain's id`, { hint });
  return null;
}

/** A contract's address as text. Kwala's own chain writes them without 0x. */
export function readContract(
  fields: KwalaFields,
  key: string,
  reader: string,
  report: Report,
): { readonly value: string; readonly span: Span } | null {
  const tree = fields.used(key);
  const word = tree === undefined ? null : wordOf(tree);
  if (tree === undefined || word === null) {
    reportMissing(key, reader, fields, report);
    return null;
  }
  if (/^(0x)?[0-9a-fA-F]{40}$/.test(word)) {
    return { value: word.startsWith("0x") ? word : `0x${word}`, span: tree.span };
  }
  if (refusePlaceholder(tree, "address", report)) return null;
  const hint = '"0x" and 40 hexadecimal digits';
  report.add("DEED_ADDRESS", tree.span, `'${key}' is not an address`, { hint });
  return null;
}

/** A key that is needed here and is not there, or `NA`. */
export function reportMissing(
  key: string,
  reader: string,
  fields: KwalaFields,
  report: Report,
): void {
  const tree = fields.tree(key);
  if (tree === undefined) {
    report.add("DEED_MISSING_KEY", fields.keySpan(key), `${reader} needs '${key}'`);
    return;
  }
  const span = tree.span.end > tree.span.start ? tree.span : fields.keySpan(key);
  report.add(
    "DEED_KWALA_NA",
    span,
    `${reader} needs '${key}': NA and nothing mean that it is unused`,
  );
}

/** The ABIs that may know an event of one source: its own, then the mirror's. */
function abisFor(
  prefix: SourcePrefix,
  fields: KwalaFields,
  report: Report,
): readonly (readonly AbiEntry[])[] {
  const other = prefix === "Trigger" ? "Recurring" : "Trigger";
  return [`${prefix}SourceContractABI`, `${other}SourceContractABI`].flatMap((key) => {
    const abi = readAbi(fields, key, report);
    return abi === null ? [] : [abi];
  });
}

/** An ABI of the file; one that cannot be read is a warning: what it would tell may stand elsewhere. */
export function readAbi(
  fields: KwalaFields,
  key: string,
  report: Report,
): readonly AbiEntry[] | null {
  const tree = fields.used(key);
  if (tree === undefined || refusePlaceholder(tree, "text", report)) return null;
  const word = wordOf(tree);
  const abi = word === null ? "it is not text" : readAbiJson(word);
  if (typeof abi !== "string") return abi;
  const hint = "base64 of the contract's ABI in JSON, or that JSON as text";
  report.add("DEED_KWALA_ABI_UNREADABLE", tree.span, `'${key}' is not used: ${abi}`, { hint });
  return null;
}
