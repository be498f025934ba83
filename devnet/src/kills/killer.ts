import { join } from "node:path";
import { readStore, type StoreReader } from "@deed/node/store";
import type { Network } from "../network/start-network.ts";
import { pause } from "../story/pause.ts";
import { type Absence, restMs } from "./absence.ts";
import { isIn, MOMENTS, type Moment, momentsOf } from "./moments.ts";
import type { Random } from "./random.ts";
import { signerOf } from "./signer-of.ts";

export type KillTarget = "sequencer" | "node" | "signer";

/** One kill -9. */
export interface Kill {
  readonly target: KillTarget;
  /** Null: the sequencer's. */
  readonly nodeNo: number | null;
  /** What the node was in the middle of, by its store. */
  readonly moments: readonly Moment[];
  readonly atMs: number;
  /** Until it worked again. */
  readonly downMs: number;
}

export interface KillerParts {
  readonly network: Network;
  nowMs(): number;
  onKill(kill: Kill): void;
}

const LOOK_MS = 20;
/** A moment that no node comes to by then is left for another time. */
const PATIENCE_MS = 2_500;
const RETRY_MS = 200;
const RESTARTS = 60;
const LONGEST_AIM_MS = 40;
const LONGEST_REST_MS = 400;
const SIGNER_SHARE = 0.2;
/** While there is a vote. */
const VOTE_SHARE = 0.5;
/** A machine that takes longer to start a node is given one start at a time. */
const SLOW_RESTART_MS = 8_000;
const CHAIN_EVERY_MS = { from: 8_000, to: 16_000 };

/** Kills parts of a network, each at a moment of its own, and starts them again. */
export class Killer {
  readonly kills: Kill[] = [];
  readonly #parts: KillerParts;
  readonly #stores = new Map<number, StoreReader>();
  readonly #down = new Set<number>();
  /** Until when each node is left alone: one that never gets to anything cannot be interrupted in it. */
  readonly #restsUntilMs = new Map<number, number>();
  #lastRestartMs = 0;

  constructor(parts: KillerParts) {
    this.#parts = parts;
  }

  /** Kills nodes and their signers, one after the other, until the signal. */
  async killNodes(random: Random, signal: AbortSignal): Promise<void> {
    let moments: Moment[] = [];
    while (!signal.aborted) {
      if (random.next() < SIGNER_SHARE) {
        const nodeNo = await this.#nodeIn(null, random, signal);
        if (nodeNo !== null) await this.#killAndRestart(nodeNo, "signer", random);
      } else {
        if (moments.length === 0) moments = shuffled(MOMENTS, random);
        const moment = this.#isVoting(random) ? "vote" : (moments.pop() ?? "claim");
        const nodeNo = await this.#nodeIn(moment, random, signal);
        if (nodeNo !== null) await this.#killAndRestart(nodeNo, "node", random);
      }
      await pause(random.whole(0, LONGEST_REST_MS), signal);
    }
  }

  /** Kills the sequencer now and then until the signal. */
  async killChain(random: Random, signal: AbortSignal): Promise<void> {
    const { network, nowMs } = this.#parts;
    let lastDownMs = 0;
    for (;;) {
      // A slow machine gets time for something else than starts.
      const restMs = random.whole(CHAIN_EVERY_MS.from, CHAIN_EVERY_MS.to) + 2 * lastDownMs;
      await pause(restMs, signal);
      if (signal.aborted) return;
      const { chain } = network;
      const killedMs = nowMs();
      process.kill(chain.pid, "SIGKILL");
      await chain.exited;
      await network.restartChain();
      lastDownMs = nowMs() - killedMs;
      const kill = { target: "sequencer", nodeNo: null, moments: [] } as const;
      this.#note({ ...kill, atMs: killedMs, downMs: lastDownMs });
    }
  }

