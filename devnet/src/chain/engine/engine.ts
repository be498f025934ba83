import type { Hex } from "../hex.ts";
import type { GenesisAccount } from "../journal/record.ts";

/** What an engine says of a transaction before its block is made. */
export type Admission =
  | { readonly kind: "admitted" }
  | { readonly kind: "refused"; readonly reason: string };

/** A block that the engine made. */
export interface Block {
  readonly number: number;
  readonly hash: Hex;
  readonly parentHash: Hex;
  readonly timestampSec: number;
  readonly transactions: readonly Hex[];
  /** The header as JSON-RPC shows it. */
  readonly header: Readonly<Record<string, unknown>>;
}

/** Executes transactions; holds nothing that the journal could not give back. */
export interface Engine {
  /** Where reads may be sent over HTTP. */
  readonly readUrl: string;
  readonly processId: number;
  /** Offers a transaction for the next block. */
  admit(raw: Uint8Array): Promise<Admission>;
  /** Makes a block of everything admitted, in the order of admission. */
  seal(timestampSec: number, expectedBytes: number): Promise<Block>;
  /** Forgets what was admitted and could not be executed. */
  forgetAdmitted(): Promise<void>;
  block(number: number): Promise<Block>;
  head(): Promise<Block>;
  /** Everything that it holds at its head. */
  saveState(): Promise<Uint8Array>;
  /** Puts what `saveState` gave into a fresh engine; states of earlier blocks are not in it. */
  loadState(state: Uint8Array): Promise<void>;
  /** What BLOCKHASH answers in the next block for each of the 256 blocks before it, newest first, as one word each. */
  recentHashes(): Promise<Uint8Array>;
  /** A read. Throws ChainError ENGINE_LOST, or RpcFault with the engine's own words. */
  request(method: string, params: readonly unknown[]): Promise<unknown>;
  /** Resolves with the reason when the engine is gone, also after `close`. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** Starts engines of one kind. */
export interface EngineStarter {
  /** Name and version, which the journal pins. */
  readonly name: string;
  /** Settings that decide what blocks look like, which the journal pins. */
  readonly rules: readonly string[];
  /** A fresh engine at its genesis. */
  start(genesis: Genesis): Promise<Engine>;
}

export interface Genesis {
  readonly chainId: number;
  readonly timestampSec: number;
  readonly accounts: readonly GenesisAccount[];
}
