import { join } from "node:path";
import { type Hex, keccakText } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { FirstBook } from "../chain-events/first-book.ts";
import { DEFAULT_RPC_TLS } from "../config-links.ts";
import { TestClock } from "../roles/context.testing.ts";
import { httpStep } from "../roles/execute/attempt.testing.ts";
import { aPlan } from "../roles/intent.testing.ts";
import { openRegistryView } from "../roles/registry-view.ts";
import {
  claim,
  execute,
  OWNER,
  register,
  type TestIntent,
  ticks,
} from "../roles/test-executor.testing.ts";
import { deployTestLedger, sendOk, type TestChain } from "../roles/test-ledger.testing.ts";
import { judgePlans, type SimulatedNode, TestNetwork } from "../roles/test-network.testing.ts";
import { Wakers } from "../roles/waker.ts";
import { EventScanner } from "../roles/watch/event-scanner.ts";
import { FollowerError, LedgerFollower } from "../roles/watch/ledger-follower.ts";
import { WatchRole } from "../roles/watch/watch-role.ts";
import { openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import { keptLog } from "../telemetry/kept.testing.ts";
import { SILENT } from "../telemetry/logger.ts";
import { compareStores } from "./compare-stores.ts";

// The real contracts on a real anvil, whose blocks are taken back and replaced by others.

const LIMIT_MS = 180_000;
const PLAN = aPlan([httpStep("ping", "https://a.example/", { if: "1 < 2" })]);
const TOPIC = keccakText("Ping()");
/** Logs `Ping()` whenever it is called. */
const PINGER: Hex = `0x602980600b6000396000f37f${TOPIC.slice(2)}60006000a100`;

let chain: TestChain;
let clock: TestClock;
let directory: ReturnType<typeof temporaryDirectory>;
let pinger: Hex;
let opened = 0;

beforeAll(async () => {
  clock = new TestClock(1_800_000_000_000);
  directory = temporaryDirectory();
  chain = await deployTestLedger(() => Math.floor(clock.nowMs() / 1000));
  clock.set(((await chain.ledger.head()).timestampSec + 1) * 1000);
  pinger = (await sendOk(chain, OWNER, { data: PINGER })).contractAddress!;
}, LIMIT_MS);
afterAll(async () => {
  await chain.evm.close();
  directory.remove();
}, LIMIT_MS);

/** A store and those who read the ledger into it. */
class Reader {
  readonly store: Store;
  readonly #follower: LedgerFollower;
  readonly #scanner: EventScanner;
  rolledBack = 0;

  constructor(chunkBlocks: number) {
    opened += 1;
    this.store = openTestStore(join(directory.path, `reader-${opened}.db`));
    const { chainId, executions } = chain.deployment;
    const nowMs = () => clock.nowMs();
    const parts = { store: this.store, logger: SILENT, nowMs };
    this.#follower = new LedgerFollower(
      { ownNodeNo: 1, chunkBlocks },
      { ...parts, ledger: chain.ledger, judgeIntent: judgePlans },
    );
    const fromBlock = chain.deployment.fromBlock;
    this.#scanner = new EventScanner(
      { chainId, confidence: "latest", fromBlock, chunkBlocks },
      { ...parts, rpc: chain.evm.rpc, ledger: { chainId, executions } },
    );
  }

  /** Reads all there is, rolling back when the ledger has other blocks. */
  async read(confirmations = 0): Promise<void> {
    for (;;) {
      try {
        const followed = await this.#follower.step(confirmations);
        while ((await this.#scanner.step()).isBehind);
        if (followed === null) return;
      } catch (error) {
        if (!(error instanceof FollowerError)) throw error;
        this.rolledBack += 1;
        await this.#follower.rollBack();
      }
    }
  }

  /** What it knows, but for its clock. */
  occurrences(): unknown {
    return this.store.read.executions
      .select("1 ORDER BY execution_id")
      .map(({ createdMs: _, updatedMs: __, ...row }) => row);
  }
}

/** Those who write the history: no node runs, the reader's store tells what was claimed. */
function writers(reader: Reader): TestNetwork {
  const network = new TestNetwork(chain, clock, directory);
  const wakers = { of: () => ({ wake: () => undefined }), wakeAll: () => undefined };
  const node = { nodeNo: 1, store: reader.store, context: { wakers } };
  network.nodes.push(node as unknown as SimulatedNode);
  return network;
}

interface Known {
  readonly intents: TestIntent[];
  readonly claimed: { readonly intent: TestIntent; readonly batchNo: number }[];
  ordinal: number;
}

type Act = "register" | "watch" | "claim" | "record" | "revoke" | "ping" | "wait" | "read";

const EVENT_TRIGGER = (): Plan["trigger"] =>
  ({
    kind: "event",
    chainId: chain.deployment.chainId,
    contract: pinger,
    signature: "Ping()",
    topic0: TOPIC,
    parameters: [],
    where: null,
    confidence: "latest",
  }) as unknown as Plan["trigger"];

let nonce = 0n;

async function perform(
  act: Act,
  known: Known,
  network: TestNetwork,
  reader: Reader,
): Promise<void> {
  const newest = known.intents.at(-1);
  switch (act) {
    case "register": {
      nonce += 1n;
      known.intents.push(await register(network, PLAN, { nonce }));
      // Every node may claim by now, whatever its rank.
      clock.set(clock.nowMs() + 40_000);
      return;
    }
    case "watch":
      nonce += 1n;
      await register(network, aPlan([], { trigger: EVENT_TRIGGER() }), { kind: 1, nonce });
      return;
    case "claim": {
      if (newest === undefined) return;
      known.ordinal += 2;
      const ordinals = [known.ordinal, known.ordinal + 1];
      await chain.evm.mine();
      const batchNo = await claim(network, 2, ticks(newest, ordinals));
      known.claimed.push({ intent: newest, batchNo });
      return;
    }
    case "record": {
      const held = known.claimed.pop();
      if (held === undefined) return;
      await reader.read();
      const batch = reader.store.read.batches.get({ batchNo: held.batchNo });
      // The clock went on for a chain that is gone, too: its lease may be over.
      if (batch === null || batch.deadlineSec * 1000 < clock.nowMs() + 2_000) return;
      await execute(network, held.intent, held.batchNo);
      return;
    }
    case "revoke": {
      const revoked = known.intents.pop();
      if (revoked === undefined) return;
      known.claimed.splice(0);
      await sendOk(chain, OWNER, chain.calls.revoke(revoked.intentHash));
      return;
    }
    case "ping":
      await sendOk(chain, OWNER, { to: pinger, data: "0x" });
      return;
    case "wait":
      clock.set(clock.nowMs() + 3_000);
      await chain.evm.mine();
      return;
    case "read":
      await reader.read();
      return;
  }
}

const request = <T>(method: string, params: readonly unknown[] = []): Promise<T> =>
  chain.evm.rpc.request<T>(method, params);

async function height(): Promise<number> {
  return Number(await request<Hex>("eth_blockNumber"));
}

const acts = fc.array(
  fc.constantFrom<Act>(
    ...(["register", "watch", "claim", "claim", "record", "record"] as const),
    ...(["revoke", "ping", "ping", "wait", "read"] as const),
  ),
  { minLength: 2, maxLength: 7 },
);
const rounds = fc.array(fc.record({ dropped: acts, instead: acts }), {
  minLength: 1,
  maxLength: 3,
});

test(
  "after each of any reorganisations the store is that of the chain that survived, row for row",
  async () => {
    let rolledBack = 0;
    await fc.assert(
      fc.asyncProperty(acts, rounds, fc.integer({ min: 1, max: 9 }), async (first, all, chunk) => {
        const reader = new Reader(chunk);
        const network = writers(reader);
        const known: Known = { intents: [], claimed: [], ordinal: 0 };
        for (const act of ["register", "watch", ...first] as const) {
          await perform(act, known, network, reader);
        }
        await reader.read();
        for (const { dropped, instead } of all) {
          const snapshot = await request<Hex>("evm_snapshot");
          const before = structuredClone(known);
          for (const act of dropped) await perform(act, known, network, reader);
          await reader.read();
          const old = await height();
          await request("evm_revert", [snapshot]);
          Object.assign(known, before);
          // Another time makes another block of the same transactions.
          clock.set(clock.nowMs() + 1_000);
          await chain.evm.mine();
          // The store lags behind the chain until it is read again.
          for (const act of instead.filter((act) => act !== "record")) {
            await perform(act, known, network, reader);
          }
          while ((await height()) <= old) await chain.evm.mine();
          await reader.read();
          const fresh = new Reader(1_000);
          await fresh.read();
          const compared = compareStores(reader.store.read, fresh.store.read);
          expect(compared.flatMap(({ differences }) => differences)).toEqual([]);
          expect(reader.occurrences()).toEqual(fresh.occurrences());
          fresh.store.close();
        }
        rolledBack += reader.rolledBack;
        reader.store.close();
      }),
      { numRuns: 8, endOnFailure: true },
    );
    expect(rolledBack).toBeGreaterThan(8);
  },
  LIMIT_MS,
);

test(
  "a reorganisation that is no deeper than the confirmations never reaches the store",
  async () => {
    const reader = new Reader(100);
    const network = writers(reader);
    const known: Known = { intents: [], claimed: [], ordinal: 0 };
    const snapshot = await request<Hex>("evm_snapshot");
    await perform("register", known, network, reader);
    await perform("wait", known, network, reader);
    await reader.read(2);
    expect(
      reader.store.read.intents.count("intent_hash = :hash", {
        hash: known.intents[0]!.intentHash,
      }),
    ).toBe(0);
    const old = await height();
    await request("evm_revert", [snapshot]);
    clock.set(clock.nowMs() + 1_000);
    while ((await height()) <= old + 2) await chain.evm.mine();
    await reader.read(2);
    expect(reader.rolledBack).toBe(0);
    reader.store.close();
  },
  LIMIT_MS,
);

async function watchRole(store: Store, onRewritten: (error: FollowerError) => void) {
  const { lines, logger } = keptLog();
  const { rpc } = chain.evm;
  const { chainId } = chain.deployment;
  const chains = new Map([[chainId, rpc]]);
  const role = new WatchRole(
    {
      ownNodeNo: 1,
      wsUrl: null,
      rpcTls: DEFAULT_RPC_TLS,
      pollMs: 20,
      chunkBlocks: 50,
      tickLimit: 10,
    },
    {
      ...{ clock: { nowMs: () => Date.now() }, logger, store, ledger: chain.ledger, chains },
      registry: await openRegistryView({ ledger: chain.ledger }),
      wakers: new Wakers(clock),
      firsts: new FirstBook({ ledgerChainId: chainId, chunkBlocks: 50 }, chains),
      judgeIntent: judgePlans,
      onRewritten,
    },
  );
  return { role, lines };
}

test(
  "a node that runs ends when the ledger replaces what it has read, and its next start rolls back",
  async () => {
    const reader = new Reader(100);
    const network = writers(reader);
    const known: Known = { intents: [], claimed: [], ordinal: 0 };
    const snapshot = await request<Hex>("evm_snapshot");
    await perform("register", known, network, reader);
    const { intentHash } = known.intents[0]!;
    const { store } = reader;
    const has = () => store.read.intents.count("intent_hash = :intentHash", { intentHash });
    const stop = new AbortController();
    let running: Promise<void> = Promise.resolve();
    const error = await new Promise<FollowerError>((resolve, reject) => {
      watchRole(store, resolve)
        .then(async ({ role }) => {
          await role.catchUp(stop.signal);
          expect(has()).toBe(1);
          running = role.run(stop.signal);
          const old = await height();
          await request("evm_revert", [snapshot]);
          clock.set(clock.nowMs() + 1_000);
          while ((await height()) <= old) await chain.evm.mine();
        })
        .catch(reject);
    });
    expect(error.failure).toMatchObject({ code: "LEDGER_REWRITTEN" });
    // While roles run nothing is taken away under them.
    expect(has()).toBe(1);
    stop.abort();
    await running;
    const next = await watchRole(store, () => undefined);
    await next.role.catchUp(new AbortController().signal);
    expect(has()).toBe(0);
    const told = next.lines.filter(({ message }) => message.startsWith("Ledger reorganised"));
    expect(told).toMatchObject([{ level: "warn", fields: { changes: expect.any(Number) } }]);
    store.close();
  },
  LIMIT_MS,
);

test(
  "a ledger that replaced more than is kept is refused, and the store left as it is",
  async () => {
    const reader = new Reader(100);
    await reader.read();
    const { store } = reader;
    const { chainId } = chain.deployment;
    await store.write((tables) => tables.blocks.deleteAbove(chainId, -1));
    const cursor = store.read.cursors.get({ chainId })!;
    await store.write((tables) => tables.cursors.put({ ...cursor, blockHash: TOPIC }));
    await chain.evm.mine();
    await expect(reader.read()).rejects.toMatchObject({
      failure: { code: "LEDGER_REWRITTEN", blockNumber: cursor.blockNumber, known: TOPIC },
      remedy: expect.stringContaining("built anew"),
    });
    expect(store.read.cursors.get({ chainId })?.blockNumber).toBe(cursor.blockNumber);
    store.close();
  },
  LIMIT_MS,
);

test(
  "what a node did and saw by itself outlives the claim that a reorganisation took back",
  async () => {
    const reader = new Reader(100);
    const network = writers(reader);
    const known: Known = { intents: [], claimed: [], ordinal: 0 };
    await perform("register", known, network, reader);
    await reader.read();
    const snapshot = await request<Hex>("evm_snapshot");
    await perform("claim", known, network, reader);
    await reader.read();
    const { store } = reader;
    const [held] = store.read.executions.ofBatch(known.claimed[0]!.batchNo);
    const { executionId, batchNo } = held!;
    const run = { executionId, attempt: 1, batchNo: batchNo!, state: "done" } as const;
    await store.write((tables) => {
      tables.runs.put({ ...run, processId: "p", startedMs: 1, endedMs: 2 });
      tables.duties.delete({ batchNo: batchNo!, draw: 0 });
    });
    await request("evm_revert", [snapshot]);
    for (let count = 0; count < 5; count += 1) await perform("wait", known, network, reader);
    await reader.read();
    expect(reader.rolledBack).toBe(1);
    expect(store.read.batches.get({ batchNo: batchNo! })).toBeNull();
    expect(store.read.executions.get({ executionId })).toBeNull();
    expect(store.read.runs.get({ executionId, attempt: 1 })?.state).toBe("done");
    store.close();
  },
  LIMIT_MS,
);
