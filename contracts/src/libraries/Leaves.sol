// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Leaves and names of executions (spec 02 and 03).
library Leaves {
    /// @dev All arguments of a permission are literal.
    uint256 internal constant MODE_LITERAL = 1;
    uint256 internal constant RECORD_BYTES = 128;

    /// @notice One position of a claimed batch.
    function item(bytes32 executionId, uint32 intentNo, uint8 attempt, uint64 ordinal, uint40 t0Sec)
        internal
        pure
        returns (bytes32 leaf)
    {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore8(scratch, 0)
            mstore(add(scratch, 0x01), executionId)
            mstore(add(scratch, 0x21), and(intentNo, 0xffffffff))
            mstore(add(scratch, 0x41), and(attempt, 0xff))
            mstore(add(scratch, 0x61), and(ordinal, 0xffffffffffffffff))
            mstore(add(scratch, 0x81), and(t0Sec, 0xffffffffff))
            leaf := keccak256(scratch, 0xa1)
        }
    }

    /// @notice The record that begins at byte `offset` of `records`.
    /// @dev The caller checks the length of `records`.
    function record(bytes calldata records, uint256 offset) internal pure returns (bytes32 leaf) {
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore8(scratch, 0)
            calldatacopy(add(scratch, 1), add(records.offset, offset), RECORD_BYTES)
            leaf := keccak256(scratch, add(RECORD_BYTES, 1))
        }
    }

    /// @notice What a batch's root word becomes when it is recorded.
    function recorded(bytes32 itemsRoot, bytes32 recordRoot) internal pure returns (bytes32 word) {
        assembly ("memory-safe") {
            mstore(0x00, itemsRoot)
            mstore(0x20, recordRoot)
            word := keccak256(0x00, 0x40)
        }
    }

    /// @notice One on-chain call that a plan allows.
    function permission(
        uint16 step,
        address target,
        uint256 valueWei,
        bytes32 callDataHash,
        uint256 mode
    ) internal pure returns (bytes32) {
        return keccak256(
            abi.encodePacked(
                bytes1(0x00),
                bytes32("deed.permission.1"),
                uint256(step),
                uint256(uint160(target)),
                valueWei,
                callDataHash,
                mode
            )
        );
    }

    /// @notice Root of a compiled plan.
    function planRoot(bytes32 planHash, bytes32 stepsRoot, bytes32 permissionsRoot)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encodePacked(
                bytes1(0x00), bytes32("deed.plan.1"), planHash, stepsRoot, permissionsRoot
            )
        );
    }

    /// @notice The name of one (intent, occurrence) on this chain and this Executions contract.
    function execution(address executions, bytes32 intentHash, bytes32 occurrenceId)
        internal
        view
        returns (bytes32 id)
    {
        bytes32 domain = "deed.execution.1";
        assembly ("memory-safe") {
            let scratch := mload(0x40)
            mstore(scratch, domain)
            mstore(add(scratch, 0x20), chainid())
            mstore(add(scratch, 0x40), shr(96, shl(96, executions)))
            mstore(add(scratch, 0x60), intentHash)
            mstore(add(scratch, 0x80), occurrenceId)
            id := keccak256(scratch, 0xa0)
        }
    }

    /// @notice The occurrence of an event: its log's place in its transaction, which survives re-inclusion.
    function eventOccurrence(uint256 chainId, bytes32 txHash, uint256 ordinal)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(bytes32("event"), chainId, txHash, ordinal));
    }

    /// @notice Tick `ordinal` of an interval.
    function intervalOccurrence(uint64 ordinal) internal pure returns (bytes32) {
        return _dense("interval", ordinal);
    }

    /// @notice A manual fire, numbered by the owner.
    function manualOccurrence(uint64 ordinal) internal pure returns (bytes32) {
        return _dense("manual", ordinal);
    }

    /// @notice A cron's minute since 1970.
    function cronOccurrence(uint64 ordinal) internal pure returns (bytes32) {
        return _dense("cron", ordinal);
    }

    /// @notice A height of the ledger's chain.
    function blockOccurrence(uint64 ordinal) internal pure returns (bytes32) {
        return _dense("block", ordinal);
    }

    /// @notice Tick `ordinal` from a start on, the start's own being 0.
    function startOccurrence(uint64 ordinal) internal pure returns (bytes32) {
        return _dense("start", ordinal);
    }

    function _dense(bytes32 kind, uint64 ordinal) private pure returns (bytes32 id) {
        assembly ("memory-safe") {
            mstore(0x00, kind)
            mstore(0x20, and(ordinal, 0xffffffffffffffff))
            id := keccak256(0x00, 0x40)
        }
    }
}
