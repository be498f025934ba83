// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutions } from "../interfaces/IExecutions.sol";
import { IIntentsTypes } from "../interfaces/IIntents.sol";
import { Bits } from "../libraries/Bits.sol";
import { Leaves } from "../libraries/Leaves.sol";
import { Merkle } from "../libraries/Merkle.sol";
import { ExecutionsClaims } from "./Claims.sol";
import { BatchSlot } from "./State.sol";

/// @dev Attempts 2 and 3 (spec 04), and who holds what.
abstract contract ExecutionsReclaims is ExecutionsClaims {
    uint8 internal constant MAX_ATTEMPTS = 3;

    /// @inheritdoc IExecutions
    function reclaim(uint8 leaseClass, Reclaim[] calldata items)
        external
        returns (uint64 batchNo, uint256 accepted)
    {
        require(items.length != 0, BadItems(0));
        Draft memory draft = _draft(0, leaseClass, items.length);
        Item[] memory held = new Item[](items.length);
        for (uint256 place; place < items.length; ++place) {
            if (!_isReclaimable(draft, items[place])) continue;
            held[draft.count] = _again(draft, items[place].item);
            draft.accepted |= 1 << place;
            ++draft.count;
        }
        _openBatch(draft);
        uint256 count = draft.count;
        assembly ("memory-safe") {
            mstore(held, count)
        }
        (batchNo, accepted) = (draft.batchNo, draft.accepted);
        emit Reclaimed(batchNo, draft.nodeNo, draft.generation, draft.deadlineSec, accepted, held);
    }

    /// @inheritdoc IExecutions
    function holds(uint64 batchNo, uint16 index, Item calldata item, bytes32[] calldata path)
        external
        view
        returns (bool live, uint32 nodeNo)
    {
        Batch memory found = BatchSlot.load(_state, batchNo);
        nodeNo = found.nodeNo;
        live = found.status == BatchStatus.Claimed && block.timestamp <= found.deadlineSec
            && Merkle.verify(_state.roots[batchNo], _leaf(item), index, found.count, path);
    }

    /// @dev Opens the next attempt.
    function _again(Draft memory draft, Item calldata item) private returns (Item memory next) {
        next = item;
        ++next.attempt;
        _state.claimOf[item.executionId] = _place(draft.batchNo, draft.count, next.attempt);
        draft.leaves[draft.count] =
            Leaves.item(next.executionId, next.intentNo, next.attempt, next.ordinal, next.t0Sec);
    }

    function _isReclaimable(Draft memory draft, Reclaim calldata given)
        private
        view
        returns (bool)
    {
        Item calldata item = given.item;
        Batch memory previous = BatchSlot.load(_state, given.batchNo);
        // A lease that never was ended at 0.
        if (block.timestamp <= previous.deadlineSec || item.attempt >= MAX_ATTEMPTS) return false;
        return _isUnrecorded(given, previous) && _isNewest(given)
            && _isOpenFor(draft, item, previous.deadlineSec)
            && _isDue(draft, item.executionId, previous.deadlineSec);
    }

    /// @dev Is the item in that batch, and without a record there?
    function _isUnrecorded(Reclaim calldata given, Batch memory previous)
        private
        view
        returns (bool)
    {
        bytes32 word = _state.roots[given.batchNo];
        bool recorded =
            previous.status == BatchStatus.Recorded || previous.status == BatchStatus.Settled;
        if (recorded) {
            if (Bits.has(BatchSlot.posted(_state, given.batchNo, previous), given.index)) {
                return false;
            }
            if (Leaves.recorded(given.itemsRoot, given.recordRoot) != word) return false;
            word = given.itemsRoot;
        }
        return Merkle.verify(word, _leaf(given.item), given.index, previous.count, given.path);
    }

    /// @dev A dense first claim leaves no place behind; everything else does.
    function _isNewest(Reclaim calldata given) private view returns (bool) {
        uint256 place = _state.claimOf[given.item.executionId];
        if (place == 0) return given.item.attempt == 1;
        return place == _place(given.batchNo, given.index, given.item.attempt);
    }

    /// @dev Is the intent live, of this lease class, and the time for another attempt not over?
    function _isOpenFor(Draft memory draft, Item calldata item, uint256 previousDeadlineSec)
        private
        view
        returns (bool)
    {
        if (block.timestamp > previousDeadlineSec + draft.claimWindowSec) return false;
        if (!_intents.isLive(item.intentNo)) return false;
        IIntentsTypes.State memory terms = _intents.state(item.intentNo);
        return terms.leaseClass == draft.leaseClass;
    }

    function _leaf(Item calldata item) private pure returns (bytes32) {
        return Leaves.item(item.executionId, item.intentNo, item.attempt, item.ordinal, item.t0Sec);
    }
}
