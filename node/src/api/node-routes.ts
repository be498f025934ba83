import { CURRENT_RUNTIME } from "@deed/protocol/runtime";
import {
  isLoopbackUrl,
  KEY_TIERS,
  NODE_API_VERSION,
  type NodeHealth,
  type NodeInfo,
  nodeHealth,
  nodeInfo,
  type SandboxHealth,
} from "@deed/sdk";
import type { FastifyInstance } from "fastify";
import { claimBar } from "../claim-bar.ts";
import type { SandboxState } from "../sandbox/live-sandbox.ts";
import type { ApiContext } from "./api-context.ts";
import type { NodeView } from "./node-view.ts";

const EMBEDDED_CHAIN_ID = 31337;
/** A head older than this means that the node does not follow. */
const BEHIND_BLOCKS = 50;
const SOFTWARE_TIERS = 1;

/** How the node is, and who it is. */
export function nodeRoutes(server: FastifyInstance, context: ApiContext): void {
  const { node } = context;
  server.get(
    "/healthz",
    { schema: { summary: "Is the node up?", response: { 200: nodeHealth.schema } } },
    async (): Promise<NodeHealth> => healthOf(context),
  );
  server.get(
    "/v1/info",
    { schema: { summary: "Who the node is", response: { 200: nodeInfo.schema } } },
    async (): Promise<NodeInfo> => infoOf(node),
  );
}

/** Prometheus metrics: only where the listener is private. */
export function metricsRoute(server: FastifyInstance, context: ApiContext): void {
  const { metrics } = context.node;
  server.get("/metrics", { schema: { hide: true } }, async (_request, reply) => {
    await reply.type(metrics.contentType).send(await metrics.text());
  });
}

async function healthOf({ node, sandbox }: ApiContext): Promise<NodeHealth> {
  const { chainId } = node.ledger.deployment;
  const head = node.store.read.cursors.get({ chainId })?.blockNumber ?? null;
  const newest = await node.ledger.head().catch(() => null);
  const follows = head !== null && newest !== null && newest.number - head <= BEHIND_BLOCKS;
  const state = sandbox();
  return {
    status: follows ? "ok" : "behind",
    head,
    sandbox: state === null ? null : sandboxHealth(state),
    contradictingNodes: [
      ...new Set(node.store.read.witnessed.contradicting().map(({ nodeNo }) => nodeNo)),
    ],
    claimsBarred: claimBar(node.registry, node.operatorNo, Math.floor(node.clock.nowMs() / 1000)),
  };
}

function sandboxHealth({ now, fallenFrom }: SandboxState): SandboxHealth {
  return {
    adapter: now?.adapter ?? null,
    level: now?.level ?? null,
    fallenFrom: fallenFrom?.adapter ?? null,
    why: fallenFrom?.why ?? null,
  };
}

function infoOf(node: NodeView): NodeInfo {
  const { config, nodeNo, operatorNo, registry, ledger, store } = node;
  const { deployment } = ledger;
  const tier = registry.node(nodeNo)?.keyTier ?? 0;
  const isEmbedded = deployment.chainId === EMBEDDED_CHAIN_ID;
  const cursor = store.read.cursors.get({ chainId: deployment.chainId });
  const isLocalRpc = isLoopbackUrl(config.rpcUrl);
  return {
    chainId: deployment.chainId,
    deployment,
    nodeNo,
    operatorNo,
    operatorName: registry.operator(operatorNo)?.name ?? "",
    roles: config.roles,
    keyTier: KEY_TIERS[tier] ?? "softwareFile",
    areKeysSoftware: tier <= SOFTWARE_TIERS,
    versions: {
      api: NODE_API_VERSION,
      peers: "deed/1",
      bundle: "deed.bundle.1",
      dialect: "deed.v1",
      runtime: String(CURRENT_RUNTIME),
    },
    otherChains: [...config.chains.keys()].filter((chainId) => chainId !== deployment.chainId),
    head: cursor?.blockNumber ?? null,
    // Anything else may have a key in its path.
    rpcUrl: isLocalRpc ? config.rpcUrl : null,
    notes: notesOf(tier, isEmbedded, config.tamper !== null),
  };
}

function notesOf(tier: number, isEmbedded: boolean, lies: boolean): readonly string[] {
  return [
    ...(tier <= SOFTWARE_TIERS ? ["This node's keys are held by software."] : []),
    ...(isEmbedded
      ? ["An embedded network: all nodes share one machine and one endpoint of the ledger."]
      : []),
    ...(lies ? ["THIS NODE LIES ON PURPOSE, for a demonstration."] : []),
  ];
}
