import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { domainSeparator, type Hex, nobleHasher, nobleRecovery } from "@deed/protocol/encoding";
import type { Plan } from "@deed/protocol/plan";
import { DEVNET_PARAMETERS, type LedgerParameters } from "@deed/sdk";
import { FirstBook } from "../chain-events/first-book.ts";
import type { NodeConfig } from "../config.ts";
import { DEFAULT_RPC_TLS } from "../config-links.ts";
import { openTestStore, temporaryDirectory } from "../store/store.testing.ts";
import type { Store } from "../store/store.ts";
import { type KeptLine, keptLog } from "../telemetry/kept.testing.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { BeaconRole } from "./beacon/beacon-role.ts";
import { TestClock, withResolvers } from "./context.testing.ts";
import type { NodeContext, Peers } from "./context.ts";
import { DisputeRole } from "./dispute/dispute-role.ts";
import { openRegistryView } from "./registry-view.ts";
import { SubmittedClaims } from "./submitted-claims.ts";
import { deployTestLedger, type TestChain } from "./test-ledger.testing.ts";
import type { TransactionEnd, TransactionSender, TransactionWish } from "./transaction-sender.ts";
import { VerifyRole } from "./verify/verify-role.ts";
import { Wakers } from "./waker.ts";
import type { JudgeIntent } from "./watch/facts-context.ts";
import { WatchRole } from "./watch/watch-role.ts";

/** What a node does wrong on purpose. */
export interface Misdeeds {
  /** Exchanges no commitments and verdicts with peers. */
  deaf: boolean;
  /** Sends no transactions whose purpose begins so. */
  mute: readonly string[];
}

export interface SimulatedNode {
  readonly nodeNo: number;
  readonly storePath: string;
  readonly context: NodeContext;
  readonly store: Store;
  readonly verify: VerifyRole;
  readonly beacon: BeaconRole;
  readonly misdeeds: Misdeeds;
  /** Level and message of what was logged. */
  readonly logged: readonly KeptLine[];
  readonly sent: { readonly purpose: string; readonly end: TransactionEnd }[];
  close(): Promise<void>;
}

/** Plans travel as JSON in place of YAML. */
export const judgePlans: JudgeIntent = (_intent, yaml) => {
  try {
    const plan = JSON.parse(new TextDecoder("utf8", { fatal: true }).decode(yaml)) as Plan;
    return { state: "accepted", plan };
  } catch {
    return { state: "refused", reason: "no plan", isLocal: false };
  }
};

/**
 * Nodes of real roles and stores over the real contracts, in one process, on one clock that moves when
 * the test says so.
 */
export class TestNetwork {
  readonly chain: TestChain;
  readonly clock: TestClock;
  readonly nodes: SimulatedNode[] = [];
  /** Bundles that nodes hold, by batch. */
  readonly bundles = new Map<number, { readonly body: Uint8Array; readonly by: Set<number> }>();
  readonly #directory: ReturnType<typeof temporaryDirectory>;
  #opened = 0;

  constructor(
    chain: TestChain,
    clock: TestClock,
    directory: ReturnType<typeof temporaryDirectory>,
  ) {
    this.chain = chain;
    this.clock = clock;
    this.#directory = directory;
  }

  get nowSec(): number {
    return Math.floor(this.clock.nowMs() / 1000);
  }

  node(nodeNo: number): SimulatedNode {
    return this.nodes.find((node) => node.nodeNo === nodeNo)!;
  }

