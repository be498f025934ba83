import type { Hex } from "@deed/protocol/encoding";
import type { SignerFailure } from "./signer-failure.ts";
import { signerRemedy } from "./signer-remedy.ts";

export type {
  DeviceProblem,
  KeystoreProblem,
  PinProblem,
  SignerFailure,
} from "./signer-failure.ts";

/** An error of the signer: a code with its data. */
export class SignerError extends Error {
  readonly failure: SignerFailure;
  /** One sentence that says what to do; logs show it, too. */
  readonly remedy: string;

  constructor(failure: SignerFailure, options?: ErrorOptions) {
    super(`${failure.code} ${JSON.stringify(failure)}`, options);
    this.name = "SignerError";
    this.failure = failure;
    this.remedy = signerRemedy(failure);
  }
}

/** What a client may be told: the code and its data, or that something broke. */
export function failureOf(error: unknown): SignerFailure {
  if (error instanceof SignerError) return error.failure;
  if (!(error instanceof Error)) return { code: "E_INTERNAL", reason: "unknown" };
  // What the system says, as ENOSPC, tells an operator what to do; a message might tell more than that.
  const { code, syscall } = error as NodeJS.ErrnoException;
  const isOfSystem = code !== undefined && syscall !== undefined;
  return { code: "E_INTERNAL", reason: isOfSystem ? `${code} ${syscall}` : error.name };
}

/** A condition that the request must meet. */
export function requirePolicy(holds: boolean, rule: string, value: string | Hex): void {
  if (!holds) throw new SignerError({ code: "E_POLICY", rule, value });
}
