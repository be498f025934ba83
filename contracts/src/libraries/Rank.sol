// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Who may claim when (spec 04): a rotation, so that no loop over operators is needed.
library Rank {
    /// @param position The operator's position, from 0, among the generation's executors.
    /// @param executors How many there are; at least one.
    function rankOf(
        bytes32 generationSeed,
        bytes32 executionId,
        uint256 position,
        uint256 executors
    ) internal pure returns (uint256) {
        uint256 start;
        assembly ("memory-safe") {
            mstore(0x00, generationSeed)
            mstore(0x20, executionId)
            start := mod(keccak256(0x00, 0x40), executors)
        }
        unchecked {
            // `start` is below `executors`.
            return (position + executors - start) % executors;
        }
    }
}
