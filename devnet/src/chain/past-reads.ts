import { anvilStates } from "./engine/anvil.ts";
import type { Engine } from "./engine/engine.ts";
import { ChainError } from "./error.ts";
import { type Hex, quantity } from "./hex.ts";
import type { StateHistory } from "./history.ts";
import { readsHashes } from "./reads-hashes.ts";
import type { AccountBefore, ValuesBefore } from "./values-before.ts";

/** Where each method names its block. */
const blockParameter: Readonly<Record<string, number>> = {
  eth_getBalance: 1,
  eth_getTransactionCount: 1,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_createAccessList: 1,
  eth_getProof: 2,
  debug_traceCall: 1,
};

// Half of what the engine keeps: it goes on making blocks while a read is under way.
const engineDepth = anvilStates / 2;

/** The block whose state a read asks for, if the engine has forgotten that one. */
export function pastBlock(
  history: StateHistory,
  method: string,
  params: readonly unknown[],
): number | undefined {
  const place = blockParameter[method];
  if (place === undefined) return undefined;
  const number = blockNumber(params[place], history);
  return number !== undefined && number < engineOldest(history) ? number : undefined;
}

function engineOldest(history: StateHistory): number {
  return Math.max(history.newest - engineDepth, history.engineFrom);
}

/** Answers a read of a state that the engine has forgotten. */
export function readPast(
  history: StateHistory,
  engine: Engine,
  block: number,
  method: string,
  params: readonly unknown[],
): Promise<unknown> {
  return new PastReader(history, engine, block).read(method, params);
}

function blockNumber(parameter: unknown, history: StateHistory): number | undefined {
  if (parameter === "earliest") return 0;
  if (typeof parameter === "string") {
    return /^0x[0-9a-f]+$/i.test(parameter) && parameter.length < 66
      ? Number(parameter)
      : history.numberOf(parameter);
  }
  if (typeof parameter !== "object" || parameter === null) return undefined;
  const { blockNumber: number, blockHash } = parameter as Record<string, unknown>;
  if (typeof number === "string") return Number(number);
  return typeof blockHash === "string" ? history.numberOf(blockHash) : undefined;
}

/** Reads at the end of one old block: a newer state, with what changed since put back. */
class PastReader {
  readonly #engine: Engine;
  readonly #base: Hex;
  readonly #changed: ValuesBefore;
  readonly #number: number;
  readonly #engineOldest: number;
  /** The engine began at this block and knows the hashes of the 256 blocks before it. */
  readonly #engineFrom: number;

  constructor(history: StateHistory, engine: Engine, block: number) {
    const oldest = history.oldestState;
    if (block < oldest) throw new ChainError({ code: "STATE_TOO_OLD", block, oldest });
    this.#engine = engine;
    this.#base = quantity(history.newest);
    this.#changed = history.changedSince(block);
    this.#number = block;
    this.#engineOldest = engineOldest(history);
    this.#engineFrom = history.engineFrom;
  }

  async read(method: string, params: readonly unknown[]): Promise<unknown> {
    const account = this.#changed.get(String(params[0]).toLowerCase() as Hex);
    switch (method) {
      case "eth_getBalance":
        return account?.balance ?? this.#now(method, [params[0]]);
      case "eth_getTransactionCount":
        return account?.nonce ?? this.#now(method, [params[0]]);
      case "eth_getCode":
        return account?.code ?? this.#now(method, [params[0]]);
      case "eth_getStorageAt":
        return (
          account?.storage.get(paddedSlot(params[1])) ?? this.#now(method, [params[0], params[1]])
        );
      case "eth_call":
      case "eth_estimateGas":
        return this.#execute(method, params);
      default:
        throw new ChainError({
          code: "STATE_TOO_OLD",
          block: this.#number,
          oldest: this.#engineOldest,
        });
    }
  }

  #now(method: string, params: readonly unknown[]): Promise<unknown> {
    return this.#engine.request(method, [...params, this.#base]);
  }

  async #execute(method: string, params: readonly unknown[]): Promise<unknown> {
    const { header } = await this.#engine.block(this.#number);
    const block = {
      number: header["number"],
      time: header["timestamp"],
      random: header["mixHash"],
      ...(params[3] as object | undefined),
    };
    const accounts = withOverrides(this.#changed, params[2]);
    const [call] = params;
    const base = this.#base;
    const mayMissHashes = this.#number < this.#engineFrom && this.#engineFrom > 256;
    if (mayMissHashes && (await readsHashes(this.#engine, { call, base, accounts, block }))) {
      const oldest = this.#engineFrom;
      throw new ChainError({ code: "STATE_TOO_OLD", block: this.#number, oldest });
    }
    return this.#engine.request(method, [call, base, accounts, block]);
  }
}

/** What changed since, put back, and over it what the caller overrides. */
function withOverrides(changed: ValuesBefore, given: unknown): Record<string, Override> {
  const accounts: Record<string, Override> = {};
  for (const [address, account] of changed) accounts[address] = override(account);
  for (const [key, wanted] of Object.entries((given ?? {}) as Record<string, Override>)) {
    const address = key.toLowerCase();
    const { stateDiff, ...fields } = accounts[address] ?? {};
    const slots = wanted.state === undefined ? { ...stateDiff, ...wanted.stateDiff } : {};
    accounts[address] = { ...fields, ...wanted, ...(isEmpty(slots) ? {} : { stateDiff: slots }) };
  }
  return accounts;
}

interface Override extends Record<string, unknown> {
  readonly state?: Readonly<Record<string, Hex>>;
  readonly stateDiff?: Readonly<Record<string, Hex>>;
}

function override({ balance, nonce, code, storage }: AccountBefore): Override {
  return {
    ...(balance === undefined ? {} : { balance }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(code === undefined ? {} : { code }),
    ...(storage.size === 0 ? {} : { stateDiff: Object.fromEntries(storage) }),
  };
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

function paddedSlot(slot: unknown): Hex {
  return `0x${String(slot).replace(/^0x/, "").toLowerCase().padStart(64, "0")}`;
}