  /** Kills one node, once, as soon as it is up. */
  async killNode(nodeNo: number, random: Random, signal: AbortSignal): Promise<void> {
    while (this.#down.has(nodeNo) && !signal.aborted) await pause(LOOK_MS, signal);
    if (!signal.aborted) await this.#killAndRestart(nodeNo, "node", random);
  }

  /** Whom these kills kept away, and when. */
  absences(): readonly Absence[] {
    return this.kills.map(({ nodeNo, atMs, downMs }, index) => ({
      cause: `kill ${index + 1}`,
      nodeNo,
      fromMs: atMs,
      untilMs: atMs + downMs,
      restartMs: downMs,
    }));
  }

  close(): void {
    for (const store of this.#stores.values()) store.close();
    this.#stores.clear();
  }

  /** A node that is in the middle of this, or of whatever; null when none is for a while. */
  async #nodeIn(
    moment: Moment | null,
    random: Random,
    signal: AbortSignal,
  ): Promise<number | null> {
    const untilMs = this.#parts.nowMs() + PATIENCE_MS;
    while (!signal.aborted && this.#parts.nowMs() < untilMs) {
      const within = this.#rested().filter(
        (no) => moment === null || isIn(this.#storeOf(no), no, moment),
      );
      if (within.length > 0) {
        const found = random.pick(within);
        await pause(random.whole(0, LONGEST_AIM_MS), signal);
        return this.#down.has(found) ? null : found;
      }
      await pause(LOOK_MS, signal);
    }
    return null;
  }

  #isVoting(random: Random): boolean {
    if (random.next() >= VOTE_SHARE) return false;
    return this.#rested().some((no) => isIn(this.#storeOf(no), no, "vote"));
  }

  async #killAndRestart(nodeNo: number, target: "node" | "signer", random: Random): Promise<void> {
    const { network, nowMs } = this.#parts;
    const node = network.nodes.find((found) => found.nodeNo === nodeNo);
    if (node === undefined || this.#down.has(nodeNo)) return;
    this.#down.add(nodeNo);
    try {
      const killedMs = nowMs();
      if (target === "node") node.kill("SIGKILL");
      else process.kill(signerOf(node.pid), "SIGKILL");
      await node.exited;
      const moments = momentsOf(this.#storeOf(nodeNo), nodeNo);
      await pause(random.whole(0, LONGEST_REST_MS), new AbortController().signal);
      await this.#restart(nodeNo);
      const downMs = nowMs() - killedMs;
      this.#restsUntilMs.set(nodeNo, nowMs() + restMs(downMs));
      this.#lastRestartMs = downMs;
      this.#note({ target, nodeNo, moments, atMs: killedMs, downMs });
    } finally {
      this.#down.delete(nodeNo);
    }
  }

  /** As a supervisor does: a node that finds no chain ends, and is started again. */
  async #restart(nodeNo: number): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#parts.network.restartNode(nodeNo);
        return;
      } catch (error) {
        if (tries === RESTARTS) throw error;
        await pause(RETRY_MS, new AbortController().signal);
      }
    }
  }

  /** Nodes that were left alone for long enough. */
  #rested(): readonly number[] {
    if (this.#down.size > 0 && this.#lastRestartMs > SLOW_RESTART_MS) return [];
    const nowMs = this.#parts.nowMs();
    return this.#parts.network.nodes
      .map(({ nodeNo }) => nodeNo)
      .filter((no) => !this.#down.has(no) && nowMs >= (this.#restsUntilMs.get(no) ?? 0));
  }

  #storeOf(nodeNo: number): StoreReader {
    let store = this.#stores.get(nodeNo);
    if (store === undefined) {
      const { directory } = this.#parts.network;
      store = readStore(join(directory, `node-${nodeNo}`, "node.db"));
      this.#stores.set(nodeNo, store);
    }
    return store;
  }

  #note(kill: Kill): void {
    this.kills.push(kill);
    this.#parts.onKill(kill);
  }
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const rest = [...list];
  const order: T[] = [];
  while (rest.length > 0) order.push(...rest.splice(random.whole(0, rest.length - 1), 1));
  return order;
}
