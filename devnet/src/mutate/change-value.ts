import type { Json } from "@deed/protocol/encoding";
import { isFields } from "./places.ts";
import type { Random } from "./random.ts";

/** How a value was changed; `undefined` took it away. */
export interface Changed {
  readonly how: string;
  readonly value: Json | undefined;
}

type Change = (random: Random) => Changed;

/**
 * Another value in a value's place, as its kind allows.
 * @param others Values of the same field elsewhere, in this run or another one.
 */
export function changeValue(value: Json, others: readonly Json[], random: Random): Changed {
  return random.pick([...anyKind(value, others), ...ofKind(value)])(random);
}

function anyKind(value: Json, others: readonly Json[]): Change[] {
  const foreign = others.filter((other) => !holds(other, value));
  const isText = typeof value === "string";
  return [
    () => ({ how: "removed", value: undefined }),
    () => ({ how: "null", value: null }),
    () => ({ how: "of another type", value: isText ? [value] : JSON.stringify(value) }),
    ...(foreign.length === 0
      ? []
      : [(random: Random) => ({ how: "another's", value: random.pick(foreign) })]),
  ];
}

// The same, or all of it and more: a bigger export of the same ledger proves the smaller one as well.
function holds(other: Json, value: Json): boolean {
  if (isNamedByHash(other) && isNamedByHash(value)) {
    return Object.entries(value).every(
      ([name, inner]) => textOf(other[name] ?? null) === textOf(inner),
    );
  }
  if (!Array.isArray(other) || !Array.isArray(value)) return textOf(other) === textOf(value);
  const held = new Set((other as readonly Json[]).map(textOf));
  return (value as readonly Json[]).every((item) => held.has(textOf(item)));
}

/** As plans by their intents' hashes. */
function isNamedByHash(value: Json): value is { readonly [name: string]: Json } {
  if (!isFields(value)) return false;
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => /^0x[0-9a-f]{64}$/.test(name));
}

function textOf(value: Json): string {
  return JSON.stringify(value);
}

function ofKind(value: Json): Change[] {
  if (typeof value === "string") return /^0x[0-9a-f]*$/.test(value) ? ofHex(value) : ofText(value);
  if (typeof value === "number") return ofNumber(value);
  if (typeof value === "boolean") return [() => ({ how: "negated", value: !value })];
  if (Array.isArray(value)) return ofList(value as readonly Json[]);
  return isFields(value) ? ofFields(value) : [];
}

function ofHex(hex: string): Change[] {
  const digits = hex.length - 2;
  const shapes: Change[] = [
    () => ({ how: "a byte more", value: `${hex}00` }),
    () => ({ how: "in capitals", value: hex.toUpperCase() }),
  ];
  if (digits === 0) return shapes;
  const flip: Change = (random) => {
    const place = 2 + random.below(digits);
    const digit = Number.parseInt(hex[place]!, 16) ^ (1 << random.below(4));
    return {
      how: "one bit",
      value: hex.slice(0, place) + digit.toString(16) + hex.slice(place + 1),
    };
  };
  return [
    ...[flip, flip, flip, flip],
    ...shapes,
    () => ({ how: "a byte less", value: hex.slice(0, -2) }),
    () => ({ how: "zero", value: `0x${"0".repeat(digits)}` }),
  ];
}

function ofText(text: string): Change[] {
  return [
    () => ({ how: "longer", value: `${text} ` }),
    (random) => {
      const place = random.below(Math.max(1, text.length));
      const other = text[place] === "a" ? "b" : "a";
      return { how: "one letter", value: text.slice(0, place) + other + text.slice(place + 1) };
    },
  ];
}

function ofNumber(number: number): Change[] {
  return [
    () => ({ how: "one more", value: number + 1 }),
    () => ({ how: "one less", value: number - 1 }),
    (random) => ({ how: "far more", value: number + 2 ** random.below(40) }),
    () => ({ how: "broken", value: number + 0.5 }),
    () => ({ how: "beyond 2^53", value: 2 ** 60 + number }),
  ];
}

function ofList(items: readonly Json[]): Change[] {
  if (items.length === 0) return [() => ({ how: "with an entry", value: ["0x"] })];
  return [
    () => ({ how: "emptied", value: [] }),
    (random) => {
      const out = random.below(items.length);
      return { how: "less one", value: items.filter((_, index) => index !== out) };
    },
    (random) => ({ how: "with one twice", value: [...items, random.pick(items)] }),
    () => ({ how: "reversed", value: [...items].reverse() }),
  ];
}

function ofFields(fields: { readonly [name: string]: Json }): Change[] {
  const names = Object.keys(fields);
  const more: Change = () => ({ how: "with one more field", value: { ...fields, extra: 1 } });
  if (names.length === 0) return [more];
  return [
    more,
    (random) => {
      const renamed = random.pick(names);
      const entries = names.map((name) => [name === renamed ? `${name}x` : name, fields[name]!]);
      return { how: "with a field renamed", value: Object.fromEntries(entries) };
    },
    (random) => {
      const [one, two] = [random.pick(names), random.pick(names)];
      return {
        how: "with two swapped",
        value: { ...fields, [one]: fields[two]!, [two]: fields[one]! },
      };
    },
  ];
}
