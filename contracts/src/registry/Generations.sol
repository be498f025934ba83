// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeacon } from "../interfaces/IBeacon.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bonds } from "./Bonds.sol";

/// @title The registry's generations: who may claim, sit, vote and feed the beacon (spec 04).
abstract contract Generations is Bonds {
    /// @dev A committee of three beside the executor's operator.
    uint256 internal constant MIN_VERIFIERS = 4;

    bytes32 private _setHash;
    mapping(uint32 generation => Generation) private _infoOf;
    /// @dev Ascending, eight to a slot: a position is found by halving.
    mapping(uint32 generation => uint32[]) private _executorsOf;
    mapping(uint32 generation => uint32[]) private _verifiersOf;

    /// @inheritdoc IRegistry
    function openGeneration() external returns (uint32 opened) {
        opened = _head.generation + 1;
        uint256 dueAtSec = _dueAtSec();
        require(block.timestamp >= dueAtSec, GenerationNotDue(dueAtSec));
        _dropLeaving();
        (uint32[] memory executors, uint32[] memory verifiers) = _elect(opened);
        bytes32 setHash = keccak256(abi.encode(executors, verifiers));
        require(setHash != _setHash, SetUnchanged());
        bytes32 seed = _seedOf(opened);

        (_head.generation, _head.executors) = (opened, uint16(executors.length));
        _setHash = setHash;
        _executorsOf[opened] = executors;
        _verifiersOf[opened] = verifiers;
        _infoOf[opened] = Generation({
            executors: uint32(executors.length),
            verifiers: uint32(verifiers.length),
            openedAtSec: uint40(block.timestamp),
            seed: seed
        });
        emit GenerationOpened(opened, executors, verifiers, seed);
    }

    /// @inheritdoc IRegistry
    function sitOut(uint32 operatorNo) external {
        require(
            msg.sender == _disputes || msg.sender == _executions || msg.sender == _beacon,
            NotLedger(msg.sender)
        );
        _requireKnown(operatorNo);
        // Who holds no seat sits out already. Kept out of the next as well, it might never come back: a
        // generation of the same set does not open.
        if (!_isSeated(operatorNo)) return;
        uint32 next = _head.generation + 1;
        _operators[operatorNo].sitsOutGeneration = next;
        emit SatOut(operatorNo, next);
    }

    /// @inheritdoc IRegistry
    function generation() external view returns (uint32) {
        return _head.generation;
    }

    /// @inheritdoc IRegistry
    function generationInfo(uint32 number) external view returns (Generation memory) {
        return _infoOf[number];
    }

    /// @inheritdoc IRegistry
    function executorsOf(uint32 number) external view returns (uint32[] memory) {
        return _all(_executorsOf[number]);
    }

    /// @inheritdoc IRegistry
    function verifiersOf(uint32 number) external view returns (uint32[] memory) {
        return _all(_verifiersOf[number]);
    }

    /// @inheritdoc IRegistry
    function verifierPosition(uint32 number, uint32 operatorNo) external view returns (uint256) {
        return _position(_verifiersOf[number], operatorNo);
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
        head_ = _head;
        require(head_.pausedUntilSec <= block.timestamp, ClaimsPaused(head_.pausedUntilSec));
        uint32 newest = head_.generation;
        positionPlusOne = _find(_executorsOf[newest], head_.executors, operatorNo);
        seed = _infoOf[newest].seed;
    }

    function _isSeated(uint32 operatorNo) internal view override returns (bool) {
        uint32 number = _head.generation;
        return _position(_executorsOf[number], operatorNo) != 0
            || _position(_verifiersOf[number], operatorNo) != 0;
    }

    /// @dev Those whose exit waited for the end of the generation are free from now on.
    function _dropLeaving() private {
        uint256 count = _seatable.length;
        uint256 kept;
        for (uint256 i; i < count; ++i) {
            uint32 operatorNo = _seatable[i];
            if (_operators[operatorNo].status == OperatorStatus.Exiting) {
                uint40 exitAtSec = _endSeat(operatorNo);
                emit OperatorStatusChanged(operatorNo, OperatorStatus.Exiting, exitAtSec, 0);
            } else {
                if (kept != i) _seatable[kept] = operatorNo;
                ++kept;
            }
        }
        for (uint256 i = kept; i < count; ++i) {
            _seatable.pop();
        }
    }

    /// @dev When so many were silent that too few verifiers are left, it was an outage and nobody sits out.
    /// Without a full committee beside the executor, nothing may be claimed.
    function _elect(uint32 opened)
        private
        view
        returns (uint32[] memory executors, uint32[] memory verifiers)
    {
        (executors, verifiers) = _eligible(opened);
        if (verifiers.length < MIN_VERIFIERS) (executors, verifiers) = _eligible(0);
        if (verifiers.length < MIN_VERIFIERS) executors = new uint32[](0);
    }

    /// @param sittingOut The generation whose absentees are left out.
    function _eligible(uint32 sittingOut)
        private
        view
        returns (uint32[] memory executors, uint32[] memory verifiers)
    {
        uint256 count = _seatable.length;
        executors = new uint32[](count);
        verifiers = new uint32[](count);
        uint256 executorCount;
        uint256 verifierCount;
        for (uint256 i; i < count; ++i) {
            uint32 operatorNo = _seatable[i];
            if (!_isEligible(operatorNo, sittingOut)) continue;
            Capacity memory capacity = _capacityOf[operatorNo];
            if (capacity.executors > 0) executors[executorCount++] = operatorNo;
            if (capacity.verifiers > 0) verifiers[verifierCount++] = operatorNo;
        }
        assembly ("memory-safe") {
            mstore(executors, executorCount)
            mstore(verifiers, verifierCount)
        }
    }

    function _isEligible(uint32 operatorNo, uint32 sittingOut) private view returns (bool) {
        Operator storage candidate = _operators[operatorNo];
        return candidate.suspendedUntilSec <= block.timestamp
            && candidate.bondWei >= _parameters.minBondWei
            && (sittingOut == 0
                || (candidate.sitsOutGeneration != sittingOut
                    && !IBeacon(_beacon).isAway(operatorNo)));
    }

    /// @dev A generation in which nobody may claim, or none at all, may be followed at once.
    function _dueAtSec() private view returns (uint256) {
        Generation storage current = _infoOf[_head.generation];
        if (current.executors == 0) return 0;
        return uint256(current.openedAtSec) + _parameters.generationSec;
    }

    function _seedOf(uint32 opened) private view returns (bytes32) {
        (uint40 round,,,) = IBeacon(_beacon).currentRound();
        (bytes27 seed,) = IBeacon(_beacon).seedOf(round - 1);
        return keccak256(abi.encode(bytes32("deed.generation.1"), opened, seed));
    }

    function _position(uint32[] storage list, uint32 operatorNo) private view returns (uint256) {
        return _find(list, list.length, operatorNo);
    }

    /// @param count The list's length, which whoever knows it need not read.
    /// @return positionPlusOne Zero when the list does not hold the operator.
    function _find(uint32[] storage list, uint256 count, uint32 operatorNo)
        private
        view
        returns (uint256 positionPlusOne)
    {
        uint256 low;
        uint256 high = count;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            uint256 found;
            assembly ("memory-safe") {
                mstore(0x00, list.slot)
                // Eight to a slot.
                let word := sload(add(keccak256(0x00, 0x20), shr(3, middle)))
                found := and(shr(shl(5, and(middle, 7)), word), 0xffffffff)
            }
            if (found == operatorNo) return middle + 1;
            if (found < operatorNo) low = middle + 1;
            else high = middle;
        }
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
