import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { type Hex, nobleHasher, nobleRecovery } from "@deed/protocol/encoding";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { CheckpointMessage } from "../../peers/messages.ts";
import { openKeySigner, testKeys } from "../../signer/key-signer.testing.ts";
import type { KeySigner } from "../../signer/key-signer.ts";
import { aConfig, CHAIN_ID, CONTRACTS, failureFrom, hash } from "../../signer/signer.testing.ts";
import { openTestStore, temporaryDirectory } from "../../store/store.testing.ts";
import type { Store } from "../../store/store.ts";
import { createMetrics, type Metrics } from "../../telemetry/metrics.ts";
import type { NodeContext } from "../context.ts";
import { Wakers } from "../waker.ts";
import { areContradicting } from "./contradiction.ts";
import { WitnessBook } from "./witness-book.ts";
import { WitnessRole } from "./witness-role.ts";

const SUBJECT = 7;
const WITNESS = 8;
const SIGNAL = new AbortController().signal;

interface Bed {
  readonly store: Store;
  readonly book: WitnessBook;
  readonly role: WitnessRole;
  readonly metrics: Metrics;
  readonly told: string[];
}

let nowMs: number;
let closing: (() => unknown)[];
let folder: string;
/** By node: what its peers reach. */
let beds: Map<number, Bed>;
/** The last one holds now. */
let dutyKeys: Map<number, Hex[]>;

beforeEach(() => {
  nowMs = 1_000_000;
  closing = [];
  beds = new Map();
  dutyKeys = new Map();
  const directory = temporaryDirectory();
  folder = directory.path;
  closing.push(() => directory.remove());
});

afterEach(async () => {
  for (const close of closing.reverse()) await close();
});

/** A real signer over the log of that name. */
async function signerOf(nodeNo: number, log: string): Promise<KeySigner> {
  const config = { ...aConfig(folder, ""), nodeNo, auditLogPath: join(folder, log) };
  const { signer, close } = await openKeySigner(config, testKeys(nodeNo), undefined, "here");
  closing.push(close);
  await signer.settle();
  dutyKeys.set(nodeNo, [(await signer.status()).duty]);
  return signer;
}

function bedOf(nodeNo: number, signer: KeySigner, name: string): Bed {
  const store = openTestStore(join(folder, `${name}.db`));
  closing.push(() => store.close());
  const metrics = createMetrics({ labels: {}, ofProcess: false });
  const told: string[] = [];
  const note = (text: string, data: { readonly code?: string } = {}) =>
    void told.push(data.code === undefined ? text : `${text} ${data.code}`);
  const nodes = [SUBJECT, WITNESS];
  const registry = {
    dutyKeyAt: (no: number) => dutyKeys.get(no)?.at(-1) ?? null,
    dutyKeysOf: (no: number) => dutyKeys.get(no) ?? [],
    isDutyKey: (no: number, key: Hex) => dutyKeys.get(no)?.includes(key) ?? false,
    nodes: () => nodes.map((no) => ({ nodeNo: no, active: true })),
  };
  const clock = { nowMs: () => nowMs };
  const answering = (no: number): Bed => {
    const bed = beds.get(no);
    if (bed === undefined) throw new TypeError("unreachable");
    return bed;
  };
  const context = {
    ...{ nodeNo, clock, store, metrics, registry, signer, hasher: nobleHasher },
    recovery: nobleRecovery,
    logger: { error: note, warn: note, info: note, debug: note },
    ledger: { deployment: { chainId: CHAIN_ID, executions: CONTRACTS.executions } },
    wakers: new Wakers(clock),
    peers: {
      checkpoint: async (no: number, message: CheckpointMessage) =>
        answering(no).book.take(nodeNo, message),
      newestCheckpoint: async (no: number) => answering(no).book.newestOf(nodeNo),
    },
  } as unknown as NodeContext;
  const book = new WitnessBook(context);
  const role = new WitnessRole({ everyMs: 1_000 }, { ...context, book });
  return { store, book, role, metrics, told };
}

const work = (signer: KeySigner, batchNo: number, says = batchNo): Promise<unknown> =>
  signer.commitment({ batchNo, draw: 0, commitment: hash(says) });

async function theWitness(): Promise<Bed> {
  const bed = bedOf(WITNESS, await signerOf(WITNESS, "witness.log"), "witness");
  beds.set(WITNESS, bed);
  return bed;
}

test("a checkpoint is shown to the others, who countersign it once, and the receipt is kept", async () => {
  const witness = await theWitness();
  const signer = await signerOf(SUBJECT, "subject.log");
  const { role, store } = bedOf(SUBJECT, signer, "subject");
  await role.look(SIGNAL);
  // Nothing was signed: nothing is shown.
  expect(store.read.witnessed.of(SUBJECT)).toEqual([]);
  await work(signer, 1);
  await role.look(SIGNAL);
  const [receipt] = store.read.witnessReceipts.select("1");
  expect(receipt).toMatchObject({ auditSeq: 1, witnessNo: WITNESS, atMs: nowMs });
  const [held] = witness.store.read.witnessed.of(SUBJECT);
  expect(held).toMatchObject({ digest: receipt!.digest, receiptSignature: receipt!.signature });
  expect(held).toMatchObject({ contradicts: false, checkpoint: { commitments: 1 } });
  // Soon after it is not due again; later, and with more, it is.
  await work(signer, 2);
  await role.look(SIGNAL);
  expect(store.read.witnessReceipts.newestBy(WITNESS)).toBe(1);
  nowMs += 1_000;
  await role.look(SIGNAL);
  expect(store.read.witnessReceipts.newestBy(WITNESS)).toBe(2);
  const again = await witness.book.take(SUBJECT, {
    ...held!.checkpoint,
    signature: held!.signature,
  });
  expect(again).toEqual({
    kind: "witnessed",
    witness: {
      ...{ witnessNo: WITNESS, checkpointDigest: held!.digest },
      ...{ atMs: receipt!.atMs, signature: receipt!.signature },
    },
  });
});

