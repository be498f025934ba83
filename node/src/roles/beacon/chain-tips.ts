import { type Hasher, type Hex, isPreimageOf } from "@deed/protocol/encoding";
import type { Ledger } from "@deed/sdk";

interface Chain {
  readonly tip: Hex;
  readonly usedPreimages: number;
}

/** Tips of the operators' hash chains: remembered, and read again whenever they do not fit. */
export class ChainTips {
  readonly #ledger: Pick<Ledger, "chainTip">;
  readonly #hasher: Hasher;
  readonly #chains = new Map<number, Chain>();

  constructor(parts: { readonly ledger: Pick<Ledger, "chainTip">; readonly hasher: Hasher }) {
    this.#ledger = parts.ledger;
    this.#hasher = parts.hasher;
  }

  /** Does this preimage come before the operator's tip? */
  async isNext(operatorNo: number, preimage: Hex): Promise<boolean> {
    const known = this.#chains.get(operatorNo);
    if (known !== undefined && isPreimageOf(preimage, known.tip, this.#hasher)) return true;
    const { tip } = await this.#read(operatorNo);
    return isPreimageOf(preimage, tip, this.#hasher);
  }

  /** Number, from 1, of the preimage that the operator gives next; read from the ledger. */
  async nextIndex(operatorNo: number): Promise<number> {
    return (await this.#read(operatorNo)).usedPreimages + 1;
  }

  /** The preimage is on the ledger now. */
  moved(operatorNo: number, preimage: Hex): void {
    const known = this.#chains.get(operatorNo);
    if (known === undefined || !isPreimageOf(preimage, known.tip, this.#hasher)) return;
    this.#chains.set(operatorNo, { tip: preimage, usedPreimages: known.usedPreimages + 1 });
  }

  async #read(operatorNo: number): Promise<Chain> {
    const chain = await this.#ledger.chainTip(operatorNo);
    this.#chains.set(operatorNo, chain);
    return chain;
  }
}
