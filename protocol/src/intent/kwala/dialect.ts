import type { Tree } from "../tree.ts";
import { TOP_KEYS } from "./keys.ts";

export type Dialect = "deed.v1" | "kwala.v1";

/**
 * By the top keys: `deed` is the native dialect, `Name`, `Trigger`, `Actions`, `Execution` are Kwala's. A file
 * with neither is taken for a misspelt Kwala workflow when it speaks of triggers or actions and not of `on` or
 * `steps`.
 */
export function dialectOf(tree: Tree): Dialect {
  if (tree.kind !== "map") return "deed.v1";
  const keys = tree.entries.map(({ key }) => key);
  if (keys.includes("deed")) return "deed.v1";
  if (keys.some((key) => TOP_KEYS.some((top) => top === key))) return "kwala.v1";
  if (keys.includes("on") || keys.includes("steps")) return "deed.v1";
  const speaks = keys.some((key) => /^(triggers?|actions?|execution)$/i.test(key));
  return speaks ? "kwala.v1" : "deed.v1";
}
