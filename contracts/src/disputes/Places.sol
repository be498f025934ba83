// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Where a fault is: it is punished there once (spec 07).
library Places {
    /// @notice One execution's record.
    function ofRecord(uint64 batchNo, uint16 index) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("record"), batchNo, index));
    }

    /// @notice A whole batch: what was withheld of it is withheld once.
    function ofBatch(uint64 batchNo) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("batch"), batchNo));
    }

    /// @notice What a node signs for a batch.
    function ofRecordSigner(uint64 batchNo, uint32 nodeNo) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("record signer"), batchNo, nodeNo));
    }

    /// @notice What a node signs for one draw over a batch.
    function ofSeat(uint64 batchNo, uint8 draw, uint32 nodeNo) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("seat"), batchNo, draw, nodeNo));
    }

    /// @notice What one operator demanded of a batch, and was given.
    function ofChallenger(uint64 batchNo, uint32 operatorNo) internal pure returns (bytes32) {
        return keccak256(abi.encode(bytes32("challenger"), batchNo, operatorNo));
    }
}
