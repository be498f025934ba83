import {
  bytesToHex,
  CHAIN_LENGTH,
  chainAfter,
  type Hasher,
  type Hex,
  packWords,
  textWord,
} from "@deed/protocol/encoding";
import type { MacKey } from "./node-keys.ts";
import { SignerError } from "./signer-error.ts";

const CHECKPOINT_STEPS = 256;

/** Which chain of which operator (spec 05). */
export interface BeaconChainName {
  readonly chainId: number;
  readonly operatorNo: number;
  /** From 1; a new chain when the last one is used up. */
  readonly chainNo: number;
}

export interface BeaconChainParts {
  readonly key: MacKey;
  /** A chain is 65,536 digests: in WebAssembly a tenth of a second, in JavaScript more than one. */
  fastHasher(): Promise<Hasher>;
}

/** The hash chain of an operator: derived from the MAC key, checkpoints in memory, never on the disk. */
export class BeaconChain {
  readonly #name: BeaconChainName;
  readonly #key: MacKey;
  readonly #fastHasher: () => Promise<Hasher>;
  #checkpoints: Promise<readonly Uint8Array[]> | null = null;

  constructor(name: BeaconChainName, parts: BeaconChainParts) {
    this.#name = name;
    this.#key = parts.key;
    this.#fastHasher = parts.fastHasher;
  }

  async tip(): Promise<Hex> {
    return bytesToHex(await this.#after(CHAIN_LENGTH));
  }

  /** Number `index`, from 1: `index` steps before the tip. */
  async preimage(index: number): Promise<Hex> {
    if (!Number.isSafeInteger(index) || index < 1 || index > CHAIN_LENGTH) {
      throw new SignerError({ code: "E_POLICY", rule: "chain length", value: String(index) });
    }
    return this.value(index);
  }

  /** So many steps before the tip; 0 is the tip itself. */
  async value(before: number): Promise<Hex> {
    return bytesToHex(await this.#after(CHAIN_LENGTH - before));
  }

  async #after(steps: number): Promise<Uint8Array> {
    this.#checkpoints ??= this.#derive();
    const checkpoints = await this.#checkpoints;
    const hasher = await this.#fastHasher();
    const start = checkpoints[Math.floor(steps / CHECKPOINT_STEPS)]!;
    return chainAfter(start, steps % CHECKPOINT_STEPS, hasher);
  }

  // The whole chain once; other requests are served between the checkpoints.
  async #derive(): Promise<readonly Uint8Array[]> {
    const hasher = await this.#fastHasher();
    let value = await this.#key.mac(chainSeed(this.#name));
    const checkpoints = [value];
    for (let at = 1; at <= CHAIN_LENGTH / CHECKPOINT_STEPS; at += 1) {
      value = chainAfter(value, CHECKPOINT_STEPS, hasher);
      checkpoints.push(value);
      if (at % 8 === 0) await new Promise((next) => setImmediate(next));
    }
    return checkpoints;
  }
}

function chainSeed(name: BeaconChainName): Uint8Array {
  return packWords([textWord("deed.beacon.1"), name.chainId, name.operatorNo, name.chainNo]);
}
