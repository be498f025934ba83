import { createHash, X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { Hex } from "@deed/protocol/encoding";

/** The application protocol between a node and its signer on another machine. */
export const SIGNER_ALPN = "deed-signer/1";

/** Why the other end of a link is not who is named in the configuration. */
export type LinkRefusalCode =
  | "LINK_ALPN"
  | "LINK_VERSION"
  | "LINK_RESUMED"
  | "LINK_NO_CERTIFICATE"
  | "LINK_OTHER_KEY"
  | "LINK_NOT_YET_VALID"
  | "LINK_EXPIRED";

/**
 * Judges the other end, on both sides and at every connection; null when it may go on. The keys are the whole
 * trust: no authority, no name. The handshake itself has proven possession of the certificate's key.
 */
export function judgeLink(
  socket: TLSSocket,
  rules: { readonly keys: readonly Hex[]; readonly nowMs: number },
): LinkRefusalCode | null {
  if (socket.alpnProtocol !== SIGNER_ALPN) return "LINK_ALPN";
  if (socket.getProtocol() !== "TLSv1.3") return "LINK_VERSION";
  // It would show the certificate of the handshake that it came from, expired or not.
  if (socket.isSessionReused()) return "LINK_RESUMED";
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) return "LINK_NO_CERTIFICATE";
  const certificate = new X509Certificate(raw);
  if (!rules.keys.includes(linkKeyOf(certificate))) return "LINK_OTHER_KEY";
  // Written so that a date which does not parse is refused.
  if (!(Date.parse(certificate.validFrom) <= rules.nowMs)) return "LINK_NOT_YET_VALID";
  if (!(rules.nowMs <= Date.parse(certificate.validTo))) return "LINK_EXPIRED";
  return null;
}

/** How configurations name an end of a link: SHA-256 of its SubjectPublicKeyInfo. */
export function linkKeyOf(certificate: X509Certificate): Hex {
  const spki = certificate.publicKey.export({ type: "spki", format: "der" });
  return `0x${createHash("sha256").update(spki).digest("hex")}`;
}
