import type { Hex, Json } from "@deed/protocol/encoding";

/** A JSON Schema; only the keywords that the functions below write. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** What a value on the wire looks like: a schema for servers and documents, a check for clients. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  accepts(value: unknown): value is T;
}

type Shapes<T> = { readonly [Field in keyof T]-?: Shape<T[Field]> };

/** An object with at least these fields. A shape must name every field of its type. */
export function fields<T extends object>(shapes: Shapes<T>): Shape<T> {
  return objectShape(shapes, true);
}

/** An object with exactly these fields, for requests: what nobody reads is a mistake. */
export function exactly<T extends object>(shapes: Shapes<T>): Shape<T> {
  return objectShape(shapes, false);
}

function objectShape<T extends object>(shapes: Shapes<T>, additionalProperties: boolean): Shape<T> {
  const entries = Object.entries(shapes) as [string, Shape<unknown>][];
  const names = entries.map(([name]) => name);
  return shapeOf(
    {
      type: "object",
      required: names,
      properties: Object.fromEntries(entries.map(([name, { schema }]) => [name, schema])),
      additionalProperties,
    },
    (value) => {
      if (!isObject(value)) return false;
      if (!additionalProperties && !Object.keys(value).every((name) => names.includes(name))) {
        return false;
      }
      return entries.every(([name, shape]) => shape.accepts(value[name]));
    },
  );
}

export function listOf<T>(item: Shape<T>, maxItems = 100_000): Shape<readonly T[]> {
  return shapeOf(
    { type: "array", items: item.schema, maxItems },
    (value) =>
      Array.isArray(value) && value.length <= maxItems && value.every((one) => item.accepts(one)),
  );
}

/** An object from any names to values of one shape. */
export function mapOf<T>(item: Shape<T>): Shape<{ readonly [name: string]: T }> {
  return shapeOf(
    { type: "object", additionalProperties: item.schema },
    (value) => isObject(value) && Object.values(value).every((one) => item.accepts(one)),
  );
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
  return shapeOf(
    { anyOf: [shape.schema, { type: "null" }] },
    (value) => value === null || shape.accepts(value),
  );
}

export function oneOf<T extends string>(values: readonly T[]): Shape<T> {
  return shapeOf({ type: "string", enum: values }, (value) => values.includes(value as T));
}

/** Text of at most so many UTF-16 units. */
export function textTo(maxLength: number): Shape<string> {
  return shapeOf(
    { type: "string", maxLength },
    (value) => typeof value === "string" && value.length <= maxLength,
  );
}

export const text: Shape<string> = shapeOf(
  { type: "string" },
  (value) => typeof value === "string",
);
export const flag: Shape<boolean> = shapeOf(
  { type: "boolean" },
  (value) => typeof value === "boolean",
);
/** A number from 0 to 2^53 − 1. */
export const count: Shape<number> = shapeOf(
  { type: "integer", minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
);
/** Any JSON. */
export const json: Shape<Json> = shapeOf({}, (value) => value !== undefined);
export const word: Shape<Hex> = pattern("^0x[0-9a-f]{64}$");
export const address: Shape<Hex> = pattern("^0x[0-9a-f]{40}$");
export const hexBytes: Shape<Hex> = pattern("^0x(?:[0-9a-f]{2})*$");
/** Numbers beyond 2^53, in decimal. */
export const decimal: Shape<string> = pattern("^(?:0|[1-9][0-9]{0,77})$");

function pattern<T extends string>(source: string): Shape<T> {
  const expression = new RegExp(source);
  return shapeOf(
    { type: "string", pattern: source },
    (value) => typeof value === "string" && expression.test(value),
  );
}

function shapeOf<T>(schema: JsonSchema, accepts: (value: unknown) => boolean): Shape<T> {
  return { schema, accepts: (value): value is T => accepts(value) };
}

function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
