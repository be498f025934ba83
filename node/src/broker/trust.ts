import type { SecureContext } from "node:tls";
import { callerContext } from "../links/secure-context.ts";

/** What TLS of workflows trusts. */
export interface Trust {
  /** The authorities that Node brings along, and nothing else. */
  usual(): SecureContext;
  /** The same and the operator's own. */
  withOwn(): SecureContext;
}

/**
 * Each is made once, for the first connection that needs it, because reading the certificates takes longer than a
 * handshake. Workflows call whom their authors want, so TLS 1.2 is taken.
 * @param ownCa PEM, or null.
 */
export function openTrust(ownCa: string | null): Trust {
  const usual = once(() => callerContext({ ownCaPem: null, least: "1.2" }));
  if (ownCa === null) return { usual, withOwn: usual };
  return { usual, withOwn: once(() => callerContext({ ownCaPem: ownCa, least: "1.2" })) };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
