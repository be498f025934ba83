import type { Hex } from "@deed/protocol/encoding";
import type { Begun } from "./signer-api.ts";

/** What is asked of the registry. */
export interface DutyKeys {
  dutyKeyAt(nodeNo: number, sinceSec: number): Hex | null;
  dutyKeysOf(nodeNo: number): readonly {
    readonly key: Hex;
    readonly fromSec: number;
    readonly revoked: boolean;
  }[];
}

/**
 * What the signer is told of a duty's begin. Null: the key of that time is revoked, and nobody can do the duty
 * any more (spec 01).
 */
export async function dutyBegin(
  registry: DutyKeys,
  nodeNo: number,
  begunAtSec: () => Promise<number> | number,
): Promise<Begun | null> {
  // A node with one key needs no time to choose it by.
  if (registry.dutyKeysOf(nodeNo).length < 2) return {};
  const sinceSec = await begunAtSec();
  const dutyKey = registry.dutyKeyAt(nodeNo, sinceSec);
  return dutyKey === null ? null : { sinceSec, dutyKey };
}

/**
 * What is signed now, and under which key. A block may revoke a key at a time that this node's clock has not reached:
 * what is signed until then bears the first second of the key after it.
 */
export function dutyNow(
  registry: DutyKeys,
  nodeNo: number,
  nowMs: number,
): { readonly atMs: number; readonly begin: Begun } {
  const keys = registry.dutyKeysOf(nodeNo);
  if (keys.length < 2) return { atMs: nowMs, begin: {} };
  const nowSec = Math.floor(nowMs / 1000);
  const dutyKey = registry.dutyKeyAt(nodeNo, nowSec);
  if (dutyKey !== null) return { atMs: nowMs, begin: { sinceSec: nowSec, dutyKey } };
  const next = keys.find(({ fromSec, revoked }) => !revoked && fromSec > nowSec);
  // The newest key is never a revoked one.
  if (next === undefined) throw new RangeError(`node ${nodeNo} has no duty key at ${nowSec}`);
  const { fromSec: sinceSec, key } = next;
  return { atMs: sinceSec * 1000, begin: { sinceSec, dutyKey: key } };
}

/** Does a signature of that time still count? */
export function stillCounts(registry: DutyKeys, nodeNo: number, atMs: number): boolean {
  const isOnly = registry.dutyKeysOf(nodeNo).length < 2;
  return isOnly || registry.dutyKeyAt(nodeNo, Math.floor(atMs / 1000)) !== null;
}
