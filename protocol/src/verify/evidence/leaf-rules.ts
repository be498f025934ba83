import type { ExecutionRecord } from "../../encoding/record.ts";
import type { Leaf } from "../../transcript/leaf.ts";
import { NO_STEP } from "../../transcript/leaf-hash.ts";

// The rules of spec 07 by which a contract calls a leaf broken. Bundles that parse keep those about widths.

/** Says a leaf by itself what none may say at its place? */
export function isBroken(
  leaf: Leaf,
  place: { readonly index: number; readonly count: number },
  record: ExecutionRecord,
): boolean {
  const { index, count } = place;
  const { kind, startedMs, endedMs } = leaf;
  const isFirst = index === 0;
  const isLast = index + 1 === count;
  const isEdge = kind === "TRIGGER" || kind === "END";
  if (count !== record.leafCount || leaf.index !== index) return true;
  if (isFirst !== (kind === "TRIGGER") || isLast !== (kind === "END")) return true;
  if ((leaf.step === NO_STEP) !== isEdge || endedMs < startedMs) return true;
  if (!isEffect(leaf) && !(startedMs === endedMs && leaf.try === 0 && leaf.level === 0)) {
    return true;
  }
  if (isFirst && startedMs !== record.startedMs) return true;
  return isLast && endedMs !== record.endedMs;
}

/** Does `next` not follow from the leaf before it? Its link to it is right where hashes are computed. */
export function isUnchained(leaf: Leaf, next: Leaf): boolean {
  if (next.startedMs < leaf.endedMs || next.anchorNumber < leaf.anchorNumber) return true;
  const sameAnchor = next.anchorNumber === leaf.anchorNumber;
  if (sameAnchor && next.anchorHash !== leaf.anchorHash) return true;
  return !isEffect(next) && (!sameAnchor || next.startedMs !== leaf.endedMs);
}

/** A request that began when its executor knew of the revocation, and that was not withheld for it. */
export function isLate(leaf: Leaf, revokedBlock: number | null): boolean {
  if (revokedBlock === null || leaf.kind !== "HTTP" || leaf.status > 1) return false;
  return leaf.anchorNumber >= revokedBlock;
}

export function isEffect(leaf: Leaf): boolean {
  return leaf.kind === "HTTP" || leaf.kind === "CALL";
}
