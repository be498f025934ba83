import type { Report } from "../report.ts";
import { nearest } from "../suggest.ts";
import type { Entry, MapTree, Span, Tree } from "../tree.ts";
import { isUnused } from "./value.ts";

export const TOP_KEYS = ["Name", "Trigger", "Actions", "Execution"] as const;

const SOURCE_KEYS = [
  "SourceContract",
  "ChainID",
  "EventName",
  "EventFilter",
  "SourceContractABI",
  "Price",
] as const;

export const TRIGGER_KEYS: readonly string[] = [
  ...SOURCE_KEYS.map((key) => `Trigger${key}`),
  ...SOURCE_KEYS.map((key) => `Recurring${key}`),
  "ExecuteAfter",
  "RepeatEvery",
  "IntervalSeconds",
  "ExpiresIn",
  "Meta",
  "ActionStatusNotificationPOSTURL",
  "ActionStatusNotificationAPIKey",
];

export const ACTION_KEYS: readonly string[] = [
  "Name",
  "Type",
  "SmartWallet",
  "APIEndpoint",
  "APIPayload",
  "TargetContract",
  "TargetFunction",
  "TargetParams",
  "ChainID",
  "EncodedABI",
  "Bytecode",
  "EncodedGoContract",
  "InitializationArgs",
  "Metadata",
  "RetriesUntilSuccess",
];

/** A mapping of the dialect: its name in messages, its keys, other names for them, and where others belong. */
export interface KwalaShape {
  readonly what: string;
  readonly keys: readonly string[];
  /** By their small letters. */
  readonly otherNames: { readonly [name: string]: string };
  /** Keys that belong elsewhere, and where. */
  readonly elsewhere: readonly { readonly keys: readonly string[]; readonly where: string }[];
}

export const TOP_SHAPE: KwalaShape = {
  what: "a Kwala workflow",
  keys: TOP_KEYS,
  otherNames: {
    triggers: "Trigger",
    on: "Trigger",
    action: "Actions",
    steps: "Actions",
  },
  elsewhere: [
    { keys: TRIGGER_KEYS, where: "under 'Trigger'" },
    { keys: ["Mode"], where: "under 'Execution'" },
    { keys: ACTION_KEYS, where: "in an entry of 'Actions'" },
  ],
};

export const TRIGGER_SHAPE: KwalaShape = {
  what: "'Trigger'",
  keys: TRIGGER_KEYS,
  otherNames: {
    eventsignature: "TriggerEventName",
    eventname: "TriggerEventName",
    event: "TriggerEventName",
    contractaddress: "TriggerSourceContract",
    contract: "TriggerSourceContract",
    sourcecontract: "TriggerSourceContract",
    address: "TriggerSourceContract",
    chainid: "TriggerChainID",
    chain: "TriggerChainID",
    abi: "TriggerSourceContractABI",
    filter: "TriggerEventFilter",
    eventfilter: "TriggerEventFilter",
    price: "TriggerPrice",
    interval: "RepeatEvery",
    cron: "RepeatEvery",
    schedule: "RepeatEvery",
    expires: "ExpiresIn",
    expiry: "ExpiresIn",
  },
  elsewhere: [{ keys: ["Mode"], where: "under 'Execution'" }],
};

export const ACTION_SHAPE: KwalaShape = {
  what: "an action",
  keys: ACTION_KEYS,
  otherNames: {
    url: "APIEndpoint",
    endpoint: "APIEndpoint",
    body: "APIPayload",
    payload: "APIPayload",
    contract: "TargetContract",
    address: "TargetContract",
    to: "TargetContract",
    function: "TargetFunction",
    method: "TargetFunction",
    params: "TargetParams",
    parameters: "TargetParams",
    args: "TargetParams",
    arguments: "TargetParams",
    chain: "ChainID",
    abi: "EncodedABI",
    retries: "RetriesUntilSuccess",
    retry: "RetriesUntilSuccess",
    wallet: "SmartWallet",
  },
  elsewhere: [
    { keys: ["Mode"], where: "under 'Execution'" },
    { keys: TRIGGER_KEYS, where: "under 'Trigger'" },
  ],
};

export const EXECUTION_SHAPE: KwalaShape = {
  what: "'Execution'",
  keys: ["Mode"],
  otherNames: { type: "Mode", order: "Mode" },
  elsewhere: [],
};

/** The values of a mapping by their proper keys. */
export interface KwalaFields {
  readonly span: Span;
  /** As it stands there, also `NA`. */
  tree(key: string): Tree | undefined;
  /** Undefined when it is not used. */
  used(key: string): Tree | undefined;
  /** The key's place; the mapping's first key for one that is missing. */
  keySpan(key: string): Span;
}

/**
 * Reports unknown keys. Ones that are known by another name are reported and read all the same, so that the rest
 * is judged too. @param strays Entries that stood elsewhere and belong here; they were reported there.
 */
export function readKeys(
  map: MapTree,
  shape: KwalaShape,
  report: Report,
  strays: readonly Entry[] = [],
): KwalaFields {
  const byKey = new Map<string, { readonly keySpan: Span; readonly value: Tree }>();
  const add = (key: string, { keySpan, value }: Entry): void => {
    if (!byKey.has(key)) byKey.set(key, { keySpan, value });
  };
  for (const entry of map.entries) {
    const { key, keySpan } = entry;
    const known = shape.keys.includes(key) ? key : judgeKey(key, keySpan, shape, report);
    if (known !== null) add(known, entry);
  }
  for (const stray of strays) if (shape.keys.includes(stray.key)) add(stray.key, stray);
  const first = map.entries[0]?.keySpan ?? map.span;
  return {
    span: map.span,
    tree: (key) => byKey.get(key)?.value,
    used: (key) => {
      const tree = byKey.get(key)?.value;
      return isUnused(tree) ? undefined : tree;
    },
    keySpan: (key) => byKey.get(key)?.keySpan ?? first,
  };
}

function judgeKey(key: string, span: Span, shape: KwalaShape, report: Report): string | null {
  const { what, keys, otherNames, elsewhere } = shape;
  const small = key.toLowerCase();
  const place = elsewhere.find((other) => other.keys.includes(key));
  if (place !== undefined && !Object.hasOwn(otherNames, small)) {
    const message = `'${key}' belongs ${place.where}, not here`;
    report.add("DEED_KWALA_PLACE", span, message, { hint: `indent it ${place.where}` });
    return null;
  }
  const sameLetters = keys.find((known) => known.toLowerCase() === small.replace(/[_-]/g, ""));
  if (sameLetters !== undefined) {
    report.add("DEED_KWALA_KEY", span, `this key is written '${sameLetters}'`, {
      suggestion: sameLetters,
    });
    return sameLetters;
  }
  const alias = Object.hasOwn(otherNames, small) ? (otherNames[small] as string) : null;
  const other = alias ?? nearest(key, keys);
  report.add("DEED_KWALA_KEY", span, `unknown key '${key}' in ${what}`, {
    suggestion: other,
    hint: other === undefined ? `take it out; known keys: ${keys.join(", ")}` : undefined,
  });
  return alias;
}
