import { constants } from "node:crypto";
import {
  createSecureContext,
  rootCertificates,
  type SecureContext,
  type SecureContextOptions,
} from "node:tls";

// Every secure context of the project comes from here, the first and each replaced one: a context that is replaced by
// key and certificate alone would fall back to older versions of TLS. All is said, so that neither the environment
// (`NODE_EXTRA_CA_CERTS`, `SSL_CERT_FILE`) nor a flag of Node's adds an authority, a version or a cipher.

/** A leaf and its key, as this node presents itself now. */
export interface LeafMaterial {
  readonly keyPem: string;
  /** The leaf, then the CA that issued it: peers know the CA's hash only. */
  readonly chainPem: string;
  readonly notAfterMs: number;
}

/** What a door for others than nodes shows, and whom it wants to see. */
export interface DoorMaterial {
  readonly keyPem: string;
  readonly chainPem: string;
  /** Authorities of clients; null: anybody may come. */
  readonly clientCaPem: string | null;
}

/** Oldest version of TLS that a caller takes. */
export type LeastTls = "1.2" | "1.3";

const TLS_1_3 = {
  minVersion: "TLSv1.3",
  maxVersion: "TLSv1.3",
  ciphers: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256",
  ecdhCurve: "X25519:P-256",
} as const;

// Tickets are useless where the other end is judged anew at each connection.
const NO_RESUMPTION = { secureOptions: constants.SSL_OP_NO_TICKET, sessionTimeout: 1 } as const;

// 112 bits and more: no RSA below 2048, no SHA-1 in a chain, whatever this OpenSSL's default is.
const OTHERS_CIPHERS = `${constants.defaultCoreCipherList}:@SECLEVEL=2`;

/** Between nodes, and between a node and its signer: TLS 1.3, P-256 on both sides. The caller's gate judges the certificate. */
export function peerContextOptions(
  material: Pick<LeafMaterial, "keyPem" | "chainPem">,
): SecureContextOptions {
  return {
    key: material.keyPem,
    cert: material.chainPem,
    ...TLS_1_3,
    sigalgs: "ecdsa_secp256r1_sha256",
    ...NO_RESUMPTION,
  };
}

/** A door for users or for who collects metrics: TLS 1.3, whatever key the operator's certificate has. */
export function doorContextOptions(material: DoorMaterial): SecureContextOptions & DoorDemands {
  const { keyPem, chainPem, clientCaPem } = material;
  return {
    key: keyPem,
    cert: chainPem,
    ...TLS_1_3,
    ...NO_RESUMPTION,
    ...(clientCaPem === null ? {} : { ca: clientCaPem }),
    requestCert: clientCaPem !== null,
    rejectUnauthorized: clientCaPem !== null,
  };
}

interface DoorDemands {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
}

/** Calls to a server of others, whose certificate must be vouched for. */
export function callerContext(options: {
  /** PEM of authorities besides those that Node brings along, or null. */
  readonly ownCaPem: string | null;
  readonly least: LeastTls;
}): SecureContext {
  const { ownCaPem, least } = options;
  return createSecureContext({
    ca: ownCaPem === null ? [...rootCertificates] : [...rootCertificates, ownCaPem],
    minVersion: `TLSv${least}`,
    maxVersion: "TLSv1.3",
    ciphers: OTHERS_CIPHERS,
  });
}

/** Refuses what no handshake could use. Errors: OpenSSL's own, for example a key that is not the certificate's. */
export function requireUsable(options: SecureContextOptions): void {
  createSecureContext(options);
}
