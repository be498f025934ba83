import type { Json } from "@deed/protocol/encoding";
import { isFields } from "./places.ts";

/** How a part of an exported run counts (spec 11). */
type Form =
  /** As it stands. */
  | "whole"
  /** These fields; the format knows no others. */
  | { readonly fields: { readonly [name: string]: Form } }
  /** In any order, each once. */
  | { readonly set: Form };

const words = (...names: readonly string[]): { readonly [name: string]: Form } =>
  Object.fromEntries(names.map((name) => [name, "whole" as const]));

const RUN: Form = {
  fields: {
    ...words("run", "chainId", "plans"),
    contracts: {
      fields: words("intents", "executions", "registry", "beacon", "disputes", "gateway"),
    },
    headers: { set: "whole" },
    receipts: {
      set: { fields: words("blockNumber", "blockHash", "transactionIndex", "receipt", "proof") },
    },
    batches: { set: { fields: words("batchNo", "itemsRoot") } },
    executions: {
      set: {
        fields: {
          ...words("executionId", "intentHash", "batchNo", "index", "itemPath", "bundle"),
          // The payload is compared with the signed transcript as it stands.
          occurrence: { fields: words("executionId", "occurrenceId", "nowSec", "payload") },
        },
      },
    },
  },
};

/**
 * One text for all files that say the same: what the format does not know is left out, keys and what has no
 * order are sorted. Two files with one text are proven to be equivalent.
 */
export function meaningOf(run: Json): string {
  return textOf(reduced(run, RUN));
}

function reduced(value: Json, form: Form): Json {
  if (form === "whole") return value;
  if ("set" in form) {
    if (!Array.isArray(value)) return value;
    const texts = (value as readonly Json[]).map((item) => textOf(reduced(item, form.set)));
    return [...new Set(texts)].sort();
  }
  if (!isFields(value)) return value;
  const known = Object.entries(form.fields).filter(([name]) => Object.hasOwn(value, name));
  return Object.fromEntries(known.map(([name, inner]) => [name, reduced(value[name]!, inner)]));
}

// Sorted keys, any number: a mutated file may hold what canonical JSON has no form for.
function textOf(value: Json): string {
  if (Array.isArray(value)) return `[${(value as readonly Json[]).map(textOf).join(",")}]`;
  if (!isFields(value)) return JSON.stringify(value);
  const entries = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${textOf(value[name]!)}`);
  return `{${entries.join(",")}}`;
}
