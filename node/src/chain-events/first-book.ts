import type { Hex } from "@deed/protocol/encoding";
import type { CompositeTrigger } from "@deed/protocol/plan";
import type { Rpc } from "@deed/sdk";
import {
  type CompositeIntent,
  type FinderOptions,
  FirstFinder,
  type FirstOccurrence,
} from "./first-occurrence.ts";

/** Where the first occurrences of composites are asked for: each is looked for once, by whoever asks first. */
export class FirstBook {
  readonly #options: FinderOptions;
  readonly #chains: ReadonlyMap<number, Rpc>;
  readonly #finders = new Map<Hex, FirstFinder>();
  readonly #running = new Map<Hex, Promise<FirstOccurrence | null>>();

  constructor(options: FinderOptions, chains: ReadonlyMap<number, Rpc>) {
    this.#options = options;
    this.#chains = chains;
  }

  /** Null while it has not come. Errors: NoEndpointError, RpcError, ChainEventError. */
  async of(composite: CompositeIntent): Promise<FirstOccurrence | null> {
    const { intentHash } = composite.intent;
    const running = this.#running.get(intentHash);
    if (running !== undefined) return running;
    const found = this.#find(intentHash, composite).finally(() => this.#running.delete(intentHash));
    this.#running.set(intentHash, found);
    return found;
  }

  #find(intentHash: Hex, composite: CompositeIntent): Promise<FirstOccurrence | null> {
    const rpc = this.rpcOf(firstChainOf(composite.trigger, this.#options.ledgerChainId));
    let finder = this.#finders.get(intentHash);
    if (finder === undefined) {
      finder = new FirstFinder(this.#options, composite);
      this.#finders.set(intentHash, finder);
    }
    return finder.find(rpc);
  }

  /** Errors: NoEndpointError. */
  rpcOf(chainId: number): Rpc {
    const rpc = this.#chains.get(chainId);
    if (rpc === undefined) throw new NoEndpointError(chainId);
    return rpc;
  }
}

/** This node has no endpoint of a chain. */
export class NoEndpointError extends Error {
  readonly failure: { readonly code: "NO_ENDPOINT"; readonly chainId: number };

  constructor(chainId: number) {
    super(`NO_ENDPOINT: chain ${chainId}`);
    this.name = "NoEndpointError";
    this.failure = { code: "NO_ENDPOINT", chainId };
  }
}

/** The chain that the first occurrence is on. */
export function firstChainOf({ first }: CompositeTrigger, ledgerChainId: number): number {
  return first.kind === "start" ? ledgerChainId : first.chainId;
}
