import type { EffectErrorCode } from "@deed/protocol/runtime";

/** Why an effect has no response, in the closed set that a transcript may hold. */
export class BrokerError extends Error {
  override readonly name = "BrokerError";
  readonly code: EffectErrorCode;

  constructor(code: EffectErrorCode, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.code = code;
  }
}
