import type { Json } from "../encoding/json.ts";

/** Do both have the same canonical form? Without writing it. */
export function jsonEqual(left: Json, right: Json): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object") return false;
  if (left === null || right === null) return false;
  if (isList(left) || isList(right)) {
    return isList(left) && isList(right) && listsEqual(left, right);
  }
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && jsonEqual(left[name]!, right[name]!));
}

function listsEqual(left: readonly Json[], right: readonly Json[]): boolean {
  return (
    left.length === right.length && left.every((value, index) => jsonEqual(value, right[index]!))
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
