import type { Hex } from "@deed/protocol/encoding";

export type ExportFailure =
  | { readonly code: "EXPORT_UNKNOWN_EXECUTION"; readonly executionId: Hex }
  | { readonly code: "EXPORT_NOT_RECORDED"; readonly executionId: Hex; readonly state: string }
  | { readonly code: "EXPORT_NO_BUNDLE"; readonly executionId: Hex }
  | { readonly code: "EXPORT_BAD_BUNDLE"; readonly executionId: Hex; readonly detail: string }
  | { readonly code: "EXPORT_NO_BLOCK"; readonly block: number }
  | { readonly code: "EXPORT_HEADER_FORM"; readonly block: number; readonly hash: Hex }
  | { readonly code: "EXPORT_RECEIPTS_FORM"; readonly block: number }
  | { readonly code: "EXPORT_LEDGER_MOVED"; readonly block: number };

/** A run that cannot be exported, or a chain whose blocks have another form than Ethereum's. */
export class ExportError extends Error {
  readonly failure: ExportFailure;

  constructor(failure: ExportFailure) {
    super(`${failure.code} ${JSON.stringify(failure)}`);
    this.name = "ExportError";
    this.failure = failure;
  }
}
