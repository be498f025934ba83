import type { Hex } from "./hex.ts";

/** Fields of an account as they were; absent ones did not change. */
export interface AccountBefore {
  readonly balance?: Hex;
  readonly nonce?: Hex;
  readonly code?: Hex;
  readonly storage: ReadonlyMap<Hex, Hex>;
}

export type ValuesBefore = ReadonlyMap<Hex, AccountBefore>;

/** How a value changed, as `stateDiff` traces say it: not, replaced, made, removed. */
export type Delta =
  | "="
  | { readonly "*": { readonly from: Hex } }
  | { readonly "+": Hex }
  | { readonly "-": Hex };

/** An account in a `stateDiff` trace. */
export interface AccountDelta {
  readonly balance: Delta;
  readonly nonce: Delta;
  readonly code: Delta;
  readonly storage: Readonly<Record<Hex, Delta>>;
}

/** What one transaction changed. */
export type StateDelta = Readonly<Record<Hex, AccountDelta>>;

const zero32: Hex = `0x${"00".repeat(32)}`;

/** What a block's transactions replaced, from what each of them changed, in order. */
export function valuesBefore(deltas: readonly StateDelta[]): ValuesBefore {
  const accounts = new Map<Hex, AccountBefore>();
  for (const delta of deltas) {
    for (const [address, change] of Object.entries(delta) as [Hex, AccountDelta][]) {
      const replaced = accountBefore(change);
      const earlier = accounts.get(address);
      accounts.set(address, earlier === undefined ? replaced : keepEarlier(earlier, replaced));
    }
  }
  return accounts;
}

/** Of two accounts whose values were replaced one after the other, what there was at first. */
export function keepEarlier(earlier: AccountBefore, later: AccountBefore): AccountBefore {
  return { ...later, ...earlier, storage: new Map([...later.storage, ...earlier.storage]) };
}

function accountBefore(change: AccountDelta): AccountBefore {
  const balance = before(change.balance, "0x0");
  const nonce = before(change.nonce, "0x0");
  const code = before(change.code, "0x");
  const storage = new Map<Hex, Hex>();
  for (const [slot, delta] of Object.entries(change.storage) as [Hex, Delta][]) {
    const value = before(delta, zero32);
    if (value !== undefined) storage.set(slot, value);
  }
  return {
    ...(balance === undefined ? {} : { balance }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(code === undefined ? {} : { code }),
    storage,
  };
}

function before(delta: Delta, absent: Hex): Hex | undefined {
  if (delta === "=") return undefined;
  if ("*" in delta) return delta["*"].from;
  return "-" in delta ? delta["-"] : absent;
}
