// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Bitmaps over the positions of a batch, lowest bit first.
library Bits {
    /// @notice The lowest `size` bits.
    function mask(uint256 size) internal pure returns (uint256) {
        return size >= 256 ? type(uint256).max : (1 << size) - 1;
    }

    function has(uint256 bits, uint256 position) internal pure returns (bool) {
        return (bits >> position) & 1 == 1;
    }

    /// @notice How many bits are set.
    function count(uint256 bits) internal pure returns (uint256 total) {
        for (; bits != 0; ++total) {
            bits &= bits - 1;
        }
    }
}
