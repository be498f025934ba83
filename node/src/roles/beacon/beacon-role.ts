import type { Hex } from "@deed/protocol/encoding";
import type { ChainTip } from "@deed/sdk";
import { SignerError } from "../../signer/signer-error.ts";
import type { RoundRow } from "../../store/rounds.ts";
import { newestAnchor } from "../anchor.ts";
import type { NodeContext } from "../context.ts";
import { nextTurnMs, turnAt } from "../purpose-turn.ts";
import type { Role } from "../role.ts";
import { ChainTips } from "./chain-tips.ts";
import { GenerationKeeper } from "./generation-keeper.ts";
import { ReturnKeeper } from "./return-keeper.ts";

/** A preimage as peers send it. */
export interface OfferedPreimage {
  readonly round: number;
  readonly operatorNo: number;
  readonly preimage: Hex;
}

export type BeaconContext = Pick<
  NodeContext,
  | "nodeNo"
  | "operatorNo"
  | "clock"
  | "hasher"
  | "logger"
  | "store"
  | "ledger"
  | "calls"
  | "registry"
  | "signer"
  | "transactions"
  | "peers"
  | "wakers"
>;

interface OpenRound {
  readonly round: number;
  /** When this node saw it open. */
  readonly seenMs: number;
  /** Operators whose preimage it needs, ascending. */
  members: readonly number[];
  /** When the members were asked for. */
  membersMs: number;
  /** When all members' preimages were here; null while one is missing. */
  completeMs: number | null;
  /** This operator's preimage was told to the others. */
  isTold: boolean;
}

const RETRY_MS = 1_000;
/** A transaction that could not pass is tried again after so many deltas. */
const TURN_DELTAS = 2;
/** How many operators get the preimages: the first in turn posts them, the next if that one does not. */
const FIRST_POSTERS = 2;
const CLOSE_TURN_DELTAS = 8;

/** Gives this operator's preimage once a round is open, and sees to it that the round closes (spec 05). */
export class BeaconRole implements Role {
  readonly name = "beacon";
  readonly #context: BeaconContext;
  readonly #tips: ChainTips;
  readonly #generations: GenerationKeeper;
  readonly #returns: ReturnKeeper;
  /** The last offer of each operator: it may come before this node sees the round open. */
  readonly #offers = new Map<number, OfferedPreimage>();
  #open: OpenRound | null = null;

  constructor(context: BeaconContext) {
    this.#context = context;
    this.#tips = new ChainTips(context);
    this.#generations = new GenerationKeeper(context);
    this.#returns = new ReturnKeeper(context);
  }

  async run(signal: AbortSignal): Promise<void> {
    const waker = this.#context.wakers.of(this.name);
    while (!signal.aborted) {
      await waker.wait(await this.#tryLook(signal), signal);
    }
  }

  /** A peer's preimage. It is checked against the ledger before it is used. */
  offered(fromNode: number, offer: OfferedPreimage): Promise<void> {
    const { registry, wakers } = this.#context;
    if (registry.node(fromNode)?.operatorNo === offer.operatorNo) {
      const { round, operatorNo, preimage } = offer;
      this.#offers.set(operatorNo, { round, operatorNo, preimage });
      wakers.of(this.name).wake();
    }
    return Promise.resolve();
  }

  async #tryLook(signal: AbortSignal): Promise<number> {
    const { logger, clock } = this.#context;
    try {
      const roundMs = await this.#look(signal);
      const keptMs = Math.min(await this.#generations.look(), await this.#returns.look());
      return roundMs === null ? keptMs : Math.min(roundMs, keptMs);
    } catch (error) {
      if (!signal.aborted) logger.warn("The beacon could not go on", { error: String(error) });
      return clock.nowMs() + RETRY_MS;
    }
  }

  /** @returns when to look again without a wake-up. */
  async #look(signal: AbortSignal): Promise<number | null> {
    const row = this.#openRow();
    if (row === null || row.round !== this.#open?.round) this.#leave();
    if (row === null) return null;
    this.#open ??= await this.#enter(row.round);
    await this.#giveOwn(this.#open, signal);
    return this.#drive(this.#open, signal);
  }

  /** The round that is open by now: records wait for it, and they are final. */
  #openRow(): RoundRow | null {
    const { store, ledger, registry } = this.#context;
    const newest = newestAnchor(store, ledger.deployment.chainId);
    if (newest === null) return null;
    const head = newest.number + registry.parameters.confirmations;
    const rows = store.read.rounds.select("seed IS NULL ORDER BY round LIMIT 1");
    const [row] = rows;
    return row?.openBlock != null && row.openBlock <= head ? row : null;
  }

