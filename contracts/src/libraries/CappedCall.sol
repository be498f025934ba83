// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title A call to a function that returns `bytes`, with its gas and what is copied back bounded.
/// @notice Whatever the callee returns, its caller pays for no more than the cap.
library CappedCall {
    /// @return success Whether the callee returned.
    /// @return returned On success the returned `bytes`, decoded; else the revert's data; at most `cap` bytes.
    function perform(address callee, bytes memory data, uint256 gasLimit, uint256 cap)
        internal
        returns (bool success, bytes memory returned)
    {
        assembly ("memory-safe") {
            success := call(gasLimit, callee, 0, add(data, 0x20), mload(data), 0, 0)
            returned := mload(0x40)
            let from := 0
            let length := returndatasize()
            if success {
                // offset, length, bytes
                from := 0x40
                length := 0
                if gt(returndatasize(), 0x3f) {
                    returndatacopy(returned, 0x20, 0x20)
                    length := mload(returned)
                    let there := sub(returndatasize(), 0x40)
                    if gt(length, there) { length := there }
                }
            }
            if gt(length, cap) { length := cap }
            mstore(returned, length)
            // Copying nothing from beyond the end would revert.
            if length { returndatacopy(add(returned, 0x20), from, length) }
            // Nothing of what was in memory before is left in the last word.
            mstore(add(add(returned, 0x20), length), 0)
            mstore(0x40, and(add(add(returned, 0x5f), length), not(0x1f)))
        }
    }
}
