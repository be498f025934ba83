import type { Hex } from "@deed/protocol/encoding";
import { encodeHeader, encodeReceipt, indexTrie } from "@deed/protocol/verify";
import { expect, test } from "vitest";
import type { Ledger } from "../ledger/ledger.ts";
import type { ExecutionDetail } from "../node-api/execution-messages.ts";
import { proveReceipts, readHeaders } from "./block-proofs.ts";
import type { ExportFailure } from "./export-error.ts";
import { type ExportParts, exportRun } from "./export-run.ts";
import type { PlacedLog } from "./find-logs.ts";
import { proveActions } from "./prove-actions.ts";

// Doubles of nodes and endpoints that are wrong on purpose; the demo and the benches export from real ones.

const word = (digit: string): Hex => `0x${digit.repeat(64)}`;
const executionId = word("e");

async function failureOf(call: Promise<unknown>): Promise<ExportFailure> {
  const error = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  return (error as { failure: ExportFailure }).failure;
}

function endpoint(answers: { readonly [method: string]: unknown }): Ledger {
  const request = async (method: string) => answers[method] ?? null;
  return { deployment: { fromBlock: 1 }, rpc: { url: "", request } } as unknown as Ledger;
}

const recorded = {
  executionId,
  intentHash: word("1"),
  batch: { batchNo: 7, count: 1, itemsRoot: word("2"), itemPath: [] },
  batchIndex: 0,
  bundleSha256: word("3"),
  transcriptRoot: word("4"),
  state: "final",
} as unknown as ExecutionDetail;

function parts(detail: ExecutionDetail | null, bundle: string | null): ExportParts {
  const nodeApi = {
    execution: async () => detail,
    bundle: async () => bundle,
    intent: async () => null,
  };
  return { ledger: endpoint({}), nodeApi: nodeApi as unknown as ExportParts["nodeApi"] };
}

function bundleOf(leaf: { readonly kind: string; readonly input: object }): string {
  const level = { index: 0, level: 1, startedMs: 1, status: 0, step: 65535, try: 0, output: null };
  const all = { ...level, ...leaf, anchorHash: word("5"), anchorNumber: 1, endedMs: 2 };
  const leaves = [Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)))];
  const rest = { executionId, intentHash: word("1"), leaves, runtime: 1 };
  return JSON.stringify({ attempt: 1, bundle: "deed.bundle.1", ...rest });
}

test.each<[string, ExecutionDetail | null, string | null, object]>([
  ["that the node does not know", null, null, { code: "EXPORT_UNKNOWN_EXECUTION", executionId }],
  [
    "of which nothing is recorded",
    { ...recorded, batch: null, state: "claimed" },
    null,
    { code: "EXPORT_NOT_RECORDED", executionId, state: "claimed" },
  ],
  ["whose bundle nobody has", recorded, null, { code: "EXPORT_NO_BUNDLE", executionId }],
  ["whose bundle is none", recorded, "{", { code: "EXPORT_BAD_BUNDLE", executionId }],
  [
    "whose bundle has no trigger",
    recorded,
    bundleOf({ kind: "SKIP", input: { reason: "failed" } }),
    { code: "EXPORT_BAD_BUNDLE", executionId, detail: "no trigger" },
  ],
  [
    "whose bundle has a trigger that nothing can prove",
    recorded,
    bundleOf({ kind: "TRIGGER", input: { now: 1, trigger: { kind: "rumour" } } }),
    { code: "EXPORT_BAD_BUNDLE", executionId, detail: "kind of trigger" },
  ],
])("an execution %s is not exported", async (_, detail, bundle, failure) => {
  expect(await failureOf(exportRun(parts(detail, bundle), [executionId]))).toMatchObject(failure);
});

test("actions of an execution without a record, or with a malformed bundle, are not proven", async () => {
  const claimed = { ...recorded, transcriptRoot: null, state: "claimed" } as ExecutionDetail;
  expect(await failureOf(proveActions(endpoint({}), claimed, "{}"))).toEqual({
    code: "EXPORT_NOT_RECORDED",
    executionId,
    state: "claimed",
  });
  expect(await failureOf(proveActions(endpoint({}), recorded, "{}"))).toMatchObject({
    code: "EXPORT_BAD_BUNDLE",
    executionId,
  });
});

const receipt = {
  type: "0x2",
  status: "0x1",
  cumulativeGasUsed: "0x5208",
  logsBloom: `0x${"00".repeat(256)}`,
  logs: [],
} as const;

const receiptsRoot = indexTrie([
  encodeReceipt({ ...receipt, type: 2, isSuccess: true, cumulativeGasUsed: 21_000n }),
]).root;

const block = {
  parentHash: word("a"),
  sha3Uncles: word("b"),
  miner: `0x${"00".repeat(20)}`,
  stateRoot: word("c"),
  transactionsRoot: word("d"),
  receiptsRoot,
  logsBloom: receipt.logsBloom,
  difficulty: "0x0",
  number: "0x9",
  gasLimit: "0x1",
  gasUsed: "0x1",
  timestamp: "0x5",
  extraData: "0x",
  mixHash: word("0"),
  nonce: "0x0000000000000000",
} as const;

const numbers = { difficulty: 0n, number: 9n, gasLimit: 1n, gasUsed: 1n, timestamp: 5n };
const header = encodeHeader({ ...block, ...numbers });

test("a header that only the chain itself can write is asked for, and refused if it has not its hash", async () => {
  const own = { ...block, hash: word("9") };
  for (const given of [null, header]) {
    const ledger = endpoint({ eth_getBlockByNumber: own, debug_getRawHeader: given });
    expect(await failureOf(readHeaders(ledger, 9, 9))).toEqual({
      code: "EXPORT_HEADER_FORM",
      block: 9,
      hash: word("9"),
    });
  }
  expect(await failureOf(readHeaders(endpoint({}), 9, 9))).toEqual({
    code: "EXPORT_NO_BLOCK",
    block: 9,
  });
});

test("receipts are proven under their block's header, or told to be of another form or another chain", async () => {
  const headers = new Map([[9, { hash: word("9"), header }]]);
  const log = { blockNumber: "0x9", blockHash: word("9"), transactionIndex: "0x0" };
  const logs = [log as unknown as PlacedLog];
  const good = endpoint({ eth_getBlockReceipts: [receipt] });
  expect(await proveReceipts(good, logs, headers)).toMatchObject([{ transactionIndex: 0 }]);
  const other = endpoint({ eth_getBlockReceipts: [{ ...receipt, status: "0x0" }] });
  expect(await failureOf(proveReceipts(other, logs, headers))).toEqual({
    code: "EXPORT_RECEIPTS_FORM",
    block: 9,
  });
  const moved = [{ ...log, blockHash: word("8") } as unknown as PlacedLog];
  expect(await failureOf(proveReceipts(good, moved, headers))).toEqual({
    code: "EXPORT_LEDGER_MOVED",
    block: 9,
  });
});
