// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The table of lease durations (spec 04).
library LeaseClass {
    uint256 internal constant COUNT = 16;
    uint256 internal constant LONGEST_SEC = 3600;

    /// @dev Sixteen durations of 16 bits, class 0 in the lowest.
    uint256 private constant TABLE =
        0x0e100a8c07080384_0258012c00b40078_005a003c002d001e_0014000f000a0005;

    function isKnown(uint8 leaseClass) internal pure returns (bool) {
        return leaseClass < COUNT;
    }

    /// @notice Duration of a class; 0 when there is no such class.
    function durationSec(uint8 leaseClass) internal pure returns (uint40) {
        return uint16(TABLE >> (uint256(leaseClass) << 4));
    }
}