  /** Starts a node, with a store of its own or on one that was there. */
  async start(nodeNo: number, storePath?: string): Promise<SimulatedNode> {
    this.#opened += 1;
    const path = storePath ?? join(this.#directory.path, `node-${nodeNo}-${this.#opened}.db`);
    const node = await openNode(this, nodeNo, path);
    this.nodes.push(node);
    return node;
  }

  /** Stops a node. @returns where its store lies. */
  async stop(nodeNo: number): Promise<string> {
    const node = this.node(nodeNo);
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.close();
    return node.storePath;
  }

  /** Something was mined. */
  changed(): void {
    for (const { context } of this.nodes) context.wakers.of("watch").wake();
  }

  /** Resolves when nobody waits for the chain any more. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 40; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.chain.evm.open > 0) quiet = 0;
    }
  }

  /** Lets a second pass for everybody. */
  async tick(): Promise<void> {
    this.clock.set(this.clock.nowMs() + 1000);
    for (const { context } of this.nodes) context.wakers.wakeAll();
    await this.settle();
  }

  /** Lets time pass until the condition holds. */
  async until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    limitSec = 300,
  ): Promise<void> {
    await this.settle();
    for (let second = 0; second < limitSec; second += 1) {
      if (await holds()) return;
      await this.tick();
    }
    throw new Error(`not in ${limitSec} s: ${what}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.chain.evm.close();
    this.#directory.remove();
  }
}

/** Windows as short as the contract and nine patient operators allow. */
const SHORT_WINDOWS: LedgerParameters = {
  ...DEVNET_PARAMETERS,
  deltaSec: 1,
  verdictWindowSec: 12,
  beaconWindowSec: 6,
  responseSec: 5,
  voteCommitSec: 6,
  voteRevealSec: 6,
};

/** Deploys, admits, and starts a node for each operator. */
export async function startTestNetwork(
  operators = 7,
  parameters: LedgerParameters = SHORT_WINDOWS,
): Promise<TestNetwork> {
  const clock = new TestClock(1_800_000_000_000);
  const directory = temporaryDirectory();
  const chain = await deployTestLedger(
    () => Math.floor(clock.nowMs() / 1000),
    operators,
    parameters,
  );
  clock.set(((await chain.ledger.head()).timestampSec + 1) * 1000);
  const network = new TestNetwork(chain, clock, directory);
  for (let nodeNo = 1; nodeNo <= operators; nodeNo += 1) await network.start(nodeNo);
  return network;
}

async function openNode(
  network: TestNetwork,
  nodeNo: number,
  storePath: string,
): Promise<SimulatedNode> {
  const { chain, clock } = network;
  const store = openTestStore(storePath);
  const misdeeds: Misdeeds = { deaf: false, mute: [] };
  const { lines: logged, logger } = keptLog();
  const sent: SimulatedNode["sent"][number][] = [];
  const wakers = new Wakers(clock);
  const keys = chain.keys[nodeNo - 1]!;
  const context: NodeContext = {
    config: { tamper: null } as NodeConfig,
    nodeNo,
    operatorNo: nodeNo,
    processId: "p1",
    clock,
    hasher: nobleHasher,
    recovery: nobleRecovery,
    logger,
    metrics: createMetrics({ labels: {}, ofProcess: false }),
    store,
    ledger: chain.ledger,
    calls: chain.calls,
    registry: await openRegistryView({ ledger: chain.ledger }),
    signer: keys.signer(),
    transactions: new DirectTransactions(network, keys.actionKey, misdeeds, sent),
    peers: peersOf(network, nodeNo),
    wakers,
    submitted: new SubmittedClaims("p1"),
  };
  const domainOf = (verifyingContract: Hex): Hex =>
    domainSeparator({ chainId: chain.deployment.chainId, verifyingContract });
  const { executions, intents } = chain.deployment;
  const chains = new Map([[chain.deployment.chainId, chain.evm.rpc]]);
  const { chainId: ledgerChainId } = chain.deployment;
  const firsts = new FirstBook({ ledgerChainId, chunkBlocks: 50 }, chains);
  const judging = {
    ...context,
    chains,
    firsts,
    domains: { executions: domainOf(executions), intents: domainOf(intents) },
    randomWord: (): Hex => `0x${randomBytes(32).toString("hex")}`,
  };
  const verify = new VerifyRole(judging);
  const beacon = new BeaconRole(context);
  const watch = new WatchRole(
    {
      ownNodeNo: nodeNo,
      wsUrl: null,
      rpcTls: DEFAULT_RPC_TLS,
      pollMs: 60_000,
      chunkBlocks: 50,
      tickLimit: 100,
    },
    { ...context, chains, firsts, judgeIntent: judgePlans, onRewritten: () => undefined },
  );
  const stop = new AbortController();
  await watch.catchUp(stop.signal);
  const roles = [watch, beacon, verify, new DisputeRole(judging)];
  const running = Promise.all(roles.map((role) => role.run(stop.signal)));
  // Its end is awaited by `close`; an error of a role must not end the test's process before.
  running.catch(() => undefined);
  const close = async (): Promise<void> => {
    stop.abort(new Error("the test ends"));
    wakers.wakeAll();
    await running;
    store.close();
  };
  return { nodeNo, storePath, context, store, verify, beacon, misdeeds, logged, sent, close };
}

/** Sends at once, one transaction for each purpose; what reverts was never sent, as after a simulation. */
class DirectTransactions implements TransactionSender {
  readonly #network: TestNetwork;
  readonly #from: Hex;
  readonly #misdeeds: Misdeeds;
  readonly #sent: SimulatedNode["sent"];
  readonly #ends = new Map<string, ReturnType<typeof withResolvers<TransactionEnd>>>();

  constructor(network: TestNetwork, from: Hex, misdeeds: Misdeeds, sent: SimulatedNode["sent"]) {
    this.#network = network;
    this.#from = from;
    this.#misdeeds = misdeeds;
    this.#sent = sent;
  }

  wish(wish: TransactionWish): Promise<void> {
    if (this.#ends.has(wish.purpose)) return Promise.resolve();
    const end = this.#end(wish.purpose);
    if (!this.#misdeeds.mute.some((begin) => wish.purpose.startsWith(begin))) {
      this.#send(wish).then(end.resolve, end.reject);
    }
    return Promise.resolve();
  }

  ended(purpose: string, signal: AbortSignal): Promise<TransactionEnd> {
    return new Promise((resolve, reject) => {
      const abort = (): void => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      this.#end(purpose)
        .promise.then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", abort));
    });
  }

  async #send({ purpose, call }: TransactionWish): Promise<TransactionEnd> {
    const mined = await this.#network.chain.evm.send(this.#from, call);
    const receipt = {
      txHash: mined.transactionHash,
      blockNumber: Number(mined.blockNumber),
      blockHash: mined.blockHash,
      success: mined.status === "0x1",
      gasUsed: Number(mined.gasUsed),
      logs: mined.logs,
    };
    const end: TransactionEnd = receipt.success
      ? { kind: "mined", receipt }
      : { kind: "never", reason: "reverts" };
    (this.#sent as SimulatedNode["sent"][number][]).push({ purpose, end });
    this.#network.changed();
    return end;
  }

  #end(purpose: string): ReturnType<typeof withResolvers<TransactionEnd>> {
    let end = this.#ends.get(purpose);
    if (end === undefined) {
      end = withResolvers<TransactionEnd>();
      end.promise.catch(() => undefined);
      this.#ends.set(purpose, end);
    }
    return end;
  }
}

/** Calls of one node to the others, without a network between. */
function peersOf(network: TestNetwork, own: number): Peers {
  const reach = (nodeNo: number): SimulatedNode => {
    const node = network.nodes.find((other) => other.nodeNo === nodeNo);
    if (node === undefined) throw new Error(`node ${nodeNo} does not answer`);
    return node;
  };
  const talk = (nodeNo: number): SimulatedNode => {
    const node = reach(nodeNo);
    if (node.misdeeds.deaf || reach(own).misdeeds.deaf) throw new Error("deaf");
    return node;
  };
  const peers: Partial<Peers> = {
    commitment: async (to, message) => talk(to).verify.commitment(own, message),
    verdict: async (to, message) => talk(to).verify.verdict(own, message),
    preimage: async (to, message) => reach(to).beacon.offered(own, message),
    getBatch: async (to, batchNo, use) => {
      reach(to);
      const held = network.bundles.get(batchNo);
      if (held === undefined || !held.by.has(to)) return false;
      await use(
        (async function* () {
          yield held.body;
        })(),
      );
      return true;
    },
  };
  return peers as Peers;
}
