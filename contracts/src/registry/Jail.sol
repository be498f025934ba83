// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Book, Books } from "./Book.sol";

/// @title What a grave fault costs besides money: a term without claims, actions and seats (spec 07).
/// @notice A library with an address of its own: the registry would outgrow the code size limit.
library Jail {
    /// @notice For as long as the unbonding time: by then all that the operator had a hand in is judged.
    /// A vote that was wrong cannot take the network out by it: never more than a third, never below a committee.
    function impose(Book storage book, uint32 operatorNo, uint16 fault) external {
        IRegistryTypes.Operator storage guilty = book.operators[operatorNo];
        if (guilty.jailedUntilSec <= block.timestamp && !_admit(book, operatorNo)) {
            emit IRegistryEvents.JailSpared(operatorNo, fault);
            return;
        }
        uint40 untilSec = uint40(block.timestamp + book.parameters.unbondingSec);
        if (untilSec > guilty.jailedUntilSec) guilty.jailedUntilSec = untilSec;
        emit IRegistryEvents.OperatorStatusChanged(
            operatorNo,
            IRegistryTypes.OperatorStatus.Jailed,
            guilty.jailedUntilSec,
            bytes32(uint256(fault))
        );
    }

    /// @dev Lists one more, if there is room.
    function _admit(Book storage book, uint32 operatorNo) private returns (bool) {
        uint256 inJail = _dropFree(book);
        uint256 present = _present(book, operatorNo);
        // A third of the others: those that are present, and those in jail.
        uint256 most = (present + inJail) / 3;
        if (present < Books.MIN_VERIFIERS || inJail >= most) return false;
        book.jailed.push(operatorNo);
        return true;
    }

    /// @return left How many still sit.
    function _dropFree(Book storage book) private returns (uint256 left) {
        uint32[] storage jailed = book.jailed;
        uint256 count = jailed.length;
        for (uint256 i; i < count; ++i) {
            uint32 operatorNo = jailed[i];
            IRegistryTypes.Operator storage found = book.operators[operatorNo];
            bool gone = found.status == IRegistryTypes.OperatorStatus.Exited;
            if (gone || found.jailedUntilSec <= block.timestamp) continue;
            jailed[left++] = operatorNo;
        }
        for (uint256 i = left; i < count; ++i) {
            jailed.pop();
        }
    }

    /// @dev The newest generation's verifiers besides this one that may sit in the next, as far as it is known.
    function _present(Book storage book, uint32 operatorNo) private view returns (uint256 present) {
        uint32[] storage verifiers = book.verifiersOf[book.head.generation];
        uint256 count = verifiers.length;
        for (uint256 i; i < count; ++i) {
            uint32 number = verifiers[i];
            IRegistryTypes.Operator storage found = book.operators[number];
            bool stays = found.status == IRegistryTypes.OperatorStatus.Active
                && found.suspendedUntilSec <= block.timestamp
                && found.jailedUntilSec <= block.timestamp
                && found.bondWei >= book.parameters.minBondWei;
            if (stays && number != operatorNo) ++present;
        }
    }
}
