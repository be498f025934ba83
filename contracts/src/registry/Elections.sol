// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeacon } from "../interfaces/IBeacon.sol";
import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Book, Books, Capacity } from "./Book.sol";

/// @title Who may claim, sit, vote and feed the beacon in the next generation (spec 04).
/// @notice A library with an address of its own: the registry would outgrow the code size limit.
library Elections {
    using Books for Book;

    /// @notice As `IRegistry.openGeneration`.
    function open(Book storage book, IBeacon beacon) external returns (uint32 opened) {
        opened = book.head.generation + 1;
        uint256 dueAtSec = _dueAtSec(book);
        require(block.timestamp >= dueAtSec, IRegistryErrors.GenerationNotDue(dueAtSec));
        _dropLeaving(book);
        (uint32[] memory executors, uint32[] memory verifiers) = _elect(book, beacon, opened);
        bytes32 setHash = keccak256(abi.encode(executors, verifiers));
        require(setHash != book.setHash, IRegistryErrors.SetUnchanged());
        bytes32 seed = _seedOf(beacon, opened);

        (book.head.generation, book.head.executors) = (opened, uint16(executors.length));
        book.setHash = setHash;
        book.executorsOf[opened] = executors;
        book.verifiersOf[opened] = verifiers;
        book.infoOf[opened] = IRegistryTypes.Generation({
            executors: uint32(executors.length),
            verifiers: uint32(verifiers.length),
            openedAtSec: uint40(block.timestamp),
            seed: seed
        });
        emit IRegistryEvents.GenerationOpened(opened, executors, verifiers, seed);
    }

    /// @dev Those whose exit waited for the end of the generation are free from now on.
    function _dropLeaving(Book storage book) private {
        uint256 count = book.seatable.length;
        uint256 kept;
        for (uint256 i; i < count; ++i) {
            uint32 operatorNo = book.seatable[i];
            if (book.operators[operatorNo].status == IRegistryTypes.OperatorStatus.Exiting) {
                uint40 exitAtSec = book.endSeat(operatorNo);
                emit IRegistryEvents.OperatorStatusChanged(
                    operatorNo, IRegistryTypes.OperatorStatus.Exiting, exitAtSec, 0
                );
            } else {
                if (kept != i) book.seatable[kept] = operatorNo;
                ++kept;
            }
        }
        for (uint256 i = kept; i < count; ++i) {
            book.seatable.pop();
        }
    }

    /// @dev When so many were silent that too few verifiers are left, it was an outage and nobody sits out.
    /// Without a full committee beside the executor, nothing may be claimed.
    function _elect(Book storage book, IBeacon beacon, uint32 opened)
        private
        view
        returns (uint32[] memory executors, uint32[] memory verifiers)
    {
        (executors, verifiers) = _eligible(book, beacon, opened);
        if (verifiers.length < Books.MIN_VERIFIERS) {
            (executors, verifiers) = _eligible(book, beacon, 0);
        }
        if (verifiers.length < Books.MIN_VERIFIERS) executors = new uint32[](0);
    }

    /// @param sittingOut The generation whose absentees are left out.
    function _eligible(Book storage book, IBeacon beacon, uint32 sittingOut)
        private
        view
        returns (uint32[] memory executors, uint32[] memory verifiers)
    {
        uint256 count = book.seatable.length;
        executors = new uint32[](count);
        verifiers = new uint32[](count);
        uint256 executorCount;
        uint256 verifierCount;
        for (uint256 i; i < count; ++i) {
            uint32 operatorNo = book.seatable[i];
            if (!_isEligible(book, beacon, operatorNo, sittingOut)) continue;
            Capacity memory capacity = book.capacityOf[operatorNo];
            if (capacity.executors > 0) executors[executorCount++] = operatorNo;
            if (capacity.verifiers > 0) verifiers[verifierCount++] = operatorNo;
        }
        assembly ("memory-safe") {
            mstore(executors, executorCount)
            mstore(verifiers, verifierCount)
        }
    }

    function _isEligible(Book storage book, IBeacon beacon, uint32 operatorNo, uint32 sittingOut)
        private
        view
        returns (bool)
    {
        IRegistryTypes.Operator storage candidate = book.operators[operatorNo];
        return candidate.suspendedUntilSec <= block.timestamp
            && candidate.jailedUntilSec <= block.timestamp
            && candidate.bondWei >= book.parameters.minBondWei
            && (sittingOut == 0
                || (candidate.sitsOutGeneration != sittingOut && !beacon.isAway(operatorNo)));
    }

    /// @dev A generation in which nobody may claim, or none at all, may be followed at once.
    function _dueAtSec(Book storage book) private view returns (uint256) {
        IRegistryTypes.Generation storage current = book.infoOf[book.head.generation];
        if (current.executors == 0) return 0;
        return uint256(current.openedAtSec) + book.parameters.generationSec;
    }

    function _seedOf(IBeacon beacon, uint32 opened) private view returns (bytes32) {
        (uint40 round,,,) = beacon.currentRound();
        (bytes27 seed,) = beacon.seedOf(round - 1);
        return keccak256(abi.encode(bytes32("deed.generation.1"), opened, seed));
    }
}
