import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createWasmHasher, type Hex, keccak256 } from "@deed/protocol/encoding";
import { connectLedger, createRpc, type Ledger, ledgerCalls, type Rpc } from "@deed/sdk";
import type { MetricsParts, RunningMetrics } from "./api/start-metrics.ts";
import type { RunningApi, StartApi } from "./api-seam.ts";
import { FirstBook } from "./chain-events/first-book.ts";
import { checkNode, checkSigner } from "./check-node.ts";
import { Closers } from "./closers.ts";
import type { NodeConfig } from "./config.ts";
import { fireDoor } from "./fire-door.ts";
import { intentJudge } from "./judge-intent.ts";
import { ledgerSight } from "./ledger-sight.ts";
import { loadRecovery } from "./load-recovery.ts";
import { minedAtNonce } from "./mined-at-nonce.ts";
import { minimumAudit } from "./minimum-audit.ts";
import type { ExecutorRoles } from "./open-executor.ts";
import { openPeers } from "./open-peers.ts";
import { openSigner } from "./open-signer.ts";
import { openTransactions } from "./open-transactions.ts";
import { openVerifier } from "./open-verifier.ts";
import { peerHandlers } from "./peer-handlers.ts";
import { AuditRole } from "./roles/audit/audit-role.ts";
import type { NodeContext } from "./roles/context.ts";
import { openRegistryView } from "./roles/registry-view.ts";
import type { Clock, Role } from "./roles/role.ts";
import { SubmittedClaims } from "./roles/submitted-claims.ts";
import { Wakers } from "./roles/waker.ts";
import { WatchRole } from "./roles/watch/watch-role.ts";
import { WitnessBook } from "./roles/witness/witness-book.ts";
import { WitnessRole } from "./roles/witness/witness-role.ts";
import { openRpcPost } from "./rpc-post.ts";
import type { SandboxState } from "./sandbox/live-sandbox.ts";
import type { SandboxPlace } from "./sandbox/sandbox.ts";
import { SoleSigner } from "./sole-signer.ts";
import { openStore } from "./store/store.ts";
import { SUPERVISOR_DEFAULTS, supervise } from "./supervisor.ts";
import type { Logger } from "./telemetry/logger.ts";
import { createMetrics } from "./telemetry/metrics.ts";
import { createLogger } from "./telemetry/pino.ts";

/** What differs between processes and tests. */
export interface StartParts {
  /** The ledger's time: what deadlines are compared with. */
  readonly clock: Clock;
  /** The time by which certificates are judged. */
  readonly tlsClock: Clock;
  /** Null: no API, whatever the configuration says. */
  readonly startApi: StartApi | null;
}

/** A node that works. */
export interface RunningNode {
  readonly nodeNo: number;
  readonly peersPort: number;
  /** Null without an API. */
  readonly apiUrl: string | null;
  /** Null where metrics have no port of their own. */
  readonly metricsUrl: string | null;
  /** What its runs take place in; null for a node that executes nothing. */
  readonly sandbox: SandboxPlace | null;
  /** Resolves when the node cannot go on, with the reason; never while it can. */
  readonly failed: Promise<Error>;
  /** Stops the roles, then what they work with. */
  close(): Promise<void>;
}

const CHUNK_BLOCKS = 1_000;
const TICK_LIMIT = 1_000;
const VERSIONS = { peer: "deed/1", bundle: "deed.bundle.1" };

/** Loads what some nodes alone want, for a start that is yet to come. */
export async function preload(): Promise<void> {
  await loadExecutor();
}

// Loaded only where it is wanted: a verifier has no sandbox and no executor code.
function loadExecutor(): Promise<typeof import("./open-executor.ts")> {
  return import("./open-executor.ts");
}

