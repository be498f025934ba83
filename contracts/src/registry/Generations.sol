// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeacon } from "../interfaces/IBeacon.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bonds } from "./Bonds.sol";
import { Book, Books } from "./Book.sol";
import { Elections } from "./Elections.sol";

/// @title The registry's generations: who may claim, sit, vote and feed the beacon (spec 04).
abstract contract Generations is Bonds {
    using Books for Book;

    /// @inheritdoc IRegistry
    function openGeneration() external returns (uint32 opened) {
        return Elections.open(_book, IBeacon(_beacon));
    }

    /// @inheritdoc IRegistry
    function sitOut(uint32 operatorNo) external {
        require(
            msg.sender == _disputes || msg.sender == _executions || msg.sender == _beacon,
            NotLedger(msg.sender)
        );
        _book.requireKnown(operatorNo);
        // Who holds no seat sits out already. Kept out of the next as well, it might never come back: a
        // generation of the same set does not open.
        if (!_book.isSeated(operatorNo)) return;
        uint32 next = _book.head.generation + 1;
        _book.operators[operatorNo].sitsOutGeneration = next;
        emit SatOut(operatorNo, next);
    }

    /// @inheritdoc IRegistry
    function generation() external view returns (uint32) {
        return _book.head.generation;
    }

    /// @inheritdoc IRegistry
    function generationInfo(uint32 number) external view returns (Generation memory) {
        return _book.infoOf[number];
    }

    /// @inheritdoc IRegistry
    function executorsOf(uint32 number) external view returns (uint32[] memory) {
        return _all(_book.executorsOf[number]);
    }

    /// @inheritdoc IRegistry
    function verifiersOf(uint32 number) external view returns (uint32[] memory) {
        return _all(_book.verifiersOf[number]);
    }

    /// @inheritdoc IRegistry
    function verifierPosition(uint32 number, uint32 operatorNo) external view returns (uint256) {
        return Books.position(_book.verifiersOf[number], operatorNo);
    }

    /// @inheritdoc IRegistry
    function claimant(address actionKey)
        external
        view
        returns (
            uint32 nodeNo,
            uint8 roles,
            uint256 positionPlusOne,
            bytes32 seed,
            Head memory head_
        )
    {
        uint32 operatorNo;
        (nodeNo, operatorNo, roles) = _actor(actionKey);
        head_ = _book.head;
        require(head_.pausedUntilSec <= block.timestamp, ClaimsPaused(head_.pausedUntilSec));
        uint32 newest = head_.generation;
        positionPlusOne = Books.find(_book.executorsOf[newest], head_.executors, operatorNo);
        seed = _book.infoOf[newest].seed;
    }

    /// @dev Reads each slot once.
    function _all(uint32[] storage list) private view returns (uint32[] memory all) {
        uint256 count = list.length;
        all = new uint32[](count);
        assembly ("memory-safe") {
            mstore(0x00, list.slot)
            let slot := keccak256(0x00, 0x20)
            let word
            for { let i := 0 } lt(i, count) { i := add(i, 1) } {
                switch and(i, 7)
                case 0 { word := sload(add(slot, shr(3, i))) }
                default { word := shr(32, word) }
                mstore(add(all, shl(5, add(i, 1))), and(word, 0xffffffff))
            }
        }
    }
}
