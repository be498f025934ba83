import { bundleTextHash, splitBundles } from "@deed/protocol/bundle";
import { bytesToHex, type Hex, hexToBytes, utf8Bytes } from "@deed/protocol/encoding";
import { MAX_ANSWER_BYTES, positionOf, recordProofOf } from "../../judge/record-proof.ts";
import type { BatchRow } from "../../store/batches.ts";
import type { ChallengeRow } from "../../store/challenges.ts";
import type { NodeContext } from "../context.ts";
import { setBits } from "../set-bits.ts";

const NOTHING: Hex = "0x";

type AnswerContext = Pick<
  NodeContext,
  "store" | "clock" | "hasher" | "logger" | "calls" | "transactions" | "registry" | "nodeNo"
>;

/**
 * Answers demands for bundles that this node has: its own at once, those that it keeps for another a
 * little later.
 */
export class DataAnswers {
  readonly #context: AnswerContext;

  constructor(context: AnswerContext) {
    this.#context = context;
  }

  /** @returns when to look again; null when nothing is demanded. */
  async look(): Promise<number | null> {
    const { store, clock, logger } = this.#context;
    const nowMs = clock.nowMs();
    let nextMs: number | null = null;
    for (const challenge of store.read.challenges.open()) {
      const batch = store.read.batches.get({ batchNo: challenge.batchNo });
      // Late is better than never: until somebody ends the demand it counts.
      if (batch === null) continue;
      const turnMs = this.#turnMs(challenge, batch);
      if (nowMs < turnMs) {
        nextMs = Math.min(nextMs ?? turnMs, turnMs);
        continue;
      }
      try {
        for (const index of setBits(challenge.open)) await this.#answer(batch, index);
      } catch (error) {
        logger.warn("A demanded bundle was not given", { batchNo: batch.batchNo, error });
      }
    }
    return nextMs;
  }

  #turnMs(challenge: ChallengeRow, batch: BatchRow): number {
    if (batch.mine) return 0;
    const { registry } = this.#context;
    return challenge.updatedMs + registry.parameters.deltaSec * 1000;
  }

  async #answer(batch: BatchRow, index: number): Promise<void> {
    const { store, hasher, calls, transactions, nodeNo, logger } = this.#context;
    const { batchNo, posted } = batch;
    const proof = recordProofOf(batch, index, hasher);
    const held = store.read.batchBundles.get({ batchNo });
    if (proof === null || held === null) return;
    const text = splitBundles(new TextDecoder().decode(held.body))[positionOf(posted, index)];
    const expected = bytesToHex(hexToBytes(proof.record).subarray(32, 64));
    if (text === undefined || bundleTextHash(text, hasher) !== expected) return;
    const bytes = utf8Bytes(text);
    const bundle = bytes.length > MAX_ANSWER_BYTES ? NOTHING : bytesToHex(bytes);
    logger.info("Bundle given on the ledger", { batchNo, index, bytes: bytes.length });
    const purpose = `answer:${batchNo}:${index}:${nodeNo}`;
    await transactions.wish({ purpose, call: calls.answerData(proof, bundle), gas: null });
  }
}
