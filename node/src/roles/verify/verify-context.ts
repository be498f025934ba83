import type { Hex } from "@deed/protocol/encoding";
import type { Rpc } from "@deed/sdk";
import type { FirstBook } from "../../chain-events/first-book.ts";
import type { NodeContext } from "../context.ts";

/** What the verify role works with. */
export type VerifyContext = Pick<
  NodeContext,
  | "nodeNo"
  | "operatorNo"
  | "clock"
  | "hasher"
  | "recovery"
  | "logger"
  | "metrics"
  | "store"
  | "ledger"
  | "calls"
  | "registry"
  | "signer"
  | "transactions"
  | "peers"
  | "wakers"
> & {
  /** EIP-712 domain separators of the contracts that read what is signed. */
  readonly domains: { readonly executions: Hex; readonly intents: Hex };
  /** This node's own endpoints by chain id. */
  readonly chains: ReadonlyMap<number, Rpc>;
  /** First occurrences of composites. */
  readonly firsts: FirstBook;
  /** 32 random bytes. */
  randomWord(): Hex;
};
