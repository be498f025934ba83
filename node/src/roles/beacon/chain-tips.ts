import {
  bytesToHex,
  chainStep,
  type Hasher,
  type Hex,
  hexToBytes,
  isPreimageOf,
  leadsTo,
} from "@deed/protocol/encoding";
import type { ChainTip, Ledger } from "@deed/sdk";

type TipLedger = Pick<Ledger, "chainTip" | "currentRound" | "hasRevealed">;

/** Tips of the operators' hash chains: remembered, and read again whenever they do not fit. */
export class ChainTips {
  readonly #ledger: TipLedger;
  readonly #hasher: Hasher;
  readonly #tips = new Map<number, Hex>();

  constructor(parts: { readonly ledger: TipLedger; readonly hasher: Hasher }) {
    this.#ledger = parts.ledger;
    this.#hasher = parts.hasher;
  }

  /** Does this preimage come before the operator's tip? */
  async isNext(operatorNo: number, preimage: Hex): Promise<boolean> {
    const known = this.#tips.get(operatorNo);
    if (known !== undefined && isPreimageOf(preimage, known, this.#hasher)) return true;
    const { anchor, behind } = await this.#ledger.chainTip(operatorNo);
    const isNext = leadsTo(preimage, anchor, behind + 1, this.#hasher);
    if (isNext)
      this.#tips.set(operatorNo, bytesToHex(chainStep(hexToBytes(preimage), this.#hasher)));
    else this.#tips.delete(operatorNo);
    return isNext;
  }

  /**
   * Where the chain stands of which an operator owes a round the next preimage; null when the round is not open or
   * has it already. The tip is asked for first: whatever happens between the questions, it is
   * never that of a later round, whose preimage nobody may see yet.
   */
  async owedTo(round: number, operatorNo: number): Promise<ChainTip | null> {
    const tip = await this.#ledger.chainTip(operatorNo);
    const [current, isRevealed] = await Promise.all([
      this.#ledger.currentRound(),
      this.#ledger.hasRevealed(round, operatorNo),
    ]);
    const isOwed = current.round === round && current.waiting && !isRevealed;
    return isOwed ? tip : null;
  }

  /** The preimage is on the ledger now. */
  moved(operatorNo: number, preimage: Hex): void {
    const known = this.#tips.get(operatorNo);
    if (known === undefined || !isPreimageOf(preimage, known, this.#hasher)) return;
    this.#tips.set(operatorNo, preimage);
  }

  /** Something did not fit: ask the ledger for every tip again. */
  forget(): void {
    this.#tips.clear();
  }
}
