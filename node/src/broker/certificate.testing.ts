import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

export interface Certificate {
  /** PEM of PKCS #8. */
  readonly key: string;
  /** PEM; behind it those of its issuers below the root. */
  readonly cert: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

export interface CertificateOptions {
  /** A name or an address; several are several alternative names. */
  readonly hosts?: readonly string[];
  /** Who vouches for it; nobody: itself. */
  readonly issuer?: Certificate;
  readonly isAuthority?: boolean;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  /** Extended key usages; none: every purpose. */
  readonly purposes?: readonly string[];
  readonly key?: "P-256" | "RSA-1024" | "RSA-2048";
  readonly hash?: "SHA-1" | "SHA-256";
}

const HOUR_MS = 3_600_000;

/** A real certificate, for tests of what is trusted. */
export async function makeCertificate(options: CertificateOptions = {}): Promise<Certificate> {
  const { hosts = [], issuer, isAuthority = false, key = "P-256", hash = "SHA-256" } = options;
  const keys = await makeKeys(key, hash);
  const subject = `CN=${hosts[0] ?? "an authority"} ${webcrypto.randomUUID()}`;
  const issuerCert = issuer === undefined ? null : new x509.X509Certificate(issuer.cert);
  const signer = issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject,
      issuer: issuerCert?.subject ?? subject,
      publicKey: keys.publicKey,
      signingKey: signer.privateKey,
      signingAlgorithm: { ...signer.privateKey.algorithm, hash },
      notBefore: options.notBefore ?? new Date(Date.now() - HOUR_MS),
      notAfter: options.notAfter ?? new Date(Date.now() + HOUR_MS),
      extensions: [
        new x509.BasicConstraintsExtension(isAuthority, undefined, true),
        ...(hosts.length === 0
          ? []
          : [new x509.SubjectAlternativeNameExtension(hosts.map(nameOf))]),
        ...(options.purposes === undefined
          ? []
          : [new x509.ExtendedKeyUsageExtension([...options.purposes])]),
      ],
    },
    webcrypto as never,
  );
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
    cert: certificate.toString("pem"),
    keys,
  };
}

function nameOf(value: string): { type: "ip" | "dns"; value: string } {
  return { type: /^[\d.]+$/.test(value) ? "ip" : "dns", value };
}

async function makeKeys(
  kind: NonNullable<CertificateOptions["key"]>,
  hash: string,
): Promise<webcrypto.CryptoKeyPair> {
  const algorithm = kind.startsWith("RSA")
    ? {
        name: "RSASSA-PKCS1-v1_5",
        modulusLength: Number(kind.slice(4)),
        publicExponent: new Uint8Array([1, 0, 1]),
        hash,
      }
    : { name: "ECDSA", namedCurve: "P-256" };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  return keys as webcrypto.CryptoKeyPair;
}
