import type { Hex, Json } from "@deed/protocol/encoding";
import {
  compileExpression,
  type EventParameter,
  type EventTrigger,
  ExpressionError,
  eventValue,
} from "@deed/protocol/plan";
import { type AbiParameter, encodeAbiParameters, keccak256, parseAbiParameters, toHex } from "viem";
import type { StubLog } from "./stub-chain.ts";

/** An event as a chain would emit it. */
export interface MadeUpEvent {
  readonly log: StubLog;
  /** What `re.event(n)` stands for, by n. */
  readonly texts: readonly string[];
}

interface MadeUpValue {
  readonly value: unknown;
  readonly json: Json;
}

const MOST_TRIES = 20_000;

/**
 * Makes up an event that a trigger wants. @param seed Another one for another event.
 * @returns null when no parameters were found that its `where` takes.
 */
export function madeUpEvent(trigger: EventTrigger, seed: number): MadeUpEvent | null {
  const { parameters, contract, signature } = trigger;
  const types = parameters.length === 0 ? [] : parseAbiParameters(typesOf(parameters));
  const choices = types.map((type) => choicesOf(type, trigger.where ?? "", seed));
  for (const values of combinations(choices, MOST_TRIES)) {
    if (!isWanted(trigger, values)) continue;
    const placed = parameters.map(({ indexed }, at) => ({
      indexed,
      type: types[at] as AbiParameter,
      value: values[at]?.value,
    }));
    const others = placed.filter(({ indexed }) => !indexed);
    const topics = placed.filter(({ indexed }) => indexed).map(topicOf);
    const data = encodeAbiParameters(
      others.map(({ type }) => type),
      others.map(({ value }) => value),
    );
    const texts = values.map(({ json }, at) =>
      isHashed(parameters[at]) ? String(topicAt(topics, parameters, at)) : textOf(json),
    );
    return { log: { contract, signature, topics, data }, texts };
  }
  return null;
}

function typesOf(parameters: readonly EventParameter[]): string {
  return parameters.map(({ type }, at) => `${type} p${at}`).join(", ");
}

/** An indexed parameter of a dynamic type is there as its hash alone. */
function isHashed(parameter: EventParameter | undefined): boolean {
  const type = parameter?.type ?? "";
  return parameter?.indexed === true && /^(string|bytes)$|[\])]$/.test(type);
}

function topicAt(topics: readonly Hex[], parameters: readonly EventParameter[], at: number) {
  return topics[parameters.slice(0, at).filter(({ indexed }) => indexed).length];
}

function topicOf({ type, value }: { readonly type: AbiParameter; readonly value: unknown }): Hex {
  if (type.type === "string") return keccak256(toHex(String(value)));
  if (type.type === "bytes") return keccak256(value as Hex);
  const encoded = encodeAbiParameters([type], [value]);
  // Of lists and tuples any word does: nobody here looks behind the hash.
  return encoded.length === 66 ? encoded : keccak256(encoded);
}

function isWanted({ where, parameters }: EventTrigger, values: readonly MadeUpValue[]): boolean {
  if (where === null) return true;
  const event = Object.fromEntries(
    parameters.map(({ name }, at) => [name, values[at]?.json ?? null]),
  );
  try {
    const scope = { now: 0n, event: eventValue(parameters, event), steps: {} };
    return compileExpression(where).evaluate(scope) === true;
  } catch (error) {
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/** Values that a parameter may have, those that the condition speaks of included. */
function choicesOf(type: AbiParameter, where: string, seed: number): readonly MadeUpValue[] {
  const plain = madeUpValue(type, seed);
  if (/^u?int/.test(type.type) && !type.type.endsWith("]")) {
    const named = [...where.matchAll(/(?<![\w.])\d+/g)].map(([digits]) => BigInt(digits));
    const around = named.flatMap((value) => [value, value + 1n, value - 1n]);
    return [plain, ...around.filter((value) => value >= 0n).map(integer)];
  }
  if (type.type === "bool") return [plain, flag(plain.value !== true)];
  const texts = [...where.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, a, b]) => a ?? b ?? "");
  const isOne = (text: string): boolean =>
    type.type === "address"
      ? /^0x[0-9a-f]{40}$/i.test(text)
      : text.length === String(plain.value).length;
  const named = type.type === "string" ? texts : texts.filter(isOne);
  return type.type.endsWith("]") || type.type.startsWith("tuple")
    ? [plain]
    : [plain, ...named.map((text) => ({ value: text, json: text }))];
}

const integer = (value: bigint): MadeUpValue => ({ value, json: value.toString() });
const flag = (value: boolean): MadeUpValue => ({ value, json: value });

function madeUpValue(type: AbiParameter, seed: number): MadeUpValue {
  const list = /^(.*)\[(\d*)\]$/.exec(type.type);
  if (list !== null) {
    const [, inner = "", size = ""] = list;
    const length = size === "" ? 1 : Number(size);
    const one = madeUpValue({ ...type, type: inner } as AbiParameter, seed);
    return listOf(Array.from({ length }, () => one));
  }
  if ("components" in type) return listOf(type.components.map((part) => madeUpValue(part, seed)));
  if (/^u?int/.test(type.type)) return integer(BigInt(seed % 100));
  if (type.type === "bool") return flag(true);
  if (type.type === "string") return { value: `text ${seed}`, json: `text ${seed}` };
  const bytes = type.type === "address" ? 20 : Number(type.type.slice("bytes".length)) || 8;
  const hex = `0x${seed
    .toString(16)
    .padStart(2 * bytes, "0")
    .slice(-2 * bytes)}`;
  return { value: hex, json: hex };
}

function listOf(values: readonly MadeUpValue[]): MadeUpValue {
  return { value: values.map(({ value }) => value), json: values.map(({ json }) => json) };
}

function textOf(json: Json): string {
  return typeof json === "string" ? json : JSON.stringify(json);
}

/** All ways to take one of each, no more than `most`. */
function* combinations<Value>(
  choices: readonly (readonly Value[])[],
  most: number,
): Generator<readonly Value[]> {
  const sizes = choices.map(({ length }) => length);
  const all = sizes.reduce((product, size) => product * size, 1);
  for (let place = 0; place < Math.min(all, most); place += 1) {
    let rest = place;
    yield choices.map((choice) => {
      const taken = choice[rest % choice.length] as Value;
      rest = Math.floor(rest / choice.length);
      return taken;
    });
  }
}
