/** Why a node's configuration cannot be used, and what to do about it. */
export type ConfigFailure =
  | { readonly code: "CONFIG_UNREADABLE"; readonly path: string; readonly reason: string }
  | { readonly code: "CONFIG_NOT_JSON"; readonly path: string; readonly reason: string }
  | { readonly code: "CONFIG_MISSING"; readonly field: string; readonly expected: string }
  | { readonly code: "CONFIG_WRONG_TYPE"; readonly field: string; readonly expected: string }
  | { readonly code: "CONFIG_UNKNOWN_FIELD"; readonly field: string }
  | { readonly code: "CONFIG_SECRET_INLINE"; readonly field: string; readonly variable: string }
  | { readonly code: "CONFIG_SECRET_MISSING"; readonly field: string; readonly variable: string }
  | { readonly code: "CONFIG_INSECURE_URL"; readonly field: string }
  | { readonly code: "CONFIG_TAMPER_REFUSED"; readonly chainId: number };

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly failure: ConfigFailure;
  /** One sentence that says what to change. */
  readonly remedy: string;

  constructor(failure: ConfigFailure, options?: ErrorOptions) {
    super(`${failure.code}: ${subjectOf(failure)}`, options);
    this.failure = failure;
    this.remedy = remedyOf(failure);
  }
}

function subjectOf(failure: ConfigFailure): string {
  if ("path" in failure) return `${failure.path}: ${failure.reason}`;
  return "field" in failure ? failure.field : `chain ${failure.chainId}`;
}

function remedyOf(failure: ConfigFailure): string {
  switch (failure.code) {
    case "CONFIG_UNREADABLE":
      return "Give --config the path of a file that this user may read.";
    case "CONFIG_NOT_JSON":
      return "Correct the JSON at the place that the reason names.";
    case "CONFIG_MISSING":
    case "CONFIG_WRONG_TYPE":
      return `Set "${failure.field}" to ${failure.expected}.`;
    case "CONFIG_UNKNOWN_FIELD":
      return `Remove "${failure.field}", or correct its spelling.`;
    case "CONFIG_SECRET_INLINE":
      return `Put the secret into a file and its path into ${failure.variable}.`;
    case "CONFIG_SECRET_MISSING":
      return `Set ${failure.variable}, or "${failure.field}", to the path of the file with the secret.`;
    case "CONFIG_INSECURE_URL":
      return `Use https, or a loopback address, in "${failure.field}"; or set "allowInsecureRpc": true.`;
    case "CONFIG_TAMPER_REFUSED":
      return 'Remove "tamper". It is for demonstrations on the devnet (chain 31337, "allowTamper": true).';
  }
}
