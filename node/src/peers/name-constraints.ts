import { derElement, derSequence, extensionsOf } from "./der.ts";
import { type NodeIdentity, nodeHost } from "./identity.ts";

/** 2.5.29.30 */
const NAME_CONSTRAINTS = Buffer.from([0x55, 0x1d, 0x1e]);
const PERMITTED_SUBTREES = 0xa0;
const URI_NAME = 0x86;

/** Value of the extension by which a node's CA may vouch for that node's URI and for no other. */
export function nameConstraintsFor(identity: NodeIdentity): Buffer {
  const host = derElement(URI_NAME, Buffer.from(nodeHost(identity), "ascii"));
  return derSequence(derElement(PERMITTED_SUBTREES, derSequence(host)));
}

/** Is the CA certificate (DER) held to just this node? */
export function isConstrainedTo(certificate: Buffer, identity: NodeIdentity): boolean {
  const [only, ...more] = extensionsOf(certificate, NAME_CONSTRAINTS);
  if (only === undefined || more.length > 0) return false;
  return only.isCritical && only.value.equals(nameConstraintsFor(identity));
}
