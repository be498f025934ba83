import { isHex } from "../encoding/hex.ts";
import type { ExportedRun } from "./run.ts";

type Fields = { readonly [name: string]: unknown };
type Shape = (value: unknown) => boolean;

/** Reads an exported run; answers with the name of the first part that is not as it should be. */
export function parseRun(
  value: unknown,
):
  | { readonly kind: "run"; readonly run: ExportedRun }
  | { readonly kind: "malformed"; readonly part: string } {
  if (!isFields(value)) return { kind: "malformed", part: "run" };
  if (value["run"] !== "deed.run.1") return { kind: "malformed", part: "version" };
  const part = Object.keys(RUN).find((name) => !RUN[name]!(value[name]));
  if (part !== undefined) return { kind: "malformed", part };
  return { kind: "run", run: value as unknown as ExportedRun };
}

const text: Shape = (value) => typeof value === "string";
const count: Shape = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const hex: Shape = (value) => isHex(value);
const word: Shape = (value) => isHex(value, 32);
const address: Shape = (value) => isHex(value, 20);
const present: Shape = (value) => value !== undefined;

const listOf =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every((item) => shape(item));

const fieldsOf =
  (shapes: { readonly [name: string]: Shape }): Shape =>
  (value) =>
    isFields(value) && Object.entries(shapes).every(([name, shape]) => shape(value[name]));

const PAYLOADS: { readonly [kind: string]: Shape } = {
  event: fieldsOf({
    chainId: count,
    contract: address,
    blockNumber: count,
    blockHash: word,
    txHash: word,
    logOrdinal: count,
    event: isFields,
  }),
  interval: fieldsOf({ ordinal: count }),
  manual: fieldsOf({
    ordinal: count,
    input: present,
    firedAtSec: count,
    validUntilSec: count,
    signature: hex,
  }),
};

const payload: Shape = (value) => {
  const kind = isFields(value) ? value["kind"] : undefined;
  return typeof kind === "string" && Object.hasOwn(PAYLOADS, kind) && PAYLOADS[kind]!(value);
};

const RUN: { readonly [name: string]: Shape } = {
  chainId: count,
  contracts: fieldsOf({
    intents: address,
    executions: address,
    registry: address,
    beacon: address,
    disputes: address,
    gateway: address,
  }),
  headers: listOf(hex),
  receipts: listOf(
    fieldsOf({
      blockNumber: count,
      blockHash: word,
      transactionIndex: count,
      receipt: hex,
      proof: listOf(hex),
    }),
  ),
  // Inside, a plan is what its signed root says.
  plans: (value) =>
    isFields(value) &&
    Object.entries(value).every(
      ([intentHash, plan]) => word(intentHash) && isFields(plan) && listOf(isFields)(plan["steps"]),
    ),
  batches: listOf(fieldsOf({ batchNo: count, itemsRoot: word })),
  executions: listOf(
    fieldsOf({
      executionId: word,
      intentHash: word,
      batchNo: count,
      index: count,
      itemPath: listOf(word),
      occurrence: fieldsOf({ executionId: word, occurrenceId: word, nowSec: count, payload }),
      bundle: text,
    }),
  ),
};

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
