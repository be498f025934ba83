export type WorkflowFailure =
  | {
      readonly code: "WORKFLOW_INVALID";
      readonly fileName: string;
      /** Rendered for people. */
      readonly diagnostics: string;
    }
  | {
      readonly code: "WORKFLOW_NODE_WITHOUT_API";
      readonly name: string;
      readonly nodeNo: number;
    };

/** Why a workflow did not reach the ledger. */
export class WorkflowError extends Error {
  readonly failure: WorkflowFailure;

  constructor(failure: WorkflowFailure) {
    super(describe(failure));
    this.name = "WorkflowError";
    this.failure = failure;
  }
}

function describe(failure: WorkflowFailure): string {
  switch (failure.code) {
    case "WORKFLOW_INVALID":
      return `${failure.code}: ${failure.fileName}\n${failure.diagnostics}`;
    case "WORKFLOW_NODE_WITHOUT_API":
      return `${failure.code}: ${failure.name}: node ${failure.nodeNo}`;
  }
}
