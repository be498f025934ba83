import { join } from "node:path";
import {
  type LeafKeeper,
  openLeafKeeper,
  PEER_CLIENT_DEFAULTS,
  PEER_SERVER_DEFAULTS,
  PeerClient,
  type PeerHandlers,
  type PeerNode,
  SILENT,
  startPeerServer,
} from "@deed/node/parts";
import { rounded } from "../measure/statistics.ts";
import { closedLoop, rateOf } from "../measure/timing.ts";
import { CHAIN_ID, openBenchSigner } from "../parts/bench-signer.ts";
import type { Figure, RowContext } from "../row.ts";

const IN_FLIGHT = 32;
const CALLER = 1;
const CALLED = 2;
const LEAF = { lifetimeSec: 3_600, backdateSec: 300 };
const UNBOUNDED = { perSecond: 1_000_000, burst: 1_000_000, concurrent: 256 };

/** Greetings over mutual TLS. Both ends are in this process, so one core does the work of two. */
export async function peers(context: RowContext): Promise<readonly Figure[]> {
  const closing: (() => unknown)[] = [];
  try {
    const { client, leaf } = await openPair(context, closing);
    const { seconds, signal } = context;
    await client.hello(CALLED, signal);
    const cpuBefore = process.cpuUsage();
    const loop = await closedLoop({ inFlight: IN_FLIGHT, seconds, signal }, async () => {
      await client.hello(CALLED, signal);
    });
    const { user, system } = process.cpuUsage(cpuBefore);
    const { ms, ...rate } = rateOf(loop);
    // Of a machine that is busy with something else, what a whole core would do says more.
    const perCpuSecond = rounded((ms.samples / (user + system)) * 1e6);
    return [
      {
        what: `requests, ${IN_FLIGHT} in flight, both ends in one process`,
        ...{ value: rate.perSecond, unit: "1/s", batchSize: null, goal: { atLeast: 5_000 } },
        ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples, detail: { perCpuSecond } },
      },
      await rotation(leaf, context),
    ];
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

/** A new leaf of a key that the signer holds, and what the door of the node needs of it. */
async function rotation(leaf: LeafKeeper, { seconds, signal }: RowContext): Promise<Figure> {
  const half = { inFlight: 1, seconds: seconds / 2, signal };
  const { ms } = rateOf(await closedLoop(half, () => leaf.rotate()));
  return {
    what: "a leaf rotated: new key, certificate by the signer, new context of the open door",
    ...{ value: ms.p50, unit: "ms", batchSize: null, goal: { atMost: 10 } },
    ...{ p50: ms.p50, p99: ms.p99, samples: ms.samples },
  };
}

/** Two nodes that know each other. */
async function openPair(
  { directory }: RowContext,
  closing: (() => unknown)[],
): Promise<{ readonly client: PeerClient; readonly leaf: LeafKeeper }> {
  const clock = { nowMs: () => Date.now() };
  const nodes = new Map<number, PeerNode>();
  const registry = { node: (nodeNo: number) => nodes.get(nodeNo) ?? null };
  const open = async (nodeNo: number) => {
    const signer = await openBenchSigner(join(directory, String(nodeNo)), nodeNo);
    closing.push(() => signer.close());
    const leaf = await openLeafKeeper(
      { nodeNo, chainId: CHAIN_ID, ...LEAF },
      { issuer: signer.client, clock, logger: SILENT },
    );
    closing.push(() => leaf.close());
    return { leaf, caHash: signer.caHash };
  };
  const [caller, called] = [await open(CALLER), await open(CALLED)];
  const server = await startPeerServer(
    { ...PEER_SERVER_DEFAULTS, chainId: CHAIN_ID, perPeer: UNBOUNDED },
    { directory: registry, leaf: called.leaf, handlers: HANDLERS, clock, logger: SILENT },
  );
  closing.push(() => server.close());
  const endpoint = `https://127.0.0.1:${server.port}`;
  nodes.set(CALLER, { endpoint: "https://127.0.0.1:1", caHash: caller.caHash, active: true });
  nodes.set(CALLED, { endpoint, caHash: called.caHash, active: true });
  const client = new PeerClient(
    { ...PEER_CLIENT_DEFAULTS, chainId: CHAIN_ID },
    { directory: registry, leaf: caller.leaf, clock },
  );
  closing.push(() => client.close());
  // The one with a door: its new leaf is shown to whoever comes.
  return { client, leaf: called.leaf };
}

const HANDLERS: PeerHandlers = {
  hello: async () => ({ nodeNo: CALLED, head: 1, versions: { peer: "deed/1" } }),
  getBatch: async () => null,
  putBatch: async () => true,
  commitment: async () => null,
  verdict: async () => undefined,
  preimage: async () => undefined,
  checkpoint: async () => null,
  newestCheckpoint: async () => null,
  fire: async () => null,
};
