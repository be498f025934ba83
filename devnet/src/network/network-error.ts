export type NetworkFailure =
  | { readonly code: "NETWORK_FILE_MALFORMED"; readonly path: string; readonly reason: string }
  | { readonly code: "NETWORK_NOT_THERE"; readonly what: string }
  | { readonly code: "NETWORK_TRANSACTION_FAILED"; readonly what: string; readonly reason: string }
  | {
      readonly code: "NETWORK_NODE_FAILED";
      readonly nodeNo: number;
      readonly exitCode: number | null;
      /** Last lines of the node's log. */
      readonly output: string;
    };

/** Why the embedded network did not come up. */
export class NetworkError extends Error {
  readonly failure: NetworkFailure;

  constructor(failure: NetworkFailure, options?: ErrorOptions) {
    super(describe(failure), options);
    this.name = "NetworkError";
    this.failure = failure;
  }
}

function describe(failure: NetworkFailure): string {
  switch (failure.code) {
    case "NETWORK_FILE_MALFORMED":
      return `${failure.code}: ${failure.path}: ${failure.reason}; start with --fresh to begin anew`;
    case "NETWORK_NOT_THERE":
      return `${failure.code}: there is no ${failure.what}`;
    case "NETWORK_TRANSACTION_FAILED":
      return `${failure.code}: ${failure.what}: ${failure.reason}`;
    case "NETWORK_NODE_FAILED":
      return `${failure.code}: node ${failure.nodeNo} ended with ${failure.exitCode}: ${failure.output}`;
  }
}