test("a checkpoint for another node, or under another key, is not taken", async () => {
  const witness = await theWitness();
  const signer = await signerOf(SUBJECT, "subject.log");
  const checkpoint = await signer.auditCheckpoint(1);
  expect(await witness.book.take(9, checkpoint)).toBeNull();
  expect(await witness.book.take(SUBJECT, { ...checkpoint, entries: 99 })).toBeNull();
  expect(await witness.book.take(SUBJECT, { ...checkpoint, signature: "0x00" })).toBeNull();
  expect(witness.store.read.witnessed.of(SUBJECT)).toEqual([]);
  expect((await witness.book.take(SUBJECT, checkpoint))?.kind).toBe("witnessed");
});

test("of a node's checkpoints a witness takes only so many at once", async () => {
  const witness = await theWitness();
  const signer = await signerOf(SUBJECT, "subject.log");
  const checkpoint = await signer.auditCheckpoint(1);
  const answers: unknown[] = [];
  for (let at = 0; at < 40; at += 1) {
    answers.push(await witness.book.take(SUBJECT, checkpoint));
  }
  expect(answers.filter((answer) => answer === null)).toHaveLength(10);
});

test("a signer that was restored from a backup sees at its start what its witnesses hold, and signs no more", async () => {
  await theWitness();
  const first = await signerOf(SUBJECT, "subject.log");
  await work(first, 1);
  copyFileSync(join(folder, "subject.log"), join(folder, "backup.log"));
  const { role } = bedOf(SUBJECT, first, "subject");
  await role.look(SIGNAL);
  const restored = await signerOf(SUBJECT, "backup.log");
  const again = bedOf(SUBJECT, restored, "restored");
  expect(await failureFrom(again.role.ask(SIGNAL))).toMatchObject({
    ...{ code: "E_AUDIT_BEHIND", kind: "AuditCheckpoint", log: 0, ledger: 1 },
  });
  expect((await failureFrom(work(restored, 2))).code).toBe("E_HALTED");
});

test("a witness finds out a node with two logs, keeps both checkpoints, and the node itself ends", async () => {
  const first = await signerOf(SUBJECT, "subject.log");
  await work(first, 1);
  copyFileSync(join(folder, "subject.log"), join(folder, "copy.log"));
  const copy = await signerOf(SUBJECT, "copy.log");
  await work(first, 2);
  await work(copy, 3);
  const [one, other] = [bedOf(SUBJECT, first, "one"), bedOf(SUBJECT, copy, "other")];
  // Nobody could be asked when the copy began.
  await other.role.look(SIGNAL);
  const witness = await theWitness();
  await one.role.look(SIGNAL);
  const shown = await copy.auditCheckpoint(1);
  const answer = await witness.book.take(SUBJECT, shown);
  expect(answer).toMatchObject({ kind: "contradicted", held: await first.auditCheckpoint(1) });
  expect(witness.store.read.witnessed.contradicting()).toHaveLength(2);
  expect(witness.told).toContain("A node has two logs of its signatures AUDIT_CONTRADICTED");
  expect(await witness.metrics.text()).toContain('deed_audit_contradictions{peer="7"} 2');
  // Also a later one that fits the newest alone.
  await copy.auditCheckpoint(2);
  expect(await failureFrom(other.role.look(SIGNAL))).toMatchObject({ code: "E_AUDIT_FORKED" });
});

test("old checkpoints are forgotten, what contradicts is not", async () => {
  const witness = await theWitness();
  const signer = await signerOf(SUBJECT, "subject.log");
  copyFileSync(join(folder, "subject.log"), join(folder, "copy.log"));
  const copy = await signerOf(SUBJECT, "copy.log");
  await work(copy, 9);
  await witness.book.take(SUBJECT, await signer.auditCheckpoint(1));
  await witness.book.take(SUBJECT, await copy.auditCheckpoint(1));
  await witness.store.write(({ witnessed }) => {
    const [row] = witnessed.of(SUBJECT);
    for (let auditSeq = 2; auditSeq < 100; auditSeq += 1) {
      witnessed.insert({ ...row!, auditSeq, digest: hash(auditSeq), contradicts: false });
      witnessed.deleteOld(SUBJECT, 64);
    }
  });
  expect(witness.store.read.witnessed.contradicting()).toHaveLength(2);
  expect(witness.store.read.witnessed.count()).toBe(66);
});

test("checkpoints contradict each other when no one log can have both", () => {
  const one = {
    ...{ nodeNo: 7, entries: 9, records: 1, commitments: 2, verdicts: 3, votes: 4 },
    ...{ dutyUses: 5, actionUses: 6, auditSeq: 2, auditHead: hash(1) },
  };
  const later = { ...one, auditSeq: 3, auditHead: hash(2) };
  expect(areContradicting(one, one)).toBe(false);
  expect(areContradicting(one, later)).toBe(false);
  expect(areContradicting(one, { ...one, entries: 10 })).toBe(true);
  expect(areContradicting(one, { ...later, auditHead: one.auditHead })).toBe(true);
  expect(areContradicting({ ...later, votes: 3 }, one)).toBe(true);
  // A log that follows a lost one counts its own lines.
  expect(areContradicting(one, { ...later, entries: 1, dutyUses: 0 })).toBe(false);
});
