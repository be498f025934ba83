import type { Hex } from "@deed/protocol/encoding";
import type { RoundRow } from "../../store/rounds.ts";
import { newestAnchor } from "../anchor.ts";
import type { NodeContext } from "../context.ts";
import type { Role } from "../role.ts";
import { ChainTips } from "./chain-tips.ts";
import { GenerationKeeper } from "./generation-keeper.ts";

/** A preimage as peers send it. */
export interface OfferedPreimage {
  readonly round: number;
  readonly operatorNo: number;
  readonly preimage: Hex;
}

type Context = Pick<
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
  readonly members: readonly number[];
  /** When all members' preimages were here; null before. */
  completeMs: number | null;
}

const ROUNDS_AHEAD = 2;

/** Gives this operator's preimage once a round is open, and sees to it that the round closes (spec 05). */
export class BeaconRole implements Role {
  readonly name = "beacon";
  readonly #context: Context;
  readonly #tips: ChainTips;
  readonly #generations: GenerationKeeper;
  #open: OpenRound | null = null;

  constructor(context: Context) {
    this.#context = context;
    this.#tips = new ChainTips(context);
    this.#generations = new GenerationKeeper(context);
  }

  async run(signal: AbortSignal): Promise<void> {
    const waker = this.#context.wakers.of(this.name);
    while (!signal.aborted) {
      const nextMs = await this.#look(signal);
      await this.#generations.look();
      await waker.wait(nextMs, signal);
    }
  }

  /** A peer's preimage. It is checked against the ledger before it is used. */
  async offered(fromNode: number, offer: OfferedPreimage): Promise<void> {
    const { registry, store, wakers } = this.#context;
    if (registry.node(fromNode)?.operatorNo !== offer.operatorNo) return;
    const known = this.#openRow();
    const isNear = known === null || Math.abs(offer.round - known.round) <= ROUNDS_AHEAD;
    if (!isNear) return;
    await store.write((tables) => tables.preimages.insertIfAbsent(offer));
    wakers.of(this.name).wake();
  }

  /** @returns when to look again without a wake-up. */
  async #look(signal: AbortSignal): Promise<number | null> {
    const row = this.#openRow();
    if (row === null) {
      this.#forget();
      return null;
    }
    if (this.#open?.round !== row.round) await this.#enter(row, signal);
    const open = this.#open;
    return open === null ? null : this.#drive(open);
  }

  /** The round that is open by now: records wait for it, and they are final. */
  #openRow(): RoundRow | null {
    const { store, ledger } = this.#context;
    const head = newestAnchor(store, ledger.deployment.chainId);
    if (head === null) return null;
    const rows = store.read.rounds.select(
      "seed IS NULL AND open_block <= :block ORDER BY round LIMIT 1",
      { block: head.number },
    );
    return rows[0] ?? null;
  }

  async #enter(row: RoundRow, signal: AbortSignal): Promise<void> {
    const { ledger, operatorNo, clock } = this.#context;
    this.#forget();
    const members = await ledger.beaconMembers();
    const { round } = row;
    this.#open = { round, seenMs: clock.nowMs(), members, completeMs: null };
    if (!members.includes(operatorNo)) return;
    const preimage = await this.#ownPreimage();
    const offer = { round, operatorNo, preimage };
    await this.#context.store.write((tables) => tables.preimages.insertIfAbsent(offer));
    this.#tell(offer, signal);
  }

  async #ownPreimage(): Promise<Hex> {
    const { operatorNo, signer } = this.#context;
    return signer.preimage(await this.#tips.nextIndex(operatorNo));
  }

  /** Best effort: what does not arrive is posted on the ledger. */
  #tell(offer: OfferedPreimage, signal: AbortSignal): void {
    const { registry, nodeNo, peers, logger } = this.#context;
    for (const node of registry.nodes()) {
      if (node.nodeNo === nodeNo || !node.active) continue;
      peers.preimage(node.nodeNo, offer, signal).catch((error: unknown) => {
        if (signal.aborted) return;
        logger.debug("Preimage not delivered", { to: node.nodeNo, error: String(error) });
      });
    }
  }

  /** Posts what it is this node's turn to post. @returns when its next turn comes. */
  async #drive(open: OpenRound): Promise<number | null> {
    const { clock, registry, operatorNo } = this.#context;
    const { deltaSec, beaconWindowSec } = registry.parameters;
    const deltaMs = deltaSec * 1000;
    const valid = await this.#validPreimages(open);
    const isComplete = valid.size === open.members.length;
    const nowMs = clock.nowMs();
    if (isComplete) open.completeMs ??= nowMs;
    const rank = this.#rank(open);
    if (open.completeMs !== null) {
      const turnMs = open.completeMs + rank * deltaMs;
      if (nowMs < turnMs) return turnMs;
      await this.#post(open, "all", valid);
      return null;
    }
    // Not all came: everybody puts its own on the ledger, so that nobody can leave one out.
    const ownTurnMs = open.seenMs + deltaMs;
    const closeMs = open.seenMs + beaconWindowSec * 1000 + (rank + 1) * deltaMs;
    if (nowMs < ownTurnMs) return ownTurnMs;
    const own = valid.get(operatorNo);
    if (own !== undefined) await this.#post(open, "own", new Map([[operatorNo, own]]));
    if (nowMs < closeMs) return closeMs;
    await this.#close(open.round, Math.floor((nowMs - closeMs) / deltaMs));
    return nowMs + deltaMs;
  }

  #rank(open: OpenRound): number {
    const count = open.members.length;
    const position = open.members.indexOf(this.#context.operatorNo);
    if (position < 0 || count === 0) return count;
    return (position + count - (open.round % count)) % count;
  }

  async #validPreimages(open: OpenRound): Promise<ReadonlyMap<number, Hex>> {
    const valid = new Map<number, Hex>();
    for (const row of this.#context.store.read.preimages.ofRound(open.round)) {
      if (!open.members.includes(row.operatorNo)) continue;
      if (await this.#isGood(open.round, row.operatorNo, row.preimage)) {
        valid.set(row.operatorNo, row.preimage);
      }
    }
    return valid;
  }

  async #isGood(round: number, operatorNo: number, preimage: Hex): Promise<boolean> {
    if (await this.#tips.isNext(operatorNo, preimage)) return true;
    // Already on the ledger, then the tip has moved to it.
    return this.#context.ledger.hasRevealed(round, operatorNo);
  }

  async #post(
    open: OpenRound,
    what: "all" | "own",
    preimages: ReadonlyMap<number, Hex>,
  ): Promise<void> {
    const { transactions, calls, nodeNo } = this.#context;
    const operatorNos = [...preimages.keys()].sort((a, b) => a - b);
    const values = operatorNos.map((operatorNo) => preimages.get(operatorNo)!);
    await transactions.wish({
      purpose: `reveal:${open.round}:${what}:${nodeNo}`,
      call: calls.reveal(open.round, operatorNos, values),
      gas: null,
    });
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
  #forget(): void {
    const left = this.#open;
    this.#open = null;
    if (left === null) return;
    for (const row of this.#context.store.read.preimages.ofRound(left.round)) {
      this.#tips.moved(row.operatorNo, row.preimage);
    }
  }
}
