import type { ByteStream, PeerHandlers } from "./peers/handlers.ts";
import type { FireMessage, HelloMessage, ReceiptMessage } from "./peers/messages.ts";
import type { NodeContext } from "./roles/context.ts";

/** What the verify and beacon roles do when a peer calls. */
export type RoleHandlers = Pick<PeerHandlers, "commitment" | "verdict" | "preimage">;

export interface PeerHandlerParts {
  readonly context: Pick<NodeContext, "nodeNo" | "store" | "clock" | "logger" | "ledger">;
  readonly roles: RoleHandlers;
  /** Checks and stores a fire; null when it is not valid. */
  readonly acceptFire: (message: FireMessage) => Promise<ReceiptMessage | null>;
  readonly versions: HelloMessage["versions"];
}

/** Everything that other nodes may ask of this one (spec 10). */
export function peerHandlers(parts: PeerHandlerParts): PeerHandlers {
  const { context, roles, acceptFire, versions } = parts;
  const { store, nodeNo } = context;
  return {
    ...roles,
    hello: async () => {
      const cursor = store.read.cursors.get({ chainId: context.ledger.deployment.chainId });
      return { nodeNo, head: cursor?.blockNumber ?? 0, versions };
    },
    getBatch: async (_from, batchNo) => {
      const row = store.read.batchBundles.get({ batchNo });
      return row === null ? null : oneChunk(row.body);
    },
    putBatch: (from, batchNo, bundle) => keepBundle(context, from, batchNo, bundle),
    fire: (_from, message) => acceptFire(message),
  };
}

/**
 * Keeps a bundle that an executor pushes before it records. It is not checked here: whoever needs it
 * compares it with the record. A batch that is not known yet may be a block ahead of this node.
 */
async function keepBundle(
  context: PeerHandlerParts["context"],
  from: number,
  batchNo: number,
  bundle: ByteStream,
): Promise<boolean> {
  const { store, clock, logger } = context;
  const mayKeep = (): boolean => {
    const batch = store.read.batches.get({ batchNo });
    if (batch !== null)
      return batch.nodeNo === from && !store.read.batchBundles.isComplete(batchNo);
    const held = store.read.batchBundles.get({ batchNo });
    return held === null || held.fromNode === from;
  };
  if (!mayKeep()) return false;
  const chunks: Uint8Array[] = [];
  for await (const chunk of bundle) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  if (!mayKeep()) return false;
  const row = { batchNo, complete: false, fromNode: from, receivedMs: clock.nowMs(), body };
  await store.write((tables) => tables.batchBundles.put(row));
  logger.debug("Bundle kept for its executor", { batchNo, from, bytes: body.length });
  return true;
}

async function* oneChunk(body: Uint8Array): ByteStream {
  yield body;
}
