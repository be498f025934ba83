import type { NodeConfig } from "./config.ts";
import { PEER_CLIENT_DEFAULTS, PeerClient } from "./peers/client.ts";
import type { PeerHandlers } from "./peers/handlers.ts";
import { type LeafIssuer, openLeafKeeper } from "./peers/leaf-keeper.ts";
import { PEER_SERVER_DEFAULTS, type PeerServer, startPeerServer } from "./peers/server.ts";
import type { NodeContext } from "./roles/context.ts";

export interface OpenPeersParts
  extends Pick<NodeContext, "clock" | "logger" | "registry" | "nodeNo"> {
  readonly issuer: LeafIssuer;
}

/** Both directions of the connections to other nodes. */
export interface OpenedPeers {
  readonly client: PeerClient;
  /** Answers other nodes from now on. @returns the port. */
  listen(handlers: PeerHandlers): Promise<number>;
  close(): Promise<void>;
}

const LEAF_SEC = 3600;
const BACKDATE_SEC = 300;

/** Opens the client at once; the server when there is somebody to answer. */
export async function openPeers(config: NodeConfig, parts: OpenPeersParts): Promise<OpenedPeers> {
  const { clock, logger, registry, nodeNo, issuer } = parts;
  const { chainId } = config.deployment;
  const leaf = await openLeafKeeper(
    { nodeNo, chainId, lifetimeSec: LEAF_SEC, backdateSec: BACKDATE_SEC },
    { issuer, clock, logger },
  );
  const client = new PeerClient(
    { ...PEER_CLIENT_DEFAULTS, chainId },
    { directory: registry, leaf, clock },
  );
  let server: PeerServer | null = null;
  return {
    client,
    listen: async (handlers) => {
      server = await startPeerServer(
        { ...PEER_SERVER_DEFAULTS, ...config.peers, chainId },
        { directory: registry, leaf, handlers, clock, logger },
      );
      return server.port;
    },
    close: async () => {
      // Both at once: a server waits for connections whose other ends may be closing in the same way.
      await Promise.all([client.close(), server?.close()]);
      leaf.close();
    },
  };
}
