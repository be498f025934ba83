export type NodeApiFailure =
  | { readonly code: "NODE_UNREACHABLE"; readonly url: string }
  | { readonly code: "NODE_TIMEOUT"; readonly url: string; readonly limitMs: number }
  | { readonly code: "NODE_BAD_ANSWER"; readonly url: string; readonly path: string }
  | {
      readonly code: "NODE_REFUSED";
      readonly status: number;
      /** The node's own code. */
      readonly reason: string;
      readonly message: string;
      readonly remedy: string;
      /** When to ask again, as the node says; null when it does not. */
      readonly retryAfterMs: number | null;
    };

/** A call of a node's API that brought no result. */
export class NodeApiError extends Error {
  readonly failure: NodeApiFailure;

  constructor(failure: NodeApiFailure, options?: ErrorOptions) {
    super(
      failure.code === "NODE_REFUSED"
        ? `${failure.reason}: ${failure.message}`
        : `${failure.code}: ${failure.url}`,
      options,
    );
    this.name = "NodeApiError";
    this.failure = failure;
  }
}
