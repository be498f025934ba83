// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Actor, Book, Books, NodeEntry } from "./Book.sol";

/// @title A node's duty and action keys over time: which one held when, for ever.
library KeyIntervals {
    using Books for Book;

    /// @notice The first keys of a node. Errors: KeyInUse, KeyNotAllowed.
    function begin(Book storage book, uint32 nodeNo, address dutyKey, address actionKey) internal {
        uint40 fromSec = uint40(block.timestamp);
        _pushDuty(book, nodeNo, dutyKey, fromSec);
        _pushAction(book, nodeNo, actionKey, fromSec);
    }

    /// @notice Another duty key from `fromSec` on; nothing when it is the one that holds. What was to come is dropped.
    /// @param revoking What the key before signed counts no more, but for what the ledger took.
    /// @return changed Whether there is another key.
    function nextDuty(
        Book storage book,
        uint32 nodeNo,
        address dutyKey,
        uint40 fromSec,
        bool revoking
    ) internal returns (bool changed) {
        IRegistryTypes.KeyInterval[] storage list = book.dutyKeysOf[nodeNo];
        address dropped = _dropComing(list);
        if (dropped != address(0)) {
            book.release(dropped);
            delete book.nodeOfDutyKey[dropped];
        }
        IRegistryTypes.KeyInterval storage before = list[list.length - 1];
        if (before.key == dutyKey) {
            NodeEntry storage entry = book.nodes[nodeNo];
            (entry.dutyKey, entry.dutyFromSec) = (before.key, before.fromSec);
            return dropped != address(0);
        }
        before.untilSec = fromSec;
        if (revoking) {
            before.revoked = true;
            delete book.nodeOfDutyKey[before.key];
        }
        _pushDuty(book, nodeNo, dutyKey, fromSec);
        return true;
    }

    /// @notice The same of the action key.
    function nextAction(Book storage book, uint32 nodeNo, address actionKey, uint40 fromSec)
        internal
        returns (bool changed)
    {
        IRegistryTypes.KeyInterval[] storage list = book.actionKeysOf[nodeNo];
        address dropped = _dropComing(list);
        if (dropped != address(0)) {
            book.release(dropped);
            delete book.actors[dropped];
        }
        IRegistryTypes.KeyInterval storage before = list[list.length - 1];
        if (before.key == actionKey) {
            book.actors[actionKey].untilSec = 0;
            return dropped != address(0);
        }
        before.untilSec = fromSec;
        book.actors[before.key].untilSec = fromSec;
        _pushAction(book, nodeNo, actionKey, fromSec);
        return true;
    }

    /// @notice What a key signed that held once counts no more. @return whether it was one of the node's.
    function revoke(Book storage book, uint32 nodeNo, address dutyKey) internal returns (bool) {
        IRegistryTypes.KeyInterval[] storage list = book.dutyKeysOf[nodeNo];
        // The newest is the one that holds, or is to come: it is replaced, not revoked.
        for (uint256 i = list.length; i > 1; --i) {
            IRegistryTypes.KeyInterval storage found = list[i - 2];
            if (found.key != dutyKey || found.untilSec > block.timestamp) continue;
            if (found.revoked) return false;
            found.revoked = true;
            delete book.nodeOfDutyKey[dutyKey];
            return true;
        }
        return false;
    }

    /// @notice The node's action keys serve, or do not: that which holds and that which is to come.
    function switchActions(Book storage book, uint32 nodeNo, bool active) internal {
        IRegistryTypes.KeyInterval[] storage list = book.actionKeysOf[nodeNo];
        uint256 count = list.length;
        book.actors[list[count - 1].key].active = active;
        if (count > 1) book.actors[list[count - 2].key].active = active;
    }

    /// @notice Do these keys hold, and are no others announced?
    function areSettled(Book storage book, uint32 nodeNo, address dutyKey, address actionKey)
        internal
        view
        returns (bool)
    {
        return newestSec(book, nodeNo) <= block.timestamp
            && book.dutyKeyAt(nodeNo, block.timestamp) == dutyKey
            && book.actionKeyAt(nodeNo, block.timestamp) == actionKey;
    }

    /// @notice From when on the newest keys of a node hold; later than now while some are to come.
    function newestSec(Book storage book, uint32 nodeNo) internal view returns (uint256) {
        uint40 dutySec = book.nodes[nodeNo].dutyFromSec;
        IRegistryTypes.KeyInterval[] storage list = book.actionKeysOf[nodeNo];
        uint40 actionSec = list[list.length - 1].fromSec;
        return dutySec > actionSec ? dutySec : actionSec;
    }

    /// @dev @return dropped Zero when nothing was to come.
    function _dropComing(IRegistryTypes.KeyInterval[] storage list)
        private
        returns (address dropped)
    {
        IRegistryTypes.KeyInterval memory last = list[list.length - 1];
        if (last.fromSec <= block.timestamp) return address(0);
        list.pop();
        list[list.length - 1].untilSec = 0;
        return last.key;
    }

    function _pushDuty(Book storage book, uint32 nodeNo, address key, uint40 fromSec) private {
        book.take(key);
        book.dutyKeysOf[nodeNo].push(IRegistryTypes.KeyInterval(key, fromSec, 0, false));
        book.nodeOfDutyKey[key] = nodeNo;
        NodeEntry storage entry = book.nodes[nodeNo];
        (entry.dutyKey, entry.dutyFromSec) = (key, fromSec);
    }

    function _pushAction(Book storage book, uint32 nodeNo, address key, uint40 fromSec) private {
        book.take(key);
        book.actionKeysOf[nodeNo].push(IRegistryTypes.KeyInterval(key, fromSec, 0, false));
        NodeEntry storage entry = book.nodes[nodeNo];
        book.actors[key] =
            Actor(nodeNo, entry.operatorNo, entry.roles, entry.active, fromSec, 0);
    }
}
