export type EncodingFailure =
  | { readonly code: "BAD_HEX"; readonly value: string }
  | { readonly code: "WRONG_LENGTH"; readonly expected: number; readonly actual: number }
  | { readonly code: "OUT_OF_RANGE"; readonly value: string; readonly bits: number }
  | { readonly code: "BAD_UTF8"; readonly offset: number }
  | { readonly code: "LONE_SURROGATE" }
  | { readonly code: "UNSAFE_NUMBER"; readonly value: string }
  | { readonly code: "NOT_JSON"; readonly found: string }
  | { readonly code: "TOO_DEEP"; readonly limit: number }
  | { readonly code: "BAD_JSON"; readonly offset: number; readonly found: string }
  | { readonly code: "BAD_POSITION"; readonly index: number; readonly count: number }
  | { readonly code: "BAD_ENTRY"; readonly field: string; readonly value: string };

/** Bytes or values that have no encoding here, or no meaning. */
export class EncodingError extends Error {
  readonly failure: EncodingFailure;

  constructor(failure: EncodingFailure) {
    super(`${failure.code} ${JSON.stringify(failure)}`);
    this.name = "EncodingError";
    this.failure = failure;
  }
}
