import type { TriggerKind } from "../encoding/execution-id.ts";
import type { Json } from "../encoding/json.ts";

/** An unsigned 256-bit integer inside an expression. */
export class Uint256 {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/** A signed 256-bit integer inside an expression. */
export class Int256 {
  readonly value: bigint;
  constructor(value: bigint) {
    this.value = value;
  }
}

/**
 * What expressions compute with. A `bigint` is CEL's `int` (64 bits), a `number` is a `double`: it may be
 * compared, but has no text, because engines and languages do not agree on one.
 */
export type Value =
  | null
  | boolean
  | string
  | bigint
  | number
  | Uint256
  | Int256
  | readonly Value[]
  | ValueMap;

export interface ValueMap {
  readonly [key: string]: Value;
}

export type Kind =
  | "null"
  | "bool"
  | "string"
  | "int"
  | "double"
  | "uint256"
  | "int256"
  | "list"
  | "map";

/** Names that an expression may start from. */
export const SCOPE_ROOTS = ["now", "event", "trigger", "input", "steps"] as const;
export type ScopeRoot = (typeof SCOPE_ROOTS)[number];

/** What an expression sees. Roots that the trigger does not have are absent. */
export interface Scope {
  /** t0 of the occurrence, in seconds. */
  readonly now: bigint;
  /** Event triggers: the parameters by name, typed by their ABI types (`eventValue`). */
  readonly event?: ValueMap;
  /** The occurrence itself: see `TRIGGER_FIELDS`. */
  readonly trigger?: ValueMap;
  /** Manual triggers: the signed input. */
  readonly input?: Value;
  /** Earlier steps by id: see `STEP_FIELDS`. */
  readonly steps: { readonly [id: string]: ValueMap };
}

/** Fields of `trigger` by the trigger's kind. */
export const TRIGGER_FIELDS: {
  readonly [kind in TriggerKind | "composite"]: { readonly [field: string]: Kind };
} = {
  event: {
    kind: "string",
    chainId: "int",
    contract: "string",
    blockNumber: "int",
    blockHash: "string",
    txHash: "string",
    logOrdinal: "int",
  },
  interval: { kind: "string", ordinal: "int" },
  manual: { kind: "string", ordinal: "int" },
  cron: { kind: "string", ordinal: "int" },
  block: { kind: "string", ordinal: "int", blockHash: "string" },
  start: { kind: "string", ordinal: "int" },
  composite: { kind: "string", phase: "string" },
};

/**
 * Fields of `steps.<id>` by the step's kind. `outcome` is `ok`, `skipped`, `failed`, `indeterminate` or
 * `stopped`; the others stand there only when it is `ok`. An HTTP body is JSON where the response says so
 * (`application/json`, `…+json`) and it parses, else text.
 */
export const STEP_FIELDS: {
  readonly [kind in "http" | "call" | "script"]: { readonly [field: string]: Kind | "dyn" };
} = {
  http: { outcome: "string", status: "int", headers: "map", body: "dyn" },
  call: {
    outcome: "string",
    txHash: "string",
    blockNumber: "int",
    blockHash: "string",
    returned: "string",
  },
  script: { outcome: "string", value: "dyn" },
};

/** The kind of a value, as error messages name it. */
export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    case "bigint":
      return "int";
    case "number":
      return "double";
    default:
      if (value === null) return "null";
      if (value instanceof Uint256) return "uint256";
      if (value instanceof Int256) return "int256";
      return Array.isArray(value) ? "list" : "map";
  }
}

/** JSON as values: integers up to 2^53 are `int`, other numbers `double`, the rest as it stands. */
export function valueOfJson(json: Json): Value {
  if (typeof json === "number") return Number.isSafeInteger(json) ? BigInt(json) : json;
  if (json === null || typeof json !== "object") return json;
  if (isJsonList(json)) return json.map(valueOfJson);
  return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, valueOfJson(item)]));
}

/** The kind that an ABI type has in expressions. Addresses and bytes are lower-case hexadecimal text. */
export function kindOfAbiType(type: string): Kind {
  if (type.endsWith("]")) return "list";
  if (type === "bool") return "bool";
  if (type.startsWith("uint")) return "uint256";
  if (type.startsWith("int")) return "int256";
  return "string";
}

/**
 * A decoded ABI value (integers as decimal text, spec 03) as an expression sees it. What does not fit its
 * type stays what it is: an operation on it then fails, alike on every node.
 */
export function abiValue(type: string, json: Json): Value {
  if (isJsonList(json)) {
    const item = type.slice(0, type.lastIndexOf("["));
    return json.map((element) => abiValue(item, element));
  }
  const kind = kindOfAbiType(type);
  const isInteger = /^-?[0-9]{1,78}$/.test(String(json)) && typeof json !== "boolean";
  if (kind === "uint256" && isInteger) return new Uint256(BigInt(String(json)));
  if (kind === "int256" && isInteger) return new Int256(BigInt(String(json)));
  return valueOfJson(json);
}

/**
 * The `event` root: an occurrence's decoded parameters, typed. An indexed parameter of a dynamic type is
 * known by its hash only and is text.
 */
export function eventValue(
  parameters: readonly {
    readonly name: string;
    readonly type: string;
    readonly indexed: boolean;
  }[],
  event: { readonly [name: string]: Json },
): ValueMap {
  return Object.fromEntries(
    parameters.map(({ name, type }) => [name, abiValue(type, event[name] ?? null)]),
  );
}

function isJsonList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
