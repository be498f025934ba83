import { EXIT, type ExitCode } from "./exit-code.ts";

/** Every code of the command line's own. */
export type CliErrorCode =
  | "CLI_USAGE"
  | "CLI_FILE_UNREADABLE"
  | "CLI_FILE_EXISTS"
  | "CLI_FILE_MALFORMED"
  | "CLI_NO_NETWORK"
  | "CLI_NO_NODE"
  | "CLI_NO_LEDGER"
  | "CLI_OTHER_NETWORK"
  | "CLI_PLAINTEXT"
  | "CLI_TLS_UNVERIFIED"
  | "CLI_PASSPHRASE_MISSING"
  | "CLI_PASSPHRASE_WRONG"
  | "CLI_KEYSTORE_MALFORMED"
  | "CLI_WORKFLOW_INVALID"
  | "CLI_BAD_SIGNATURE"
  | "CLI_UNREGISTRABLE"
  | "CLI_NOTHING_PROVABLE"
  | "CLI_REVERTED"
  | "CLI_WRONG_KEY"
  | "CLI_UNKNOWN_NAME"
  | "CLI_PACKAGE_MISSING"
  | "CLI_NO_NEW_KEYS"
  | "CLI_TIMEOUT";

/** How the process ends for each code. `docs/errors.md` explains them. */
export const CLI_ERROR_EXIT: { readonly [code in CliErrorCode]: ExitCode } = {
  CLI_USAGE: EXIT.usage,
  CLI_FILE_UNREADABLE: EXIT.usage,
  CLI_FILE_EXISTS: EXIT.usage,
  CLI_FILE_MALFORMED: EXIT.invalid,
  CLI_NO_NETWORK: EXIT.usage,
  CLI_NO_NODE: EXIT.usage,
  CLI_NO_LEDGER: EXIT.usage,
  CLI_OTHER_NETWORK: EXIT.usage,
  CLI_PLAINTEXT: EXIT.usage,
  CLI_TLS_UNVERIFIED: EXIT.usage,
  CLI_PASSPHRASE_MISSING: EXIT.usage,
  CLI_PASSPHRASE_WRONG: EXIT.usage,
  CLI_KEYSTORE_MALFORMED: EXIT.invalid,
  CLI_WORKFLOW_INVALID: EXIT.invalid,
  CLI_BAD_SIGNATURE: EXIT.failed,
  CLI_UNREGISTRABLE: EXIT.refused,
  CLI_NOTHING_PROVABLE: EXIT.unverified,
  CLI_REVERTED: EXIT.refused,
  CLI_WRONG_KEY: EXIT.refused,
  CLI_UNKNOWN_NAME: EXIT.usage,
  CLI_PACKAGE_MISSING: EXIT.usage,
  CLI_NO_NEW_KEYS: EXIT.refused,
  CLI_TIMEOUT: EXIT.timeout,
};

export interface CliProblem {
  readonly code: CliErrorCode;
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Why a command did not do what it was asked to. */
export class CliError extends Error {
  readonly failure: CliProblem;

  constructor(failure: CliProblem, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = "CliError";
    this.failure = failure;
  }
}

/** The error of a code. */
export function cliError(
  code: CliErrorCode,
  message: string,
  remedy: string,
  options?: ErrorOptions,
): CliError {
  return new CliError({ code, message, remedy }, options);
}
