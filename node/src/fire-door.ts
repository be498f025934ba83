import { domainSeparator, type Hex, jsonHash } from "@deed/protocol/encoding";
import { askWallet } from "./ask-wallet.ts";
import type { FireMessage, ReceiptMessage } from "./peers/messages.ts";
import type { NodeContext } from "./roles/context.ts";
import {
  type AcceptedFire,
  acceptFire,
  FireError,
  type SignedFire,
} from "./roles/watch/accept-fire.ts";
import { dutyNow } from "./signer/duty-begin.ts";

/** How signed fires come in. */
export interface FireDoor {
  /** From this node's own users: stored, passed on to all other nodes, then answered. Errors: FireError. */
  readonly fromApi: (fire: SignedFire) => Promise<AcceptedFire>;
  /** From another node: stored and receipted; null when it is not valid. */
  readonly fromPeer: (message: FireMessage) => Promise<ReceiptMessage | null>;
}

const PASS_ON_MS = 2_000;

/** Checks fires, keeps them and passes them on; every node learns of a fire that any node took. */
export function fireDoor(context: NodeContext): FireDoor {
  const { store, clock, wakers, ledger, hasher, recovery, registry, nodeNo } = context;
  const { chainId, executions, intents } = ledger.deployment;
  const parts = {
    store,
    ledger: { chainId, executions },
    intentsDomain: domainSeparator({ chainId, verifyingContract: intents }, hasher),
    askWallet: (wallet: Hex, digest: Hex, signature: Hex) =>
      askWallet(ledger.rpc, { wallet, digest, signature }),
    recovery,
    nowMs: () => clock.nowMs(),
  };
  const accept = async (fire: SignedFire): Promise<AcceptedFire> => {
    const accepted = await acceptFire(parts, fire);
    if (accepted.isNew) wakers.of("claim").wake();
    return accepted;
  };
  return {
    fromApi: async (fire) => {
      const accepted = await accept(fire);
      if (accepted.isNew) await passOn(context, fire);
      return accepted;
    },
    fromPeer: async (message) => {
      if (jsonHash(message.input, hasher) !== message.inputHash) return null;
      try {
        const { fireHash } = await accept(message);
        const { atMs, begin } = dutyNow(registry, nodeNo, clock.nowMs());
        const receipt = await context.signer.receipt({ fireHash, atMs, ...begin });
        return { receipt };
      } catch (error) {
        if (error instanceof FireError) return null;
        throw error;
      }
    },
  };
}

/** To all other active nodes, as far as they answer in time. */
async function passOn(context: NodeContext, fire: SignedFire): Promise<void> {
  const { registry, peers, nodeNo, hasher, logger } = context;
  const message = { ...fire, inputHash: jsonHash(fire.input, hasher) };
  const others = registry.nodes().filter((node) => node.active && node.nodeNo !== nodeNo);
  const limit = AbortSignal.timeout(PASS_ON_MS);
  const answers = await Promise.allSettled(
    others.map((node) => peers.fire(node.nodeNo, message, limit)),
  );
  const taken = answers.filter(
    (answer) => answer.status === "fulfilled" && answer.value !== null,
  ).length;
  const { intentHash, ordinal } = fire;
  logger.debug("Fire passed on", { intentHash, ordinal, taken, others: others.length });
  if (taken === 0 && others.length > 0) {
    logger.warn("Fire reached no other node", { intentHash, ordinal });
  }
}
