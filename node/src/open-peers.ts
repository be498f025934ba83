import type { Hex } from "@deed/protocol/encoding";
import type { NodeConfig } from "./config.ts";
import { peerDirectory } from "./peer-directory.ts";
import { PEER_CLIENT_DEFAULTS, PeerClient } from "./peers/client.ts";
import type { PeerHandlers } from "./peers/handlers.ts";
import {
  type LeafIssuer,
  type LeafKeeper,
  type LeafToIssue,
  openLeafKeeper,
} from "./peers/leaf-keeper.ts";
import { PEER_SERVER_DEFAULTS, type PeerServer, startPeerServer } from "./peers/server.ts";
import type { NodeContext } from "./roles/context.ts";

export interface OpenPeersParts
  extends Pick<NodeContext, "clock" | "logger" | "metrics" | "registry" | "nodeNo"> {
  readonly issuer: CaIssuer;
}

/** The signer: it may hold the CA key to come beside the one that is registered. */
export interface CaIssuer {
  caCertificate(of: { readonly caHash: Hex }): Promise<Hex>;
  issueLeaf(leaf: LeafToIssue & { readonly caHash: Hex }): Promise<Hex>;
}

/** Both directions of the connections to other nodes. */
export interface OpenedPeers {
  readonly client: PeerClient;
  /** Answers other nodes from now on. @returns the port. */
  listen(handlers: PeerHandlers): Promise<number>;
  close(): Promise<void>;
}

const BACKDATE_SEC = 300;

/** Opens the client at once; the server when there is somebody to answer. */
export async function openPeers(config: NodeConfig, parts: OpenPeersParts): Promise<OpenedPeers> {
  const { clock, logger, registry, nodeNo } = parts;
  const directory = peerDirectory(registry);
  const count = connectionGauge(parts);
  const { chainId } = config.deployment;
  const leaf = await openLeafKeeper(
    { nodeNo, chainId, lifetimeSec: config.peers.leafSec, backdateSec: BACKDATE_SEC },
    { issuer: registeredIssuer(parts), clock, logger },
  );
  const stopFollowing = followCa(parts, leaf);
  const client = new PeerClient(
    { ...PEER_CLIENT_DEFAULTS, chainId },
    { directory, leaf, clock, onConnection: count("out") },
  );
  let server: PeerServer | null = null;
  const stopRechecking = registry.onRefreshed(() => {
    server?.recheck();
    client.recheck();
  });
  return {
    client,
    listen: async (handlers) => {
      server = await startPeerServer(
        { ...PEER_SERVER_DEFAULTS, ...config.peers, chainId },
        { directory, leaf, handlers, clock, logger, onConnection: count("in") },
      );
      return server.port;
    },
    close: async () => {
      // Both at once: a server waits for connections whose other ends may be closing in the same way.
      await Promise.all([client.close(), server?.close()]);
      stopFollowing();
      stopRechecking();
      leaf.close();
    },
  };
}

type Direction = "in" | "out";

function connectionGauge({
  metrics,
}: OpenPeersParts): (direction: Direction) => (nodeNo: number, change: 1 | -1) => void {
  const gauge = metrics.gauge("deed_peer_connections", "Open connections with another node", [
    "direction",
    "peer",
  ]);
  return (direction) => (nodeNo, change) => gauge.inc({ direction, peer: nodeNo }, change);
}

/** Issues under the CA key that the registry binds to the node now: no other is worth anything to peers. */
function registeredIssuer({ issuer, registry, nodeNo }: OpenPeersParts): LeafIssuer {
  const registered = (): Hex => registry.node(nodeNo)!.caHash;
  return {
    caCertificate: () => issuer.caCertificate({ caHash: registered() }),
    issueLeaf: (leaf) => issuer.issueLeaf({ ...leaf, caHash: registered() }),
  };
}

/** A new leaf as soon as another CA key is registered. Connections stay: a leaf is shown when one is opened. */
function followCa({ registry, nodeNo, logger }: OpenPeersParts, leaf: LeafKeeper): () => void {
  let caHash = registry.node(nodeNo)!.caHash;
  return registry.onRefreshed(() => {
    const registered = registry.node(nodeNo)?.caHash ?? caHash;
    if (registered === caHash) return;
    caHash = registered;
    leaf.rotate().then(
      () => logger.info("Leaf certificate under the new CA key", { caHash }),
      (error: unknown) =>
        logger.error("No leaf under the new CA key", { caHash, error: String(error) }),
    );
  });
}
