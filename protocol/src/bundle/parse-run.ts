import { canonicalJson } from "../encoding/canonical-json.ts";
import { EncodingError } from "../encoding/encoding-error.ts";
import { isHex } from "../encoding/hex.ts";
import type { Json } from "../encoding/json.ts";
import {
  isFields,
  listOf,
  orNull,
  part,
  partsOf,
  Reading,
  type Shape,
  wholeListOf,
} from "./read-parts.ts";
import type { ExportedRun } from "./run.ts";

/** What a file that should be an exported run is. */
export type ParsedRun =
  | {
      readonly kind: "run";
      /** Without what is not whole; null when the contracts or the chain are missing. */
      readonly run: ExportedRun | null;
      /** Paths of what was left out, for example `executions[0].bundle`. */
      readonly missing: readonly string[];
    }
  /** Another kind of file, or one of its parts has a wrong form. */
  | { readonly kind: "malformed"; readonly part: string };

/**
 * Reads an exported run. What was left out is named, and nothing else: a part without one of its pieces is
 * as good as left out. What is there and has a wrong form makes it malformed.
 */
export function parseRun(value: unknown): ParsedRun {
  if (!isFields(value)) return { kind: "malformed", part: "run" };
  if (value["run"] !== "deed.run.1") return { kind: "malformed", part: "version" };
  const reading = new Reading();
  const chainId = count(value["chainId"], "chainId", reading);
  const contracts = CONTRACTS(value["contracts"], "contracts", reading);
  const lists = Object.entries(LISTS).map(([name, { shape, none }]) => {
    const read = shape(value[name], name, reading);
    return [name, read === undefined ? none : read];
  });
  if (reading.malformed !== null) return { kind: "malformed", part: reading.malformed };
  const { missing } = reading;
  if (chainId === undefined || contracts === undefined) return { kind: "run", run: null, missing };
  const run = { ...value, ...Object.fromEntries(lists), chainId, contracts };
  // Each field was read by its shape above; only the type does not follow from the table of shapes.
  return { kind: "run", run: run as unknown as ExportedRun, missing };
}

const text: Shape = part((value) => typeof value === "string");
const count: Shape = part((value) => Number.isSafeInteger(value) && (value as number) >= 0);
const hex: Shape = part((value) => isHex(value));
const word: Shape = part((value) => isHex(value, 32));
const address: Shape = part((value) => isHex(value, 20));
const fields: Shape = part(isFields);
/** Any JSON that was ever hashed: here null is a value, too. */
const json: Shape = (value, path, reading) => {
  if (value === undefined) return reading.lacks(path);
  return isCanonical(value) ? value : reading.refuses(path);
};

const PAYLOADS: { readonly [kind: string]: Shape } = {
  event: partsOf({
    chainId: count,
    contract: address,
    blockNumber: count,
    blockHash: word,
    txHash: word,
    logOrdinal: count,
    event: fields,
  }),
  interval: partsOf({ ordinal: count }),
  cron: partsOf({ ordinal: count }),
  start: partsOf({ ordinal: count }),
  block: partsOf({ ordinal: count, blockHash: word }),
  manual: partsOf({
    ordinal: count,
    input: json,
    firedAtSec: count,
    validUntilSec: count,
    signature: hex,
  }),
};

const PHASES: { readonly [kind: string]: Shape } = {
  event: PAYLOADS["event"]!,
  interval: partsOf({ ordinal: count }),
  cron: partsOf({ ordinal: count }),
  start: partsOf({ ordinal: count }),
  height: partsOf({ chainId: count, height: count, blockHash: word }),
};

/** One of several shapes, by the value's `kind`. */
function kindOf(shapes: { readonly [kind: string]: Shape }): Shape {
  return (value, path, reading) => {
    if (value === undefined || value === null) return reading.lacks(path);
    const kind = isFields(value) ? value["kind"] : undefined;
    const isKnown = typeof kind === "string" && Object.hasOwn(shapes, kind);
    return isKnown ? shapes[kind]!(value, path, reading) : reading.refuses(path);
  };
}

const phase: Shape = part((value) => value === "first" || value === "repeat");
const composite = partsOf({ phase, of: kindOf(PHASES) });
const payload: Shape = kindOf({ ...PAYLOADS, composite });

const CONTRACTS = partsOf({
  intents: address,
  executions: address,
  registry: address,
  beacon: address,
  disputes: address,
  gateway: address,
});

// Inside, a plan is what its signed root says.
const plans: Shape = (value, path, reading) => {
  if (value === undefined || value === null) return reading.lacks(path);
  if (!isFields(value)) return reading.refuses(path);
  const plan = partsOf({ steps: wholeListOf(fields) });
  const read = Object.entries(value).flatMap(([intentHash, given]) => {
    const place = `${path}.${intentHash}`;
    if (!isHex(intentHash, 32)) reading.refuses(place);
    const found = plan(given, place, reading);
    return found === undefined ? [] : [[intentHash, found] as const];
  });
  return Object.fromEntries(read);
};

function isCanonical(value: unknown): boolean {
  try {
    canonicalJson(value as Json);
    return true;
  } catch (error) {
    if (error instanceof EncodingError) return false;
    throw error;
  }
}

/** What a bundle's text is when it is not there. */
const leftOut = (value: unknown): boolean => value === "";

const LISTS: { readonly [name: string]: { readonly shape: Shape; readonly none: unknown } } = {
  headers: { shape: listOf(hex), none: [] },
  receipts: {
    shape: listOf(
      partsOf({
        blockNumber: count,
        blockHash: word,
        transactionIndex: count,
        receipt: hex,
        proof: wholeListOf(hex),
      }),
    ),
    none: [],
  },
  plans: { shape: plans, none: {} },
  batches: { shape: listOf(partsOf({ batchNo: count, itemsRoot: word })), none: [] },
  executions: {
    shape: listOf(
      partsOf({
        executionId: word,
        intentHash: word,
        batchNo: count,
        index: count,
        itemPath: wholeListOf(word),
        occurrence: partsOf({ executionId: word, occurrenceId: word, nowSec: count, payload }),
        bundle: orNull(text, leftOut),
      }),
    ),
    none: [],
  },
};
