import type { Hex } from "@deed/protocol/encoding";

/** The application protocol that both ends must name in the handshake. */
export const PEER_ALPN = "deed/1";

/** A node of one ledger, as its certificates name it (spec 10). */
export interface NodeIdentity {
  readonly nodeNo: number;
  readonly chainId: number;
}

/** What the registry says of a node, and what a connection is judged by. */
export interface PeerNode {
  /** `https://host:port`. */
  readonly endpoint: string;
  /** SHA-256 of the SubjectPublicKeyInfo of the node's CA. */
  readonly caHash: Hex;
  readonly active: boolean;
}

export interface PeerDirectory {
  node(nodeNo: number): PeerNode | null;
}

/** Why a connection that was admitted under `caHash` would not be admitted now; null when it would. */
export function changeOf(
  node: PeerNode | null,
  caHash: Hex,
): "NODE_UNKNOWN" | "NODE_NOT_ACTIVE" | "CA_NOT_REGISTERED" | null {
  if (node === null) return "NODE_UNKNOWN";
  if (!node.active) return "NODE_NOT_ACTIVE";
  return node.caHash === caHash ? null : "CA_NOT_REGISTERED";
}

/** The host name that a node's CA is constrained to. */
export function nodeHost(identity: NodeIdentity): string {
  return `node-${identity.nodeNo}.${identity.chainId}.deed`;
}

/** The SPIFFE id in a node's leaf certificates. */
export function nodeUri(identity: NodeIdentity): string {
  return `spiffe://${nodeHost(identity)}/node`;
}

/** The identity that a SPIFFE id names; null when it is none of ours. */
export function parseNodeUri(uri: string): NodeIdentity | null {
  const match = /^spiffe:\/\/node-([1-9]\d{0,9})\.([1-9]\d{0,15})\.deed\/node$/.exec(uri);
  return match === null ? null : { nodeNo: Number(match[1]), chainId: Number(match[2]) };
}
