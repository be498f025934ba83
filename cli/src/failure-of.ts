import type { SignerError } from "@deed/node";
import {
  ExportError,
  type ExportFailure,
  NodeApiError,
  type NodeApiFailure,
  RpcError,
} from "@deed/sdk";
import { CLI_ERROR_EXIT, CliError } from "./cli-error.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";

/** An error as the command line tells it. */
export interface CliFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly exitCode: ExitCode;
}

/** What any error means to the person at the terminal. */
export function failureOf(error: unknown): CliFailure {
  if (error instanceof CliError) {
    const { code, message, remedy } = error.failure;
    return { code, message, remedy, exitCode: CLI_ERROR_EXIT[code] };
  }
  if (error instanceof NodeApiError) return ofNode(error.failure);
  if (error instanceof RpcError) return ofRpc(error);
  if (error instanceof ExportError) return ofExport(error.failure);
  if (error instanceof Error && error.name === "SignerError") return ofSigner(error as SignerError);
  const message = error instanceof Error ? error.message : String(error);
  const remedy = "This is a mistake of the program; DEED_DEBUG=1 shows where.";
  return { code: "CLI_INTERNAL", message, remedy, exitCode: EXIT.internal };
}

// By its name: loading its class would load a node.
function ofSigner({ failure, remedy }: SignerError): CliFailure {
  const { code, ...facts } = failure;
  return { code, message: JSON.stringify(facts), remedy, exitCode: EXIT.refused };
}

function ofNode(failure: NodeApiFailure): CliFailure {
  switch (failure.code) {
    case "NODE_REFUSED": {
      const { reason, message, remedy, status } = failure;
      return { code: reason, message, remedy, exitCode: exitOfStatus(status) };
    }
    case "NODE_TIMEOUT": {
      const message = `the node at ${failure.url} did not answer in ${failure.limitMs} ms`;
      return { code: failure.code, message, remedy: "Try again.", exitCode: EXIT.timeout };
    }
    case "NODE_UNREACHABLE": {
      const message = `no node answers at ${failure.url}`;
      const remedy = "Start it, or name another one with --node.";
      return { code: failure.code, message, remedy, exitCode: EXIT.internal };
    }
    case "NODE_BAD_ANSWER": {
      const message = `what answers at ${failure.url} is no node of this version`;
      const remedy = "Name a node with --node.";
      return { code: failure.code, message, remedy, exitCode: EXIT.internal };
    }
  }
}

function exitOfStatus(status: number): ExitCode {
  if (status === 504) return EXIT.timeout;
  if (status === 400 || status === 404) return EXIT.usage;
  return status >= 500 ? EXIT.internal : EXIT.refused;
}

function ofRpc({ failure }: RpcError): CliFailure {
  const exitCode = failure.code === "RPC_TIMEOUT" ? EXIT.timeout : EXIT.internal;
  const message =
    failure.code === "RPC_REFUSED"
      ? `the ledger's endpoint refuses ${failure.method}: ${failure.reason}`
      : `the ledger's endpoint at ${failure.url} does not answer`;
  const remedy = "Is this an endpoint of the ledger's chain? Name another one with --rpc.";
  return { code: failure.code, message, remedy, exitCode };
}

const EXPORT_REMEDIES: { readonly [code in ExportFailure["code"]]: string } = {
  EXPORT_UNKNOWN_EXECUTION: "See `deed runs` for the executions of an intent.",
  EXPORT_NOT_RECORDED: "Wait until it is recorded, better until it is final.",
  EXPORT_NO_BUNDLE: "Ask another node: its executor and two others keep the bundle.",
  EXPORT_BAD_BUNDLE: "Ask another node; the verifiers will find the same.",
  EXPORT_NO_BLOCK: "Name an endpoint that has all blocks, with --rpc.",
  EXPORT_HEADER_FORM:
    "This chain's headers are of another form; its endpoint has no debug_getRawHeader.",
  EXPORT_RECEIPTS_FORM: "This chain's receipts are of another form than Ethereum's.",
  EXPORT_LEDGER_MOVED: "The chain was reorganised meanwhile: try again.",
};

function ofExport(failure: ExportFailure): CliFailure {
  const { code, ...facts } = failure;
  const message = `not exported: ${JSON.stringify(facts)}`;
  return { code, message, remedy: EXPORT_REMEDIES[code], exitCode: EXIT.unverified };
}
