export type AuditFailure =
  | { readonly code: "AUDIT_UNKNOWN_NODE"; readonly nodeNo: number }
  /** The log's duty key is no node's. */
  | { readonly code: "AUDIT_UNREGISTERED_LOG"; readonly duty: string }
  | { readonly code: "AUDIT_BAD_TRAIL"; readonly reason: string }
  /** A file that holds no checkpoints. */
  | { readonly code: "AUDIT_BAD_WITNESS"; readonly path: string; readonly reason: string };

/** Why nothing could be audited. */
export class AuditError extends Error {
  readonly failure: AuditFailure;

  constructor(failure: AuditFailure, options?: ErrorOptions) {
    const { code, ...facts } = failure;
    super(`${code}: ${Object.values(facts).join(" ")}`, options);
    this.name = "AuditError";
    this.failure = failure;
  }
}