/** Builds a node from its parts, in order, and starts its roles. Errors: a code with its data of the part that failed. */
export async function startNode(config: NodeConfig, parts: StartParts): Promise<RunningNode> {
  const closers = new Closers();
  try {
    return await start(config, parts, closers);
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function start(
  config: NodeConfig,
  parts: StartParts,
  closers: Closers,
): Promise<RunningNode> {
  const { nodeNo } = config;
  const stop = new AbortController();
  const logger = openLog(config, closers);
  const base = await openBase(config, parts, logger, closers);
  const { context: early, watch, chains, firsts, operatorNo } = base;
  await watch.catchUp(stop.signal);

  const checkpoint = await early.ledger.auditCheckpointOf(nodeNo);
  const signer = await openSigner(
    {
      place: config.signer,
      ...{ nodeNo, operatorNo },
      deployment: config.deployment,
      fees: config.fees,
      minimumAudit: minimumAudit(early.store.read, nodeNo, checkpoint),
    },
    { logger },
  );
  closers.add(() => signer.close());
  const registered = early.registry.node(nodeNo);
  if (registered !== null) {
    checkSigner(registered, early.registry.dutyKeysOf(nodeNo), await signer.client.status());
  }
  const peers = await openPeers(config, {
    ...early,
    clock: parts.tlsClock,
    issuer: signer.client,
  });
  closers.add(() => peers.close());
  const transactions = openTransactions({ ...early, signer: signer.client });
  const context: NodeContext = {
    ...early,
    signer: signer.client,
    peers: peers.client,
    transactions,
  };
  const audit = new AuditRole(config.audit, { ...context, checkpoint });
  const book = new WitnessBook(context);
  const witness = new WitnessRole({ everyMs: config.audit.witnessMs }, { ...context, book });
  // Before anything is signed: a restored copy is older than what the others have seen.
  await witness.ask(stop.signal);
  const sole = openSole(context, audit);
  await sole.look();
  signer.client.holdDuties(sole.settled);

  const outbox: Role = { name: "outbox", run: (signal) => transactions.run(signal) };
  const duties = await openDuties(context, { chains, firsts }, closers);
  const roles: readonly Role[] = [watch, outbox, sole, audit, witness, ...duties.roles];
  const fires = fireDoor(context);
  const handlers = peerHandlers({
    context,
    roles: duties.handlers,
    acceptFire: fires.fromPeer,
    versions: VERSIONS,
    witness: book,
  });
  const peersPort = await peers.listen(handlers);
  const sandbox = (): SandboxState | null => duties.sandbox?.state ?? null;
  const doors = { context, acceptFire: fires.fromApi, sandbox };
  const api = await openApi(config, parts, doors, closers);
  const metrics = await openMetrics(config, context, closers);
  superviseAll(context, roles, stop, closers);
  logger.info("Node started", { roles: roles.map((role) => role.name), peersPort });
  const ended = signer.ended.then((end) => new Error(`the signer ended: ${end}`));
  const failed = Promise.race([ended, base.rewritten, sole.failed, witness.failed]);
  return {
    ...{ nodeNo, peersPort, apiUrl: api?.url ?? null, metricsUrl: metrics?.url ?? null, failed },
    sandbox: sandbox()?.now ?? null,
    close: () => closers.close(),
  };
}

function superviseAll(
  context: NodeContext,
  roles: readonly Role[],
  stop: AbortController,
  closers: Closers,
): void {
  const supervised = roles.map((role) =>
    supervise(SUPERVISOR_DEFAULTS, context, role, stop.signal),
  );
  closers.add(async () => {
    stop.abort();
    context.wakers.wakeAll();
    await Promise.all(supervised);
  });
}

/** Nonces that a look compares with the log, the newest. */
const MOST_TAKEN = 100;

function openSole(
  { config, processId, ledger, store, hasher, ...context }: NodeContext,
  audit: AuditRole,
): SoleSigner {
  const everyMs = 2 * config.pollMs;
  return new SoleSigner(
    { processId, everyMs, settleMs: 4 * everyMs },
    {
      ...context,
      nonceOf: async (account) =>
        Number(await ledger.rpc.request<Hex>("eth_getTransactionCount", [account, "latest"])),
      sightOf: (seen) =>
        ledgerSight(store.read, config.nodeNo, { ...seen, checkpoint: audit.newest }),
      taken: () => store.read.transactions.taken(MOST_TAKEN),
      minedAt: async ({ account, nonce }) => {
        const { number: toBlock } = await ledger.head();
        const { fromBlock } = ledger.deployment;
        const range = { account, nonce, fromBlock, toBlock };
        const mined = await minedAtNonce(range, ledger.rpc);
        if (mined === null) return null;
        const { from, to, input } = mined;
        return { from, nonce, to, dataHash: keccak256(input, hasher) };
      },
    },
  );
}

/** What verifies, also for a node that does not, which answers its peers; and what executes, where it is wanted. */
async function openDuties(
  context: NodeContext,
  { chains, firsts }: Pick<Base, "chains" | "firsts">,
  closers: Closers,
): Promise<{
  readonly roles: readonly Role[];
  readonly handlers: ReturnType<typeof openVerifier>["handlers"];
  readonly sandbox: ExecutorRoles["sandbox"] | null;
}> {
  const verifier = openVerifier({ context, chains, firsts });
  closers.add(() => verifier.close());
  const { handlers } = verifier;
  const wanted = context.config.roles;
  const verifies = wanted.includes("verifier") ? verifier.roles : [];
  if (!wanted.includes("executor")) return { roles: verifies, handlers, sandbox: null };
  const { openExecutorRoles } = await loadExecutor();
  const executor = await openExecutorRoles(context);
  closers.add(() => executor.close());
  return { roles: [...verifies, ...executor.roles], handlers, sandbox: executor.sandbox };
}

function openLog(config: NodeConfig, closers: Closers): Logger {
  const { level, file } = config.log;
  const logger = createLogger({
    level,
    destination: file === null ? { kind: "stderr" } : { kind: "file", path: file },
    fields: { nodeNo: config.nodeNo },
  });
  closers.add(() => Promise.resolve(logger.close()));
  if (config.tamper !== null) {
    logger.error("THIS NODE LIES ON PURPOSE, for a demonstration", { tamper: config.tamper });
  }
  return logger;
}

type EarlyContext = Omit<NodeContext, "signer" | "peers" | "transactions">;

interface Base {
  readonly context: EarlyContext;
  readonly watch: WatchRole;
  readonly chains: ReadonlyMap<number, Rpc>;
  readonly firsts: FirstBook;
  readonly operatorNo: number;
  /** Resolves when the ledger has replaced blocks that were read. */
  readonly rewritten: Promise<Error>;
}

/** Everything that needs no key: store, ledger, registry, the watch role. */
async function openBase(
  config: NodeConfig,
  parts: StartParts,
  logger: Logger,
  closers: Closers,
): Promise<Base> {
  const { nodeNo, deployment, dataDirectory } = config;
  const { clock } = parts;
  mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
  const metrics = createMetrics({ labels: { node: String(nodeNo) }, ofProcess: true });
  const store = openStore({ path: join(dataDirectory, "node.db") }, { logger, metrics });
  closers.add(() => Promise.resolve(store.close()));
  const { ledger, chains } = openChains(config, closers);
  const registry = await openRegistryView({ ledger });
  const { operatorNo } = await checkNode(config, { ledger, registry });
  const wakers = new Wakers(clock);
  const processId = randomBytes(8).toString("hex");
  const context: EarlyContext = {
    config,
    nodeNo,
    operatorNo,
    processId,
    clock,
    hasher: await createWasmHasher(),
    recovery: loadRecovery(),
    logger,
    metrics,
    store,
    ledger,
    calls: ledgerCalls(deployment),
    registry,
    wakers,
    submitted: new SubmittedClaims(processId),
  };
  const judgeIntent = intentJudge({ deployment, otherChains: [...config.chains.keys()] });
  const { wsUrl, pollMs, rpcTls } = config;
  const { chainId: ledgerChainId } = deployment;
  const firsts = new FirstBook({ ledgerChainId, chunkBlocks: CHUNK_BLOCKS }, chains);
  let onRewritten: (error: Error) => void = () => undefined;
  const rewritten = new Promise<Error>((resolve) => {
    onRewritten = resolve;
  });
  const watch = new WatchRole(
    { ownNodeNo: nodeNo, wsUrl, rpcTls, pollMs, chunkBlocks: CHUNK_BLOCKS, tickLimit: TICK_LIMIT },
    { ...context, chains, firsts, judgeIntent, onRewritten },
  );
  return { context, watch, chains, firsts, operatorNo, rewritten };
}

function openChains(
  config: NodeConfig,
  closers: Closers,
): { readonly ledger: Ledger; readonly chains: ReadonlyMap<number, Rpc> } {
  const { deployment, rpcUrl } = config;
  const connections = openRpcPost({ tls: config.rpcTls });
  closers.add(() => Promise.resolve(connections.close()));
  const rpc = createRpc({ url: rpcUrl }, connections);
  const chains = new Map<number, Rpc>([[deployment.chainId, rpc]]);
  for (const [chainId, url] of config.chains) {
    if (!chains.has(chainId)) chains.set(chainId, createRpc({ url }, connections));
  }
  return { ledger: connectLedger(deployment, { rpc }), chains };
}

async function openApi(
  config: NodeConfig,
  parts: StartParts,
  collaborators: Parameters<StartApi>[1],
  closers: Closers,
): Promise<RunningApi | null> {
  if (config.api === null || parts.startApi === null) return null;
  const api = await parts.startApi(config.api, collaborators);
  closers.add(() => api.close());
  return api;
}

async function openMetrics(
  { metrics: door }: NodeConfig,
  parts: MetricsParts,
  closers: Closers,
): Promise<RunningMetrics | null> {
  if (door === null) return null;
  const { startMetrics } = await import("./api/start-metrics.ts");
  const running = await startMetrics(door, parts);
  closers.add(() => running.close());
  return running;
}
