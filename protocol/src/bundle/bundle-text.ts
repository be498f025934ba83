import { canonicalJson } from "../encoding/canonical-json.ts";
import { type Hasher, nobleHasher, sha256Hex } from "../encoding/hasher.ts";
import type { Hex } from "../encoding/hex.ts";
import { asJson } from "../encoding/json.ts";
import { utf8Bytes } from "../encoding/utf8.ts";
import type { Bundle } from "./bundle.ts";

/** A bundle's one text, and the hash that its record holds. */
export interface BundleText {
  /** Canonical JSON on one line, without the line's end. */
  readonly text: string;
  readonly sha256: Hex;
}

/** The canonical text of a bundle. */
export function bundleText(bundle: Bundle, hasher: Hasher = nobleHasher): BundleText {
  const text = canonicalJson(asJson(bundle));
  return { text, sha256: bundleTextHash(text, hasher) };
}

/** Hash of a bundle's text as it came. */
export function bundleTextHash(text: string, hasher: Hasher = nobleHasher): Hex {
  return sha256Hex(utf8Bytes(text), hasher);
}

/** A batch's bundle: the executions' bundles, one line each. */
export function joinBundles(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}

/** The lines of a batch's bundle. */
export function splitBundles(batch: string): readonly string[] {
  const lines = batch.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
