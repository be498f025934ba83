import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Hex } from "@deed/protocol/encoding";
import { keccak256, parseTransaction, serializeTransaction } from "viem";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestChain } from "./outbox/chain.testing.ts";
import { Outbox } from "./outbox/outbox.ts";
import { newRow } from "./outbox/outbox-parts.ts";
import { openKeySigner, testKeys } from "./signer/key-signer.testing.ts";
import type { KeySigner } from "./signer/key-signer.ts";
import { aBatch, aConfig, aTransaction, failureFrom, hash } from "./signer/signer.testing.ts";
import { SoleSigner } from "./sole-signer.ts";
import { StartError } from "./start-error.ts";
import { openTestStore, temporaryDirectory } from "./store/store.testing.ts";
import type { Store } from "./store/store.ts";
import { SILENT } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";

// Real signers, logs, stores and outboxes over one chain's double. Locks play no part, as between two machines.

/** A node on a machine of its own, as far as its keys go. */
interface Machine {
  readonly signer: KeySigner;
  readonly sole: SoleSigner;
  readonly outbox: Outbox;
  readonly store: Store;
  readonly directory: string;
  readonly outcome: () => "settled" | "failed" | "waits";
  run(): void;
  end(): Promise<void>;
}

let directory: ReturnType<typeof temporaryDirectory>;
let chain: TestChain;
/** The record that the ledger shows. */
let recorded: { readonly seq: number; readonly head: Hex } | null;
const running = new Set<Machine>();

beforeEach(() => {
  directory = temporaryDirectory();
  chain = new TestChain();
  recorded = null;
});
afterEach(async () => {
  for (const one of running) await one.end();
  directory.remove();
});

async function open(name: string, from: string | null = null, run = 1): Promise<Machine> {
  const own = join(directory.path, name);
  mkdirSync(own, { recursive: true });
  if (from !== null) {
    cpSync(join(directory.path, from, "audit.log"), join(own, "audit.log"));
  }
  const keySigner = await openKeySigner(aConfig(own, ""), testKeys(1), undefined, name);
  const { signer } = keySigner;
  const store = openTestStore(join(own, "node.db"));
  const clock = { nowMs: () => Date.now() };
  const outbox = new Outbox(
    { fees: { kind: "free" }, pollMs: 2, retryMs: 2, resendMs: 20 },
    {
      ...{ store, signer, ledger: chain, clock, logger: SILENT },
      metrics: createMetrics({ labels: {}, ofProcess: false }),
    },
  );
  const sole = new SoleSigner(
    { processId: `${name}-${run}`, everyMs: 5, settleMs: 200 },
    {
      ...{ signer, transactions: outbox, logger: SILENT },
      nonceOf: () => chain.nonce(),
      taken: () => store.read.transactions.taken(10),
      minedAt: async ({ account: from, nonce }) => {
        const found = chain.mined[nonce];
        if (found === undefined) return null;
        const { to, data } = parseTransaction(found.raw);
        return { from, nonce, to: (to ?? null) as Hex | null, dataHash: keccak256(data ?? "0x") };
      },
      sightOf: (seen) => ({
        minimum: {},
        ...seen,
        heads: recorded === null ? {} : { RecordBatch: recorded },
      }),
    },
  );
  let outcome: "settled" | "failed" | "waits" = "waits";
  void sole.settled.then(() => {
    outcome = "settled";
  });
  void sole.failed.then(() => {
    outcome = "failed";
  });
  const stop = new AbortController();
  const runs: Promise<void>[] = [];
  const machine: Machine = {
    ...{ signer, sole, outbox, store, directory: own, outcome: () => outcome },
    run: () => {
      runs.push(outbox.run(stop.signal), sole.run(stop.signal));
    },
    end: async () => {
      running.delete(machine);
      stop.abort();
      await Promise.all(runs);
      store.close();
      await keySigner.close();
    },
  };
  running.add(machine);
  return machine;
}

/** Signs a commitment, or says why not. */
async function dutyOf({ signer }: Machine, content: number): Promise<string> {
  const signed = signer.commitment({ batchNo: content, draw: 0, commitment: hash(content) });
  return signed.then(
    () => "signed",
    async () => (await failureFrom(signed)).code,
  );
}

test("a new signer spends one nonce and settles; started again in its place it spends none", async () => {
  const one = await open("one");
  one.run();
  await one.sole.settled;
  expect(chain.mined.map(({ data }) => data)).toEqual(["0x"]);
  await one.end();
  const again = await open("one", null, 2);
  again.run();
  await again.sole.settled;
  expect(chain.mined).toHaveLength(1);
});

test("a copy on another machine stops the original before it signs a duty itself", async () => {
  const original = await open("original");
  original.run();
  await original.sole.settled;
  expect(await dutyOf(original, 1)).toBe("signed");
  const copy = await open("copy", "original");
  copy.run();
  await copy.sole.settled;
  expect(await dutyOf(copy, 2)).toBe("signed");
  expect(original.outcome()).toBe("failed");
  expect(await failureFrom(original.sole.failed.then((error) => Promise.reject(error)))).toEqual({
    ...{ code: "E_AUDIT_BEHIND", kind: "Transaction" },
    ...{ log: 1, ledger: 2 },
  });
  expect(await dutyOf(original, 3)).toBe("E_HALTED");
});

