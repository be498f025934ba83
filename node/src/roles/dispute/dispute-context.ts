import type { Hex } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import type { FirstBook } from "../../chain-events/first-book.ts";
import type { NodeContext } from "../context.ts";

/** What the dispute role works with. */
export type DisputeContext = Pick<
  NodeContext,
  | "nodeNo"
  | "operatorNo"
  | "clock"
  | "hasher"
  | "logger"
  | "store"
  | "ledger"
  | "calls"
  | "registry"
  | "signer"
  | "transactions"
  | "peers"
  | "wakers"
> & {
  /** Intents' EIP-712 domain separator. */
  readonly domains: { readonly intents: Hex };
  /** This node's own endpoints by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
  /** First occurrences of composites. */
  readonly firsts: FirstBook;
  /** 32 random bytes. */
  randomWord(): Hex;
};
