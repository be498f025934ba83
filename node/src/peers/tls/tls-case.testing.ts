/** What each end of a connection saw: an error's code, a refusal's reason, or one of the words below. */
export interface Seen {
  readonly client: string;
  readonly server: string;
}

/** The server has sent bytes of its own to whom it admitted; to nobody else. */
export const ADMITTED = "ADMITTED";
/** The other end hung up without a word. */
export const CLOSED = "CLOSED";
/** Nothing came as far as this end. */
export const NOTHING = "NOTHING";

/** One way to get at a node's peers, or to pose as one. */
export interface TlsCase {
  readonly name: string;
  readonly expected: { readonly client: RegExp; readonly server: RegExp };
  /** Whoever plays it makes what it needs anew, and ends it. */
  play(): Promise<Seen>;
}

export interface Played extends Seen {
  readonly name: string;
  readonly passed: boolean;
  readonly ms: number;
}

/** Plays a case; one that throws has not passed, and its message stands for the client. */
export async function playCase(one: TlsCase, nowMs: () => number): Promise<Played> {
  const fromMs = nowMs();
  const seen = await one.play().catch((error: unknown) => ({
    client: `threw: ${error instanceof Error ? error.message : String(error)}`,
    server: NOTHING,
  }));
  const passed = one.expected.client.test(seen.client) && one.expected.server.test(seen.server);
  return { name: one.name, ...seen, passed, ms: Math.round(nowMs() - fromMs) };
}
