import type { Json } from "@deed/protocol/encoding";
import { isFields, placesOf, valueAt, withValue } from "./places.ts";
import type { Random } from "./random.ts";

interface Rewritten {
  readonly field: string;
  readonly how: string;
  readonly text: string;
}

/** Lists whose order says nothing (spec 11). */
const UNORDERED = ["headers", "receipts", "batches", "executions"];
/** Where the format knows its fields, and passes over others. */
const CLOSED = ["contracts", "receipts[]", "batches[]", "executions[]", "executions[].occurrence"];

/** The same run in another file. */
export function rewrite(run: Json, random: Random): Rewritten {
  return random.pick([spaced, reordered, escaped, shuffled, doubled, extended])(run, random);
}

function spaced(run: Json): Rewritten {
  return { field: "the file", how: "with spaces", text: JSON.stringify(run, null, 2) };
}

function reordered(run: Json): Rewritten {
  const turned = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(turned);
    if (!isFields(value)) return value;
    const entries = Object.entries(value).reverse();
    return Object.fromEntries(entries.map(([name, inner]) => [name, turned(inner)]));
  };
  return {
    field: "the file",
    how: "with its keys turned round",
    text: JSON.stringify(turned(run)),
  };
}

function escaped(run: Json): Rewritten {
  const text = JSON.stringify(run).replaceAll(':"0x', ':"\\u0030x');
  return { field: "the file", how: "with letters escaped", text };
}

function shuffled(run: Json, random: Random): Rewritten {
  const lists = UNORDERED.filter((name) => (valueAt(run, [name]) as readonly Json[]).length > 1);
  const field = random.pick(lists);
  const items = [...(valueAt(run, [field]) as readonly Json[])].reverse();
  const text = JSON.stringify(withValue(run, [field], items));
  return { field, how: "in another order", text };
}

function doubled(run: Json, random: Random): Rewritten {
  const field = random.pick(["headers", "receipts", "batches"]);
  const items = valueAt(run, [field]) as readonly Json[];
  const text = JSON.stringify(withValue(run, [field], [...items, random.pick(items)]));
  return { field, how: "with one twice", text };
}

function extended(run: Json, random: Random): Rewritten {
  const field = random.pick(["", ...CLOSED]);
  const path = field === "" ? [] : random.pick(placesOf(run).get(field) ?? [[]]);
  const fields = { ...(valueAt(run, path) as object), note: "unknown to the format" };
  const text = JSON.stringify(withValue(run, path, fields));
  return { field: field === "" ? "the file" : field, how: "with a field more", text };
}
