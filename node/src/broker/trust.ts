import { constants } from "node:crypto";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";

/** What TLS of workflows trusts. */
export interface Trust {
  /** The authorities that Node brings along, and nothing else. */
  usual(): SecureContext;
  /** The same and the operator's own. */
  withOwn(): SecureContext;
}

// 112 bits and more: no RSA below 2048, no SHA-1 in a chain, whatever this OpenSSL's default is.
const CIPHERS = `${constants.defaultCoreCipherList}:@SECLEVEL=2`;

/**
 * Everything is said here, so that neither the environment (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`) nor a flag of Node's
 * adds an authority or an old version. Each is made once, for the first connection that needs it, because reading the
 * certificates takes longer than a handshake.
 * @param ownCa PEM, or null.
 */
export function openTrust(ownCa: string | null): Trust {
  const usual = once(() => contextOf([...rootCertificates]));
  if (ownCa === null) return { usual, withOwn: usual };
  return { usual, withOwn: once(() => contextOf([...rootCertificates, ownCa])) };
}

function contextOf(ca: readonly string[]): SecureContext {
  return createSecureContext({
    ca: [...ca],
    minVersion: "TLSv1.2",
    maxVersion: "TLSv1.3",
    ciphers: CIPHERS,
  });
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
