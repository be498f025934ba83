import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { auditCheckpointDigest, domainSeparator, type Hex } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CheckpointMessage } from "../peers/messages.ts";
import { openKeySigner, testKeys } from "../signer/key-signer.testing.ts";
import type { KeySigner } from "../signer/key-signer.ts";
import { aConfig, CHAIN_ID, CONTRACTS, hash } from "../signer/signer.testing.ts";
import { openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { WitnessReceiptRow } from "../store/witnessed.ts";
import { audit, type LedgerDouble, ledgerDouble, NODE_NO, OPERATOR_NO } from "./audit.testing.ts";

// What witnesses hold of a node, with real signers and stores.

const WITNESS = 8;
const DOMAIN = domainSeparator({ chainId: CHAIN_ID, verifyingContract: CONTRACTS.executions });

let closing: (() => unknown)[];
let folder: string;
let double: LedgerDouble;
/** By node: what the registry says. */
let dutyKeys: Map<number, Hex>;
let revoked: Set<number>;

beforeEach(() => {
  closing = [];
  dutyKeys = new Map();
  revoked = new Set();
  const directory = temporaryDirectory();
  folder = directory.path;
  closing.push(() => directory.remove());
  double = ledgerDouble();
  double.ledger.nodeCount = async () => WITNESS;
  double.ledger.keysOf = async (no: number) => {
    const key = dutyKeys.get(no);
    const held = { fromSec: 0, untilSec: 0, revoked: revoked.has(no) };
    return { dutyKeys: key === undefined ? [] : [{ key, ...held }], actionKeys: [] };
  };
  double.ledger.node = async (no: number) =>
    ({ operatorNo: OPERATOR_NO, dutyKey: dutyKeys.get(no), actionKey: hash(no) }) as never;
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

async function signerOf(nodeNo: number, log: string): Promise<KeySigner> {
  const config = { ...aConfig(folder, ""), nodeNo, auditLogPath: join(folder, log) };
  const { signer, close } = await openKeySigner(config, testKeys(nodeNo), undefined, "here");
  closing.push(close);
  await signer.settle();
  dutyKeys.set(nodeNo, (await signer.status()).duty);
  return signer;
}

/** Two logs that grew from one, each with a checkpoint of its own at number 1. */
async function twoLogs(): Promise<readonly [KeySigner, KeySigner]> {
  const one = await signerOf(NODE_NO, "one.log");
  copyFileSync(join(folder, "one.log"), join(folder, "other.log"));
  const other = await signerOf(NODE_NO, "other.log");
  await one.commitment({ batchNo: 1, draw: 0, commitment: hash(1) });
  await other.commitment({ batchNo: 2, draw: 0, commitment: hash(2) });
  return [one, other];
}

const digestOf = ({ signature: _, ...checkpoint }: CheckpointMessage): Hex =>
  auditCheckpointDigest(checkpoint, DOMAIN);

interface Kept {
  readonly contradicts?: boolean;
  readonly receipts?: readonly Omit<WitnessReceiptRow, "digest">[];
}

/** A node's store with what it holds of others. */
async function storeWith(
  name: string,
  messages: readonly CheckpointMessage[],
  { contradicts = false, receipts = [] }: Kept = {},
): Promise<string> {
  const path = join(folder, name);
  const store = openTestStore(path);
  closing.push(() => store.close());
  await store.write(({ witnessed, witnessReceipts }) => {
    for (const message of messages) {
      const { signature, ...checkpoint } = message;
      const { nodeNo, auditSeq } = checkpoint;
      const digest = digestOf(message);
      const receipt = { receivedMs: 1, receiptMs: null, receiptSignature: null };
      const row = { nodeNo, auditSeq, digest, checkpoint, signature, dutyKey: hash(1) };
      witnessed.insert({ ...row, contradicts, ...receipt });
      for (const one of receipts) witnessReceipts.put({ ...one, digest });
    }
  });
  return path;
}

function listed(name: string, value: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(value));
  return path;
}

const codesOf = ({ findings }: Awaited<ReturnType<typeof audit>>): readonly string[] =>
  findings.map(({ code }) => code);

test("two checkpoints that a witness's store holds prove two logs, and so does the report that shows them", async () => {
  const [one, other] = await twoLogs();
  const shown = [await one.auditCheckpoint(1), await other.auditCheckpoint(1)];
  const path = await storeWith("witness.db", shown, { contradicts: true });
  const report = await audit(double, { nodeNo: NODE_NO, witnessPaths: [path] });
  expect(report.result).toBe("failed");
  expect(codesOf(report)).toEqual(["AUDIT_CONTRADICTED"]);
  expect(report.witness).toMatchObject({ held: 2, newest: 1, otherKeys: 0, unchecked: 0 });
  const [pair] = report.witness?.pairs ?? [];
  const { one: first, other: second, reason } = pair!;
  expect(reason).toBe("have one number");
  expect(new Set([first.digest, second.digest])).toEqual(new Set(shown.map(digestOf)));
  expect(new Set([first.signature, second.signature])).toEqual(
    new Set(shown.map(({ signature }) => signature)),
  );
  const again = listed("report.json", report);
  const checked = await audit(double, { nodeNo: NODE_NO, witnessPaths: [again] });
  expect(checked.witness?.pairs[0]).toMatchObject({ one: { digest: first.digest } });
  // One of it alone contradicts nothing.
  const alone = listed("alone.json", shown.slice(0, 1));
  const honest = await audit(double, { nodeNo: NODE_NO, witnessPaths: [alone] });
  expect(honest).toMatchObject({ result: "ok", witness: { held: 1, pairs: [] } });
});

test("of two witnesses each holds one half, and one half can be the ledger's", async () => {
  const [one, other] = await twoLogs();
  const halves = [await one.auditCheckpoint(1), await other.auditCheckpoint(1)] as const;
  const [a, b] = [listed("a.json", [halves[0]]), listed("b.json", [halves[1]])];
  const both = await audit(double, { nodeNo: NODE_NO, witnessPaths: [a, b] });
  expect(both.witness?.pairs).toMatchObject([{ one: { from: a }, other: { from: b } }]);
  const { signature, ...checkpoint } = halves[0];
  double.add({ name: "AuditCheckpointed", nodeNo: NODE_NO, checkpoint, signature });
  const published = await audit(double, { nodeNo: NODE_NO, witnessPaths: [b] });
  expect(codesOf(published)).toEqual(["AUDIT_CONTRADICTED"]);
  expect(published.witness?.pairs[0]).toMatchObject({ one: { from: "block 10" } });
});

test("what another key signed, a revoked one, or nobody, is no evidence; said to contradict, it leaves the question open", async () => {
  const [one] = await twoLogs();
  const true1 = await one.auditCheckpoint(1);
  const forged = { ...true1, commitments: 7 };
  const unsigned = { ...true1, entries: 99, signature: "0x00" as Hex };
  const quiet = listed("quiet.json", [true1, forged, unsigned]);
  expect(await audit(double, { nodeNo: NODE_NO, witnessPaths: [quiet] })).toMatchObject({
    ...{ result: "ok", findings: [] },
    witness: { held: 1, otherKeys: 2, unchecked: 0, pairs: [] },
  });
  const path = await storeWith("witness.db", [true1, forged], { contradicts: true });
  expect(await audit(double, { nodeNo: NODE_NO, witnessPaths: [path] })).toMatchObject({
    ...{ result: "unknown", findings: [] },
    witness: { held: 1, otherKeys: 1, unchecked: 1 },
  });
  // A thief may have signed what a revoked key signed.
  revoked.add(NODE_NO);
  expect(await audit(double, { nodeNo: NODE_NO, witnessPaths: [path] })).toMatchObject({
    witness: { held: 0, otherKeys: 2, unchecked: 2, pairs: [] },
  });
});

test("a log whose tail was cut, or that is of another history, has not what its witnesses hold", async () => {
  const [one, other] = await twoLogs();
  const path = listed("held.json", [await one.auditCheckpoint(1)]);
  const found = async (log: string): Promise<readonly string[]> => {
    const given = { nodeNo: NODE_NO, logPath: join(folder, log), witnessPaths: [path] };
    // Signers inside this process write no first line with their keys.
    return codesOf(await audit(double, given)).filter((code) => code !== "AUDIT_OTHER_KEYS");
  };
  expect(await found("one.log")).toEqual([]);
  expect(await found("other.log")).toEqual(["AUDIT_NOT_IN_LOG"]);
  await other.auditCheckpoint(1);
  expect(await found("other.log")).toEqual(["AUDIT_FORKED"]);
});

test("countersignatures in the node's own store are checked against the registry", async () => {
  const [one] = await twoLogs();
  const witness = await signerOf(WITNESS, "witness.log");
  const checkpoint = await one.auditCheckpoint(1);
  const digest = digestOf(checkpoint);
  const { atMs, signature } = await witness.witness({ checkpointDigest: digest, atMs: 5_000 });
  const receipts = [WITNESS, 3].map((witnessNo) => ({ witnessNo, auditSeq: 1, atMs, signature }));
  const path = await storeWith("own.db", [checkpoint], { receipts });
  const report = await audit(double, { nodeNo: NODE_NO, witnessPaths: [path] });
  expect(report.witness?.countersigned).toEqual([{ witnessNo: WITNESS, auditSeq: 1 }]);
});

test("a file that holds no checkpoints is told of by its name", async () => {
  await signerOf(NODE_NO, "one.log");
  const failureOf = (path: string) =>
    audit(double, { nodeNo: NODE_NO, witnessPaths: [path] }).catch((error) => error.failure);
  for (const value of [{}, [{ nodeNo: 7 }], "text", null]) {
    const path = listed("bad.json", value);
    expect(await failureOf(path)).toMatchObject({ code: "AUDIT_BAD_WITNESS", path });
  }
  const missing = join(folder, "missing.db");
  expect(await failureOf(missing)).toMatchObject({ code: "AUDIT_BAD_WITNESS", path: missing });
});
