/** Why a node's configuration cannot be used, and what to do about it. */
export type ConfigFailure =
  | { readonly code: "CONFIG_UNREADABLE"; readonly path: string; readonly reason: string }
  | { readonly code: "CONFIG_NOT_JSON"; readonly path: string; readonly reason: string }
  | { readonly code: "CONFIG_MISSING"; readonly field: string; readonly expected: string }
  | { readonly code: "CONFIG_WRONG_TYPE"; readonly field: string; readonly expected: string }
  | { readonly code: "CONFIG_UNKNOWN_FIELD"; readonly field: string }
  | { readonly code: "CONFIG_SECRET_INLINE"; readonly field: string; readonly variable: string }
  | { readonly code: "CONFIG_SECRET_MISSING"; readonly field: string; readonly variable: string }
  | { readonly code: "CONFIG_INSECURE_URL"; readonly field: string; readonly secureScheme: string }
  /** A port that others than this machine reach, without TLS. */
  | { readonly code: "CONFIG_PLAINTEXT"; readonly field: string; readonly host: string }
  | { readonly code: "CONFIG_TLS_UNVERIFIED"; readonly variable: string }
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
  if (failure.code === "CONFIG_PLAINTEXT") return `${failure.field}.host ${failure.host}`;
  if ("field" in failure) return failure.field;
  return "variable" in failure ? failure.variable : `chain ${failure.chainId}`;
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
      return `Use ${failure.secureScheme}, or a loopback address, in "${failure.field}"; or accept that others read and change it: "allowInsecureRpc": true.`;
    case "CONFIG_PLAINTEXT":
      return `Name a certificate and its key in "${failure.field}.tls", or listen on 127.0.0.1; or accept that others read and change it: "${failure.field}.allowPlaintext": true.`;
    case "CONFIG_TLS_UNVERIFIED":
      return `Remove ${failure.variable} from the environment. To trust an authority of your own, name it: "rpcTls.caFile", "targetCaFile".`;
    case "CONFIG_TAMPER_REFUSED":
      return 'Remove "tamper". It is for demonstrations on the devnet (chain 31337, "allowTamper": true).';
  }
}
