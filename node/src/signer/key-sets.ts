import { existsSync } from "node:fs";
import type { Hex } from "@deed/protocol/encoding";
import type { KeysConfig } from "./key-config.ts";
import { createKeystore, SCRYPT_COST } from "./keystore.ts";
import { type OpenedKeys, type OpenKeysParts, openKeys } from "./open-keys.ts";
import { SignerError } from "./signer-error.ts";

/** A signer keeps no more: each costs a key derivation at the start. */
export const MOST_KEY_SETS = 16;

/** One set of a node's keys, numbered from 1. Which key of which set is in force, the ledger says. */
export interface KeySet extends OpenedKeys {
  readonly number: number;
}

export interface KeySetsOptions {
  readonly keystorePath: string;
  readonly keys?: KeysConfig;
  /** Set 2, 3, …; a set that is not named here is the keystore of its number, if there is one. */
  readonly moreKeys?: readonly KeysConfig[];
}

/** All sets of keys that a signer holds: the one that it began with, and those that follow or followed. */
export class KeySets {
  readonly #options: KeySetsOptions;
  readonly #parts: OpenKeysParts;
  readonly #sets: KeySet[];

  /** Use `KeySets.open`, unless the keys are open already. */
  constructor(options: KeySetsOptions, parts: OpenKeysParts, opened: readonly OpenedKeys[]) {
    this.#options = options;
    this.#parts = parts;
    this.#sets = opened.map((keys, index) => ({ ...keys, number: index + 1 }));
  }

  /** Opens set 1 and every further one that there is. Errors: as `openKeys`. */
  static async open(options: KeySetsOptions, parts: OpenKeysParts): Promise<KeySets> {
    const sets = new KeySets(options, parts, []);
    try {
      await sets.#openNext();
      while (sets.#hasMore()) await sets.#openNext();
      return sets;
    } catch (error) {
      await sets.close();
      throw error;
    }
  }

  get all(): readonly KeySet[] {
    return this.#sets;
  }

  get first(): KeySet {
    return this.#sets[0]!;
  }

  /** The set whose CA key this is. Errors: E_POLICY. */
  ofCa(caHash: Hex): KeySet {
    const found = this.#sets.find(({ publicKeys }) => publicKeys.caHash === caHash);
    if (found !== undefined) return found;
    throw new SignerError({ code: "E_POLICY", rule: "caHash", value: caHash });
  }

  /** The set whose duty key this is. Errors: E_POLICY. */
  ofDuty(address: Hex): KeySet {
    return this.#ofAccount("duty", address);
  }

  /** The set whose action key this is. Errors: E_POLICY. */
  ofAction(address: Hex): KeySet {
    return this.#ofAccount("action", address);
  }

  /** Errors: E_POLICY. */
  numbered(number: number): KeySet {
    const found = this.#sets[number - 1];
    if (found !== undefined) return found;
    throw new SignerError({ code: "E_POLICY", rule: "key set", value: String(number) });
  }

  /** Makes one more keystore with new keys, under the same passphrase. Errors: E_POLICY, E_KEYSTORE. */
  async add(): Promise<KeySet> {
    const number = this.#sets.length + 1;
    if (number > MOST_KEY_SETS) {
      throw new SignerError({ code: "E_POLICY", rule: "key sets", value: String(number) });
    }
    // Keys of a token or a cloud are made there, by who may; the configuration then names them.
    if (this.#options.keys !== undefined || this.#options.moreKeys !== undefined) {
      throw new SignerError({ code: "E_POLICY", rule: "keys in a keystore", value: "elsewhere" });
    }
    const cost = this.first.isCheap ? SCRYPT_COST.cheap : SCRYPT_COST.strong;
    const path = keystorePathOf(this.#options.keystorePath, number);
    await createKeystore({ path, passphrase: this.#parts.passphrase(), cost });
    return this.#openNext();
  }

  async close(): Promise<void> {
    await Promise.all(this.#sets.map((set) => set.close()));
  }

  #ofAccount(name: "duty" | "action", address: Hex): KeySet {
    const wanted = address.toLowerCase();
    const found = this.#sets.find(({ publicKeys }) => publicKeys[name].toLowerCase() === wanted);
    if (found !== undefined) return found;
    throw new SignerError({ code: "E_POLICY", rule: `${name} key`, value: address });
  }

  #hasMore(): boolean {
    const number = this.#sets.length + 1;
    if (number > MOST_KEY_SETS) return false;
    const isNamed = (this.#options.moreKeys?.length ?? 0) >= number - 1;
    return isNamed || existsSync(keystorePathOf(this.#options.keystorePath, number));
  }

  async #openNext(): Promise<KeySet> {
    const number = this.#sets.length + 1;
    const { keystorePath, keys: firstKeys, moreKeys = [] } = this.#options;
    const keys = number === 1 ? firstKeys : moreKeys[number - 2];
    const place = { keystorePath: keystorePathOf(keystorePath, number) };
    const opened = await openKeys(keys === undefined ? place : { ...place, keys }, this.#parts);
    const set = { ...opened, number };
    this.#sets.push(set);
    return set;
  }
}

/** Of set 1 the path itself; of set 2 `keystore-2.json` beside `keystore.json`. */
export function keystorePathOf(path: string, number: number): string {
  return number === 1 ? path : `${path.replace(/\.json$/, "")}-${number}.json`;
}
