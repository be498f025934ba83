import type { RefusalCode } from "./gate.ts";

export type PeerFailure =
  | { readonly code: "NODE_UNKNOWN"; readonly nodeNo: number }
  | { readonly code: "UNREACHABLE"; readonly nodeNo: number; readonly detail: string }
  /** Too soon after a failed attempt. */
  | { readonly code: "BACKING_OFF"; readonly nodeNo: number; readonly untilMs: number }
  | { readonly code: "REFUSED"; readonly nodeNo: number; readonly reason: RefusalCode }
  /** Somebody answered, but not the node that was dialled. */
  | { readonly code: "OTHER_NODE"; readonly nodeNo: number; readonly answered: number }
  | { readonly code: "TIMEOUT"; readonly nodeNo: number; readonly limitMs: number }
  | { readonly code: "STATUS"; readonly nodeNo: number; readonly status: number }
  | { readonly code: "BAD_ANSWER"; readonly nodeNo: number }
  | { readonly code: "TOO_LARGE"; readonly limitBytes: number };

/** Why a peer has given no answer. */
export class PeerError extends Error {
  override readonly name = "PeerError";
  readonly failure: PeerFailure;

  constructor(failure: PeerFailure, options?: ErrorOptions) {
    super(failure.code, options);
    this.failure = failure;
  }
}
