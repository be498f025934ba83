import type { Clock } from "../clock.ts";
import { type Logger, SILENT } from "../telemetry/logger.ts";
import { PEER_CLIENT_DEFAULTS, PeerClient, type PeerClientOptions } from "./client.ts";
import type { PeerHandlers } from "./handlers.ts";
import type { PeerDirectory, PeerNode } from "./identity.ts";
import { type TestIssuer, testIssuer } from "./issuer.testing.ts";
import { type LeafKeeper, openLeafKeeper } from "./leaf-keeper.ts";
import {
  PEER_SERVER_DEFAULTS,
  type PeerServer,
  type PeerServerOptions,
  startPeerServer,
} from "./server.ts";

export const CHAIN_ID = 31337;

export class TestDirectory implements PeerDirectory {
  readonly nodes: Map<number, PeerNode> = new Map<number, PeerNode>();

  node(nodeNo: number): PeerNode | null {
    return this.nodes.get(nodeNo) ?? null;
  }
}

export interface TestNode {
  readonly nodeNo: number;
  readonly issuer: TestIssuer;
  readonly leaf: LeafKeeper;
  readonly server: PeerServer;
  readonly client: PeerClient;
}

export interface TestNodeOptions {
  readonly issuer?: TestIssuer;
  readonly handlers?: Partial<PeerHandlers>;
  readonly server?: Partial<PeerServerOptions>;
  readonly client?: Partial<PeerClientOptions>;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Told by the client. */
  readonly onConnection?: (nodeNo: number, change: 1 | -1) => void;
}

/** Nodes on loopback that share one registry. */
export class TestNetwork {
  readonly directory: TestDirectory = new TestDirectory();
  readonly #closing: (() => unknown)[] = [];

  async add(nodeNo: number, options: TestNodeOptions = {}): Promise<TestNode> {
    const { directory } = this;
    const { onConnection } = options;
    const issuer = options.issuer ?? (await testIssuer({ nodeNo, chainId: CHAIN_ID }));
    const clock = options.clock ?? { nowMs: Date.now };
    const logger = options.logger ?? SILENT;
    const leafOptions = { nodeNo, chainId: CHAIN_ID, lifetimeSec: 3_600, backdateSec: 300 };
    const leaf = await openLeafKeeper(leafOptions, { issuer, clock, logger });
    const server = await startPeerServer(
      { ...PEER_SERVER_DEFAULTS, chainId: CHAIN_ID, ...options.server },
      { directory, leaf, handlers: testHandlers(nodeNo, options.handlers), clock, logger },
    );
    const client = new PeerClient(
      { ...PEER_CLIENT_DEFAULTS, chainId: CHAIN_ID, backoffMs: 0, ...options.client },
      { directory, leaf, clock, ...(onConnection === undefined ? {} : { onConnection }) },
    );
    const endpoint = `https://127.0.0.1:${server.port}`;
    directory.nodes.set(nodeNo, { endpoint, caHash: issuer.caHash, active: true });
    this.#closing.push(async () => {
      leaf.close();
      await client.close();
      await server.close();
    });
    return { nodeNo, issuer, leaf, server, client };
  }

  async close(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }
}

function testHandlers(nodeNo: number, own: Partial<PeerHandlers> = {}): PeerHandlers {
  return {
    hello: async (from) => ({ nodeNo, head: from, versions: { peer: "deed/1" } }),
    getBatch: async () => null,
    putBatch: async () => true,
    commitment: async () => null,
    verdict: async () => undefined,
    preimage: async () => undefined,
    checkpoint: async () => null,
    newestCheckpoint: async () => null,
    fire: async () => null,
    ...own,
  };
}
