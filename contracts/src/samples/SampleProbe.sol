// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Stands in for any contract: takes every call and tells of it, and emits what it is told to.
contract SampleProbe {
    error TooManyTopics(uint256 count);

    event Called(address indexed by, uint256 valueWei, bytes callData);

    /// @notice Emits a log with these topics, the event's own first.
    function emitLog(bytes32[] calldata topics, bytes calldata data) external {
        uint256 count = topics.length;
        require(count != 0 && count < 5, TooManyTopics(count));
        bytes memory copy = data;
        assembly ("memory-safe") {
            let from := add(copy, 32)
            let size := mload(copy)
            let first := topics.offset
            let a := calldataload(first)
            let b := calldataload(add(first, 32))
            let c := calldataload(add(first, 64))
            let d := calldataload(add(first, 96))
            switch count
            case 1 { log1(from, size, a) }
            case 2 { log2(from, size, a, b) }
            case 3 { log3(from, size, a, b, c) }
            default { log4(from, size, a, b, c, d) }
        }
    }

    receive() external payable {
        emit Called(msg.sender, msg.value, "");
    }

    /// @dev Answers one word of 1: true, for whoever expects a token's answer.
    fallback(bytes calldata callData) external payable returns (bytes memory) {
        emit Called(msg.sender, msg.value, callData);
        return abi.encode(uint256(1));
    }
}
