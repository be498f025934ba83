// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Positional Merkle trees (spec 03).
/// @notice A node is `keccak(0x01 ‖ left ‖ right)`, a level's odd last node moves up unchanged, and a root
/// binds the count: `keccak(0x02 ‖ u32(count) ‖ top)`.
library Merkle {
    /// @notice Root over `leaves`, which are overwritten: no second array is needed.
    function root(bytes32[] memory leaves) internal pure returns (bytes32) {
        return root(leaves, leaves.length);
    }

    /// @notice Root over the first `count` of `leaves`, which are overwritten.
    /// @dev `count` must not exceed the array's length.
    function root(bytes32[] memory leaves, uint256 count) internal pure returns (bytes32) {
        bytes32 top;
        assembly ("memory-safe") {
            let base := add(leaves, 0x20)
            let scratch := mload(0x40)
            mstore8(scratch, 1)
            let children := add(scratch, 1)
            for { let left := count } gt(left, 1) { left := shr(1, add(left, 1)) } {
                let to := base
                let end := add(base, shl(6, shr(1, left)))
                for { let from := base } lt(from, end) { from := add(from, 0x40) } {
                    mcopy(children, from, 0x40)
                    mstore(to, keccak256(scratch, 0x41))
                    to := add(to, 0x20)
                }
                if and(left, 1) { mstore(to, mload(end)) }
            }
            if count { top := mload(base) }
        }
        return seal(top, count);
    }

    /// @notice Is `leaf` at `index` of the tree of `count` leaves under `expected`?
    function verify(
        bytes32 expected,
        bytes32 leaf,
        uint256 index,
        uint256 count,
        bytes32[] calldata path
    ) internal pure returns (bool) {
        return expected != 0 && rootFrom(leaf, index, count, path) == expected;
    }

    /// @notice The root that `leaf` at `index` and its path lead to.
    /// @return Zero, which no root is, when the index is out of range or the path's length is not the tree's.
    function rootFrom(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bytes32)
    {
        if (index >= count) return 0;
        uint256 used;
        uint256 given = path.length;
        for (uint256 left = count; left > 1; left = (left + 1) >> 1) {
            // The odd last node of a level has no sibling.
            if (index & 1 == 1 || index + 1 < left) {
                if (used == given) return 0;
                bytes32 sibling = path[used++];
                leaf = index & 1 == 1 ? node(sibling, leaf) : node(leaf, sibling);
            }
            index >>= 1;
        }
        return used == given ? seal(leaf, count) : bytes32(0);
    }

    /// @notice As `rootFrom`, for a path that was decoded.
    function rootFromMemory(bytes32 leaf, uint256 index, uint256 count, bytes32[] memory path)
        internal
        pure
        returns (bytes32)
    {
        if (index >= count) return 0;
        uint256 used;
        for (uint256 left = count; left > 1; left = (left + 1) >> 1) {
            if (index & 1 == 1 || index + 1 < left) {
                if (used == path.length) return 0;
                bytes32 sibling = path[used++];
                leaf = index & 1 == 1 ? node(sibling, leaf) : node(leaf, sibling);
            }
            index >>= 1;
        }
        return used == path.length ? seal(leaf, count) : bytes32(0);
    }

    /// @notice An inner node.
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore8(scratch, 1)
            mstore(add(scratch, 0x01), left)
            mstore(add(scratch, 0x21), right)
            hash := keccak256(scratch, 0x41)
        }
    }

    /// @notice The root of a tree of `count` leaves with this top.
    function seal(bytes32 top, uint256 count) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore8(scratch, 2)
            mstore(add(scratch, 0x01), shl(224, count))
            mstore(add(scratch, 0x05), top)
            hash := keccak256(scratch, 0x25)
        }
    }
}
