/** What one HTTP request of a workflow may take. */
export interface HttpLimits {
  /** From the question for the name to the end of the handshake. */
  readonly connectMs: number;
  /** From the request to the whole head of its answer. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly betweenBytesMs: number;
  /** All of it, waiting for a turn included; a step may ask for less. */
  readonly totalMs: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
  /** Lines of an answer's head. */
  readonly responseHeaders: number;
  readonly headerBytes: number;
}

/** Texts of expressions hold no more (spec 12), so a larger answer could not be used. */
export const MOST_RESPONSE_BYTES = 262_144;

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  connectMs: 10_000,
  firstByteMs: 30_000,
  betweenBytesMs: 10_000,
  totalMs: 60_000,
  requestBytes: 262_144,
  responseBytes: MOST_RESPONSE_BYTES,
  responseHeaders: 100,
  headerBytes: 16_384,
};
