import { join } from "node:path";
import { decodeRecord, nobleHasher } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anIntent } from "../roles/intent.testing.ts";
import { aRecord } from "../signer/signer.testing.ts";
import { REFUSED_HERE } from "../store/intents.ts";
import { aBatch, openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import type { PostedExecution } from "./fetch-bundles.ts";
import { type JudgeParts, judgeExecution } from "./judge-execution.ts";
import type { LedgerReader } from "./ledger-reader.ts";

let store: Store;
let directory: ReturnType<typeof temporaryDirectory>;

beforeEach(() => {
  directory = temporaryDirectory();
  store = openTestStore(join(directory.path, "store.db"));
});
afterEach(() => {
  store.close();
  directory.remove();
});

const bytes = Uint8Array.from(Buffer.from(aRecord(1, 1).slice(2), "hex"));
const posted: PostedExecution = { index: 0, record: decodeRecord(bytes), text: null };

// No ledger is asked before there is a bundle.
function judge(changes: Partial<PostedExecution> = {}) {
  const parts = { store, hasher: nobleHasher } as unknown as JudgeParts;
  return judgeExecution(parts, aBatch(1), { ...posted, ...changes }, {} as LedgerReader);
}

test("a record is not judged without its intent, its bundle, or where this node may not", async () => {
  expect(await judge()).toEqual({ kind: "unable", code: "INTENT_UNKNOWN", reason: "" });
  await store.write((tables) => tables.intents.put(anIntent(1)));
  expect(await judge()).toEqual({ kind: "unable", code: "NO_BUNDLE", reason: "" });
  const refusal = `${REFUSED_HERE}no endpoint of chain 5`;
  const refused = anIntent(1, { plan: null, state: "refused", refusal });
  await store.write((tables) => tables.intents.put(refused));
  expect(await judge()).toEqual({ kind: "unable", code: "INTENT_REFUSED_HERE", reason: refusal });
});

test("what does not compile to its plan, or has no record, is its maker's fault", async () => {
  const refusal = "INTENT_DIFFERS planRoot";
  const intent = anIntent(1, { plan: null, state: "refused", refusal });
  await store.write((tables) => tables.intents.put(intent));
  expect(await judge()).toEqual({ kind: "fault", leaf: 0, fault: "WrongStep" });
  expect(await judge({ record: null })).toMatchObject({ fault: "BrokenTranscript" });
  expect(await judge({ index: 9 })).toMatchObject({ fault: "BundleMismatch" });
});

test("a judge that breaks says so of itself, and nothing of the record", async () => {
  store.close();
  expect(await judge()).toEqual({
    kind: "unable",
    code: "JUDGE_FAILED",
    reason: expect.stringContaining("not open"),
  });
});
