import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keccak256 } from "./hasher.ts";
import type { Hex } from "./hex.ts";
import { merklePath, merkleRoot, verifyPath } from "./merkle.ts";
import { wordHex } from "./word.ts";

const anyLeaf = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map((value) => wordHex(value));
const anyTree = fc
  .array(anyLeaf, { minLength: 1, maxLength: 40 })
  .chain((leaves) => fc.tuple(fc.constant(leaves), fc.nat(leaves.length - 1)));

describe("positional Merkle trees", () => {
  test("an empty tree has the root of the specification", () => {
    expect(merkleRoot([])).toBe(keccak256(`0x02${"00".repeat(4)}${"00".repeat(32)}`));
  });

  test("every leaf verifies by its path", () => {
    fc.assert(
      fc.property(anyTree, ([leaves, index]) => {
        const path = merklePath(leaves, index);
        const root = merkleRoot(leaves);
        expect(verifyPath(root, leaves[index]!, index, leaves.length, path)).toBe(true);
      }),
    );
  });

  test("another leaf, index, count or path does not", () => {
    fc.assert(
      fc.property(anyTree, anyLeaf, fc.nat(60), fc.nat(60), ([leaves, index], leaf, i, n) => {
        const path = merklePath(leaves, index);
        const root = merkleRoot(leaves);
        const own = leaves[index]!;
        if (leaf !== own) expect(verifyPath(root, leaf, index, leaves.length, path)).toBe(false);
        if (leaves[i] !== own) expect(verifyPath(root, own, i, leaves.length, path)).toBe(false);
        if (n !== leaves.length) expect(verifyPath(root, own, index, n, path)).toBe(false);
        const longer: Hex[] = [...path, leaf];
        expect(verifyPath(root, own, index, leaves.length, longer)).toBe(false);
        expect(verifyPath(root, own, index, leaves.length, path.slice(1))).toBe(path.length === 0);
      }),
    );
  });

  test("equal leaves at two places have two paths, and each verifies only at its own", () => {
    const leaves = [1, 2, 1, 3, 1].map((value) => wordHex(value));
    const root = merkleRoot(leaves);
    expect(verifyPath(root, leaves[0]!, 2, 5, merklePath(leaves, 0))).toBe(false);
    expect(verifyPath(root, leaves[2]!, 2, 5, merklePath(leaves, 2))).toBe(true);
  });

  test("a position outside the tree has no path", () => {
    expect(() => merklePath([wordHex(1)], 1)).toThrow(/BAD_POSITION/);
    expect(verifyPath(merkleRoot([]), wordHex(0), 0, 0, [])).toBe(false);
  });
});
