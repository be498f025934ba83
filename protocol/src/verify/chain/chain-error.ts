export type ChainFailure =
  | { readonly code: "BAD_RLP"; readonly offset: number }
  | { readonly code: "BAD_HEADER"; readonly detail: string }
  | { readonly code: "BAD_RECEIPT"; readonly detail: string }
  | { readonly code: "BAD_ABI"; readonly detail: string };

/** Bytes of the ledger that are not what they should be. */
export class ChainError extends Error {
  readonly failure: ChainFailure;

  constructor(failure: ChainFailure) {
    super(`${failure.code} ${JSON.stringify(failure)}`);
    this.name = "ChainError";
    this.failure = failure;
  }
}
