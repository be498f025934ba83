import type { Hex } from "../encoding/hex.ts";
import type { Leaf } from "../transcript/leaf.ts";

/** What one execution's `bundleSha256` binds: sha256 of the RFC 8785 form of this object (spec 03). */
export interface Bundle {
  readonly bundle: "deed.bundle.1";
  readonly executionId: Hex;
  readonly intentHash: Hex;
  readonly attempt: number;
  readonly runtime: number;
  readonly leaves: readonly Leaf[];
}