  async #enter(round: number): Promise<OpenRound> {
    const members = await this.#context.ledger.beaconMembers();
    const nowMs = this.#context.clock.nowMs();
    return {
      round,
      seenMs: nowMs,
      members,
      membersMs: nowMs,
      completeMs: null,
      isTold: false,
    };
  }

  /** Once for each round, and again when it opens anew with other members. */
  async #giveOwn(open: OpenRound, signal: AbortSignal): Promise<void> {
    const { operatorNo, store } = this.#context;
    if (open.isTold || !open.members.includes(operatorNo)) return;
    const owed = await this.#tips.owedTo(open.round, operatorNo);
    const preimage = owed === null ? null : await this.#preimageOf(owed);
    if (preimage !== null) {
      const offer = { round: open.round, operatorNo, preimage };
      await store.write((tables) => tables.preimages.put(offer));
      this.#tell(open, offer, signal);
    }
    open.isTold = true;
  }

  /** Null when the chain in force is none of this signer's: its own silence must not keep the node from the rest. */
  async #preimageOf(owed: ChainTip): Promise<Hex | null> {
    const { signer, logger } = this.#context;
    try {
      return await signer.preimage(owed);
    } catch (error) {
      if (!(error instanceof SignerError) || error.failure.code !== "E_BEACON_CHAIN") throw error;
      logger.error("No preimage: the beacon chain in force is none of this signer's", {
        ...error.failure,
      });
      return null;
    }
  }

  /** Best effort, to those who post first: what does not arrive there is posted on the ledger. */
  #tell(open: OpenRound, offer: OfferedPreimage, signal: AbortSignal): void {
    const { registry, nodeNo, peers, logger } = this.#context;
    for (const node of registry.nodes()) {
      if (node.nodeNo === nodeNo || !node.active) continue;
      if (rankIn(open, node.operatorNo) >= FIRST_POSTERS) continue;
      peers.preimage(node.nodeNo, offer, signal).catch((error: unknown) => {
        if (signal.aborted) return;
        logger.debug("Preimage not delivered", { to: node.nodeNo, error: String(error) });
      });
    }
  }

  /** Posts what it is this node's turn to post. @returns when its next turn comes. */
  async #drive(open: OpenRound, signal: AbortSignal): Promise<number> {
    const { clock, registry } = this.#context;
    const deltaMs = registry.parameters.deltaSec * 1000;
    const nowMs = clock.nowMs();
    const valid = await this.#validPreimages(open);
    const isComplete = open.members.length > 0 && valid.size === open.members.length;
    open.completeMs = isComplete ? (open.completeMs ?? nowMs) : null;
    if (open.completeMs === null) return this.#driveIncomplete(open, valid, nowMs, signal);
    const turnMs = open.completeMs + rankIn(open, this.#context.operatorNo) * deltaMs;
    if (nowMs < turnMs) return turnMs;
    return this.#post(open, "all", valid, { nowMs, firstMs: turnMs });
  }

  /** Not all came: everybody puts its own on the ledger, so that nobody can leave one out. */
  async #driveIncomplete(
    open: OpenRound,
    valid: ReadonlyMap<number, Hex>,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<number> {
    const { registry, operatorNo, ledger } = this.#context;
    const { deltaSec, beaconWindowSec } = registry.parameters;
    const deltaMs = deltaSec * 1000;
    const ownTurnMs = open.seenMs + deltaMs;
    if (nowMs < ownTurnMs) return ownTurnMs;
    await this.#renewMembers(open, nowMs, signal);
    const own = valid.get(operatorNo);
    let nextMs = nowMs + TURN_DELTAS * deltaMs;
    if (own !== undefined && !(await ledger.hasRevealed(open.round, operatorNo))) {
      const turn = { nowMs, firstMs: ownTurnMs };
      nextMs = await this.#post(open, "own", new Map([[operatorNo, own]]), turn);
    }
    const closeMs = open.seenMs + beaconWindowSec * 1000 + (rankIn(open, operatorNo) + 1) * deltaMs;
    if (nowMs < closeMs) return Math.min(nextMs, closeMs);
    const everyMs = CLOSE_TURN_DELTAS * deltaMs;
    await this.#close(open.round, turnAt(nowMs, closeMs, everyMs));
    return nextTurnMs(nowMs, closeMs, everyMs);
  }

  /** A round of which nobody's preimage came may open anew, with the members of another generation. */
  async #renewMembers(open: OpenRound, nowMs: number, signal: AbortSignal): Promise<void> {
    const { ledger, registry } = this.#context;
    if (nowMs < open.membersMs + registry.parameters.deltaSec * 1000) return;
    const members = await ledger.beaconMembers();
    const isSame = members.join() === open.members.join();
    open.membersMs = nowMs;
    if (isSame) return;
    open.members = members;
    open.isTold = false;
    this.#tips.forget();
    await this.#giveOwn(open, signal);
  }

  /** What the members gave, as far as it fits their chains: a bad one hurts nobody but its giver. */
  async #validPreimages(open: OpenRound): Promise<ReadonlyMap<number, Hex>> {
    const { store } = this.#context;
    const stored = store.read.preimages.ofRound(open.round);
    const known = new Map(stored.map((row) => [row.operatorNo, row.preimage]));
    const found = await Promise.all(
      open.members.map(async (operatorNo) => {
        const preimage = await this.#validOf(open.round, operatorNo, known.get(operatorNo));
        return preimage === null ? null : ([operatorNo, preimage] as const);
      }),
    );
    return new Map(found.filter((entry) => entry !== null));
  }

  async #validOf(round: number, operatorNo: number, stored: Hex | undefined): Promise<Hex | null> {
    if (stored !== undefined && (await this.#isGood(round, operatorNo, stored))) return stored;
    const offer = this.#offers.get(operatorNo);
    if (offer === undefined || offer.round !== round || offer.preimage === stored) return null;
    if (!(await this.#tips.isNext(operatorNo, offer.preimage))) return null;
    await this.#context.store.write((tables) => tables.preimages.put(offer));
    return offer.preimage;
  }

  async #isGood(round: number, operatorNo: number, preimage: Hex): Promise<boolean> {
    if (await this.#tips.isNext(operatorNo, preimage)) return true;
    // Already on the ledger, then the tip has moved to it.
    return this.#context.ledger.hasRevealed(round, operatorNo);
  }

  /** @returns when to try again, should the round still be open then. */
  async #post(
    open: OpenRound,
    what: "all" | "own",
    preimages: ReadonlyMap<number, Hex>,
    { nowMs, firstMs }: { readonly nowMs: number; readonly firstMs: number },
  ): Promise<number> {
    const { transactions, calls, nodeNo, registry } = this.#context;
    const everyMs = TURN_DELTAS * registry.parameters.deltaSec * 1000;
    const turn = turnAt(nowMs, firstMs, everyMs);
    const operatorNos = [...preimages.keys()].sort((a, b) => a - b);
    const values = operatorNos.map((operatorNo) => preimages.get(operatorNo)!);
    await transactions.wish({
      purpose: `reveal:${open.round}:${what}:${nodeNo}:${turn}`,
      call: calls.reveal(open.round, operatorNos, values),
      gas: null,
    });
    // Should it not pass, one of them was not what it seemed.
    if (turn > 0) this.#tips.forget();
    return nextTurnMs(nowMs, firstMs, everyMs);
  }

  async #close(round: number, turn: number): Promise<void> {
    const { transactions, calls, nodeNo } = this.#context;
    await transactions.wish({
      purpose: `close-round:${round}:${nodeNo}:${turn}`,
      call: calls.closeRound(round),
      gas: null,
    });
  }

  /** A round that closed leaves its preimages as the new tips. */
  #leave(): void {
    const left = this.#open;
    this.#open = null;
    if (left === null) return;
    for (const row of this.#context.store.read.preimages.ofRound(left.round)) {
      this.#tips.moved(row.operatorNo, row.preimage);
    }
  }
}

/** An operator's place in the order of posting, another one in each round. */
function rankIn({ members, round }: OpenRound, operatorNo: number): number {
  const count = members.length;
  const position = members.indexOf(operatorNo);
  if (position < 0 || count === 0) return count;
  return (position + count - (round % count)) % count;
}
