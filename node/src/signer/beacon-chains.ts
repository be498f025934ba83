import { CHAIN_LENGTH, type Hasher, type Hex } from "@deed/protocol/encoding";
import { BeaconChain } from "./beacon-chain.ts";
import type { KeySet } from "./key-sets.ts";
import { SignerError } from "./signer-error.ts";

/** Chains of one secret that are tried beyond the configured one. */
const CHAINS_AHEAD = 8;

/** One chain of the operator: whose secret, and which of it. */
export interface ChainName {
  /** Key set whose MAC key it is derived from. */
  readonly set: number;
  readonly chainNo: number;
}

/** What the ledger says of the chain in force (`tipOf`). */
export interface ChainPosition {
  readonly anchor: Hex;
  readonly usedPreimages: number;
  /** How many of them came after the anchor. */
  readonly behind: number;
}

export interface BeaconChainsOptions {
  readonly chainId: number;
  readonly operatorNo: number;
  /** The lowest number that is still in use. */
  readonly beaconChainNo: number;
}

export interface BeaconChainsParts {
  readonly sets: () => readonly KeySet[];
  fastHasher(): Promise<Hasher>;
}

/**
 * The chains that this signer's secrets give. A preimage is given out only of the chain that the ledger's anchor
 * lies on, at that place: of a chain that waits, a preimage would give away all before it.
 */
export class BeaconChains {
  readonly #options: BeaconChainsOptions;
  readonly #parts: BeaconChainsParts;
  readonly #chains = new Map<string, BeaconChain>();
  /** Where the chain in force was found last. */
  #last: ChainName | null = null;

  constructor(options: BeaconChainsOptions, parts: BeaconChainsParts) {
    this.#options = options;
    this.#parts = parts;
  }

  tip(name: ChainName): Promise<Hex> {
    const { beaconChainNo: lowest } = this.#options;
    const { set, chainNo } = name;
    if (chainNo < lowest || chainNo > lowest + CHAINS_AHEAD) {
      throw new SignerError({ code: "E_POLICY", rule: "beaconChainNo", value: String(chainNo) });
    }
    if (!this.#parts.sets().some(({ number }) => number === set)) {
      throw new SignerError({ code: "E_POLICY", rule: "key set", value: String(set) });
    }
    return this.#chain(name).tip();
  }

  /** Which chain the ledger has; null when no secret here gives it. */
  async inForce({ anchor, usedPreimages, behind }: ChainPosition): Promise<ChainName | null> {
    const given = usedPreimages - behind;
    if (given < 0 || given > CHAIN_LENGTH) return null;
    for (const name of this.#candidates()) {
      if ((await this.#chain(name).value(given)) !== anchor) continue;
      this.#last = name;
      return name;
    }
    return null;
  }

  /** The preimage that follows those used. Errors: E_BEACON_CHAIN, E_POLICY when the chain is used up. */
  async next(position: ChainPosition): Promise<Hex> {
    const name = await this.inForce(position);
    if (name === null) throw new SignerError({ code: "E_BEACON_CHAIN", anchor: position.anchor });
    return this.#chain(name).preimage(position.usedPreimages + 1);
  }

  /** The likely one first: each costs a whole chain of digests, once. */
  #candidates(): readonly ChainName[] {
    const { beaconChainNo: lowest } = this.#options;
    const all: ChainName[] = this.#last === null ? [] : [this.#last];
    for (let ahead = 0; ahead <= CHAINS_AHEAD; ahead += 1) {
      for (const { number } of this.#parts.sets()) {
        all.push({ set: number, chainNo: lowest + ahead });
      }
    }
    return all;
  }

  #chain({ set, chainNo }: ChainName): BeaconChain {
    const id = `${set}/${chainNo}`;
    const known = this.#chains.get(id);
    if (known !== undefined) return known;
    const { chainId, operatorNo } = this.#options;
    const key = this.#parts.sets()[set - 1]!.keys.beacon;
    const fastHasher = (): Promise<Hasher> => this.#parts.fastHasher();
    const chain = new BeaconChain({ chainId, operatorNo, chainNo }, { key, fastHasher });
    this.#chains.set(id, chain);
    return chain;
  }
}