test("a copy that is behind the ledger signs nothing at all", async () => {
  const original = await open("original");
  original.run();
  await original.sole.settled;
  const copy = await open("copy", "original");
  const sent = await original.signer.transaction(aTransaction(1));
  await chain.send(sent.raw);
  expect((await failureFrom(copy.sole.look())).code).toBe("E_AUDIT_BEHIND");
  expect(await dutyOf(copy, 1)).toBe("E_HALTED");
  expect(await dutyOf(original, 1)).toBe("signed");
});

test("of two that start with new keys at once, one settles", async () => {
  const both = [await open("one"), await open("other")];
  for (const machine of both) machine.run();
  const [loser] = await Promise.race(
    both.map(async (machine) => [machine, await machine.sole.failed] as const),
  );
  const winner = both.find((machine) => machine !== loser);
  await winner?.sole.settled;
  expect(loser.outcome()).toBe("failed");
  expect(chain.mined.filter(({ nonce }) => nonce === 0)).toHaveLength(1);
  const reason = await loser.sole.failed;
  if (reason instanceof StartError) {
    expect(reason.failure.code).toBe("NODE_SIGNER_NOT_ALONE");
    expect(reason.remedy).toContain("end one of the two");
  } else expect(reason.message).toContain("E_AUDIT_BEHIND");
});

test("of two logs that grew from one, the one that the ledger does not show signs no more", async () => {
  const one = await open("one");
  const other = await open("other", "one");
  await dutyOf(other, 1);
  const { auditSeq: seq, auditHead: head } = await one.signer.recordBatch(aBatch(7));
  const theirs = await other.signer.recordBatch(aBatch(7));
  expect(theirs.auditSeq).toBe(seq);
  recorded = { seq, head };
  await one.sole.look();
  expect(await failureFrom(other.sole.look())).toEqual({
    ...{ code: "E_AUDIT_FORKED", kind: "RecordBatch" },
    ...{ seq, log: theirs.auditHead, ledger: head },
  });
  expect(await dutyOf(one, 2)).toBe("signed");
  expect(await dutyOf(other, 2)).toBe("E_HALTED");
});

test("a ledger that gives no answer for a while delays it, and proves nothing", async () => {
  chain.outage = 6;
  const one = await open("one");
  one.run();
  await one.sole.settled;
  expect(one.outcome()).toBe("settled");
  expect(await dutyOf(one, 1)).toBe("signed");
});

test("a thief who takes a nonce that the signer signed, too, ends it: the log has another call there", async () => {
  const one = await open("one");
  one.run();
  await one.sole.settled;
  const { to, data } = aTransaction(1);
  // Held back on its way, while the thief is faster.
  chain.answers.set(data, { kind: "early" });
  const sends = chain.sends.length;
  await one.outbox.wish({ purpose: "claim:1", call: { to, data, valueWei: 0n }, gas: 100_000 });
  await chain.until(() => chain.sends.length > sends);
  const loot = { type: "eip1559", chainId: 1, nonce: 1, to, value: 1n } as const;
  await chain.send(serializeTransaction(loot));
  expect(chain.mined).toHaveLength(2);
  expect(one.outcome()).toBe("settled");
  chain.answers.delete(data);
  const failure = await failureFrom(one.sole.failed.then((error) => Promise.reject(error)));
  expect(failure).toEqual({
    ...{ code: "E_AUDIT_FORKED", kind: "Transaction", seq: 1 },
    ...{ log: keccak256(data), ledger: keccak256("0x") },
  });
  expect(await dutyOf(one, 1)).toBe("E_HALTED");
  await one.end();
  // Also when it is started again.
  const again = await open("one", null, 2);
  expect((await failureFrom(again.sole.look())).code).toBe("E_AUDIT_FORKED");
});

test("a store that was lost makes a nonce unknown to the node, not to the log: no alarm", async () => {
  const one = await open("one");
  one.run();
  await one.sole.settled;
  const sent = await one.signer.transaction(aTransaction(1));
  await chain.send(sent.raw);
  await one.end();
  rmSync(join(one.directory, "node.db"));
  const again = await open("one", null, 2);
  const { to, data } = aTransaction(1);
  const { action: sender } = await again.signer.status();
  const wish = { purpose: "", sender, to, data, valueWei: 0n, gas: null };
  await again.store.write(({ transactions }) => {
    for (const nonce of [0, 1]) {
      const row = newRow({ ...wish, id: 1 + nonce, purpose: `burn:${nonce}` }, 0);
      transactions.insert({ ...row, nonce, state: "failed", error: "NONCE_TAKEN" });
    }
  });
  expect(again.store.read.transactions.taken(10)).toHaveLength(2);
  await again.sole.look();
  expect(await dutyOf(again, 1)).toBe("signed");
});
