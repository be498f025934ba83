import { BundleKeeper } from "./bundle-keeper.ts";
import type { ByteStream, PeerHandlers } from "./peers/handlers.ts";
import type { FireMessage, HelloMessage, ReceiptMessage } from "./peers/messages.ts";
import type { NodeContext } from "./roles/context.ts";
import type { WitnessBook } from "./roles/witness/witness-book.ts";

const BUNDLES = { unknownMs: 1_500 };

/** What the verify and beacon roles do when a peer calls. */
export type RoleHandlers = Pick<PeerHandlers, "commitment" | "verdict" | "preimage">;

export interface PeerHandlerParts {
  readonly context: Pick<NodeContext, "nodeNo" | "store" | "clock" | "logger" | "ledger">;
  readonly roles: RoleHandlers;
  readonly witness: Pick<WitnessBook, "take" | "newestOf">;
  /** Checks and stores a fire; null when it is not valid. */
  readonly acceptFire: (message: FireMessage) => Promise<ReceiptMessage | null>;
  readonly versions: HelloMessage["versions"];
}

/** Everything that other nodes may ask of this one (spec 10). */
export function peerHandlers(parts: PeerHandlerParts): PeerHandlers {
  const { context, roles, acceptFire, versions, witness } = parts;
  const { store, nodeNo } = context;
  const keeper = new BundleKeeper(BUNDLES, context);
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
    checkpoint: (from, message) => witness.take(from, message),
    newestCheckpoint: async (from) => witness.newestOf(from),
    putBatch: (...bundle) => keeper.keep(...bundle),
    fire: (_from, message) => acceptFire(message),
  };
}

async function* oneChunk(body: Uint8Array): ByteStream {
  yield body;
}
