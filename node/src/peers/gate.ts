import { createHash, X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { nodeUri, PEER_ALPN, type PeerDirectory, parseNodeUri } from "./identity.ts";
import { isConstrainedTo } from "./name-constraints.ts";

/** Longest life of a leaf: an hour, and some minutes for clocks that differ. */
const MAX_LEAF_MS = 90 * 60 * 1000;

export type RefusalCode =
  | "ALPN"
  | "PROTOCOL_VERSION"
  | "SESSION_REUSED"
  | "NO_CERTIFICATE"
  | "NO_ISSUER"
  | "NO_IDENTITY"
  | "OTHER_LEDGER"
  | "NODE_UNKNOWN"
  | "NODE_NOT_ACTIVE"
  | "CA_NOT_REGISTERED"
  | "CA_INVALID"
  | "CA_NOT_CONSTRAINED"
  | "SIGNATURE"
  | "KEY_TYPE"
  | "NOT_YET_VALID"
  | "EXPIRED"
  | "LIFETIME";

export type Judgement =
  | { readonly kind: "peer"; readonly nodeNo: number; readonly validToMs: number }
  | { readonly kind: "refused"; readonly code: RefusalCode };

export interface GateRules {
  readonly chainId: number;
  readonly directory: PeerDirectory;
  readonly nowMs: number;
}

/** What a handshake left to be judged. The handshake itself has proven possession of the leaf's key. */
export interface Presented {
  readonly alpn: string | false | null;
  readonly version: string | null;
  readonly isSessionReused: boolean;
  /** DER. */
  readonly leaf: Buffer | null;
  readonly issuer: Buffer | null;
}

export function presentedBy(socket: TLSSocket): Presented {
  const leaf = socket.getPeerCertificate(true);
  const issuer = leaf?.issuerCertificate;
  return {
    alpn: socket.alpnProtocol,
    version: socket.getProtocol(),
    isSessionReused: socket.isSessionReused(),
    leaf: leaf?.raw ?? null,
    issuer: issuer === leaf ? null : (issuer?.raw ?? null),
  };
}

/**
 * Who is at the other end? The only judge of peers, for both directions and for every connection.
 *
 * TLS itself is told to accept any certificate, for two reasons. The registry holds hashes of CA
 * keys, not certificates; and given a list of authorities, TLS would let any of them vouch for any
 * node. Here a leaf counts only under the CA key that the registry binds to the node it names.
 */
export function judge(presented: Presented, rules: GateRules): Judgement {
  const { alpn, version, isSessionReused, leaf, issuer } = presented;
  if (alpn !== PEER_ALPN) return refused("ALPN");
  if (version !== "TLSv1.3") return refused("PROTOCOL_VERSION");
  // A resumed session shows the certificate of the handshake that it came from, expired or not.
  if (isSessionReused) return refused("SESSION_REUSED");
  if (leaf === null) return refused("NO_CERTIFICATE");
  if (issuer === null) return refused("NO_ISSUER");
  try {
    return judgeChain(new X509Certificate(leaf), new X509Certificate(issuer), rules);
  } catch {
    return refused("NO_IDENTITY");
  }
}

function judgeChain(leaf: X509Certificate, ca: X509Certificate, rules: GateRules): Judgement {
  const uri = /^URI:(\S+)$/.exec(leaf.subjectAltName ?? "")?.[1] ?? "";
  const identity = parseNodeUri(uri);
  if (identity === null || nodeUri(identity) !== uri) return refused("NO_IDENTITY");
  if (identity.chainId !== rules.chainId) return refused("OTHER_LEDGER");
  const node = rules.directory.node(identity.nodeNo);
  if (node === null) return refused("NODE_UNKNOWN");
  if (!node.active) return refused("NODE_NOT_ACTIVE");
  if (caHashOf(ca) !== node.caHash) return refused("CA_NOT_REGISTERED");
  // Its own signature binds the CA's constraints to the registered key.
  if (!ca.ca || !ca.verify(ca.publicKey)) return refused("CA_INVALID");
  if (!isConstrainedTo(ca.raw, identity)) return refused("CA_NOT_CONSTRAINED");
  if (leaf.ca || !leaf.checkIssued(ca) || !leaf.verify(ca.publicKey)) return refused("SIGNATURE");
  if (leaf.publicKey.asymmetricKeyDetails?.namedCurve !== "prime256v1") return refused("KEY_TYPE");
  return judgeTimes(leaf, ca, identity.nodeNo, rules.nowMs);
}

function judgeTimes(
  leaf: X509Certificate,
  ca: X509Certificate,
  nodeNo: number,
  nowMs: number,
): Judgement {
  for (const certificate of [leaf, ca]) {
    // Written so that a date which does not parse is refused.
    if (!(Date.parse(certificate.validFrom) <= nowMs)) return refused("NOT_YET_VALID");
    if (!(nowMs <= Date.parse(certificate.validTo))) return refused("EXPIRED");
  }
  const validToMs = Date.parse(leaf.validTo);
  if (validToMs - Date.parse(leaf.validFrom) > MAX_LEAF_MS) return refused("LIFETIME");
  return { kind: "peer", nodeNo, validToMs };
}

function caHashOf(ca: X509Certificate): string {
  const spki = ca.publicKey.export({ type: "spki", format: "der" });
  return `0x${createHash("sha256").update(spki).digest("hex")}`;
}

function refused(code: RefusalCode): Judgement {
  return { kind: "refused", code };
}
