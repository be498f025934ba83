// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutions } from "../interfaces/IExecutions.sol";
import { IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Bits } from "../libraries/Bits.sol";
import { Duty } from "../libraries/Duty.sol";
import { IntentSlot } from "../libraries/IntentSlot.sol";
import { LeaseClass } from "../libraries/LeaseClass.sol";
import { Leaves } from "../libraries/Leaves.sol";
import { Merkle } from "../libraries/Merkle.sol";
import { Owner } from "../libraries/Owner.sol";
import { Rank } from "../libraries/Rank.sol";
import { Trigger } from "../libraries/Trigger.sol";
import { OwnerSignature } from "./OwnerSignature.sol";
import { BatchSlot } from "./State.sol";
import { ExecutionsStore } from "./Store.sol";

/// @dev First claims (spec 04). An item that cannot be is skipped; it never hurts its neighbours.
abstract contract ExecutionsClaims is ExecutionsStore {
    using IntentSlot for uint256;

    uint8 private constant EXECUTOR = 1;
    uint256 internal constant MAX_ITEMS = 256;
    uint256 private constant EVENT_BYTES = 41;
    uint256 private constant TICK_BYTES = 12;
    uint256 private constant BLOCK_BYTES = 17;
    uint256 private constant MANUAL_BYTES = 119;
    /// @dev Assumed upper bound of the time between two blocks.
    uint256 private constant BLOCK_SEC = 15;

    /// @dev One claim in the making.
    /// @param count Accepted items, whose leaves come first in `leaves`.
    /// @param accepted Bitmap over the given items.
    struct Draft {
        uint8 kind;
        uint8 leaseClass;
        uint64 batchNo;
        uint32 nodeNo;
        uint32 generation;
        uint40 deadlineSec;
        uint256 position;
        uint256 executors;
        bytes32 seed;
        uint256 deltaSec;
        uint256 claimWindowSec;
        uint256 turnsSec;
        uint256 leaseSec;
        uint256 count;
        uint256 accepted;
        bytes32[] leaves;
    }

    /// @dev Neighbouring items of one intent.
    struct Run {
        uint32 intentNo;
        uint256 start;
        uint256 period;
        uint256 catchUp;
        bytes32 intentHash;
        address owner;
        bytes32 intentsDomain;
    }

    /// @inheritdoc IExecutions
    function claim(uint8 kind, uint8 leaseClass, bytes calldata items)
        external
        returns (uint64 batchNo, uint256 accepted)
    {
        uint256 size = _entryBytes(kind);
        require(size != 0 && items.length != 0 && items.length % size == 0, BadItems(items.length));
        uint256 given = items.length / size;
        Draft memory draft = _draft(kind, leaseClass, given);
        for (uint256 place; place < given;) {
            place = _claimRun(draft, items, place, given, size);
        }
        _openBatch(draft);
        (batchNo, accepted) = (draft.batchNo, draft.accepted);
        emit Claimed(
            batchNo,
            draft.nodeNo,
            draft.generation,
            draft.deadlineSec,
            kind,
            leaseClass,
            accepted,
            items
        );
    }

    /// @inheritdoc IExecutions
    function executionIdOf(bytes32 intentHash, bytes32 occurrenceId)
        external
        view
        returns (bytes32)
    {
        return Leaves.execution(address(this), intentHash, occurrenceId);
    }

    /// @inheritdoc IExecutions
    function isTaken(uint32 intentNo, uint64 ordinal) external view returns (bool) {
        return Bits.has(_state.taken[_word(intentNo, ordinal)], uint8(ordinal));
    }

    /// @inheritdoc IExecutions
    function claimOf(bytes32 executionId)
        external
        view
        returns (uint64 batchNo, uint16 index, uint8 attempt)
    {
        uint256 place = _state.claimOf[executionId];
        return (uint64(place >> 24), uint16(place >> 8), uint8(place));
    }

    /// @dev Who claims, under which rules; numbers the batch.
    function _draft(uint8 kind, uint8 leaseClass, uint256 given)
        internal
        returns (Draft memory draft)
    {
        require(given <= MAX_ITEMS, TooManyItems(given, MAX_ITEMS));
        require(LeaseClass.isKnown(leaseClass), NothingClaimed());
        (
            uint32 nodeNo,
            uint8 roles,
            uint256 position,
            bytes32 seed,
            IRegistryTypes.Head memory head
        ) = _registry.claimant(msg.sender);
        require(nodeNo != 0, NotANode(msg.sender));
        require(roles & EXECUTOR != 0 && position != 0, NotAnExecutor(nodeNo, head.generation));
        (draft.nodeNo, draft.generation) = (nodeNo, head.generation);
        (draft.position, draft.executors, draft.seed) = (position - 1, head.executors, seed);
        (draft.deltaSec, draft.claimWindowSec) = (head.deltaSec, head.claimWindowSec);
        draft.turnsSec = draft.executors * draft.deltaSec;
        // Nobody claims a height before its block is final.
        if (kind == Trigger.BLOCK) draft.turnsSec += uint256(head.confirmations) * BLOCK_SEC;
        draft.leaseSec = uint256(LeaseClass.durationSec(leaseClass)) + head.leaseMarginSec;
        draft.deadlineSec = uint40(block.timestamp + draft.leaseSec);
        (draft.kind, draft.leaseClass) = (kind, leaseClass);
        draft.leaves = new bytes32[](given);
        draft.batchNo = ++_state.batchCount;
    }

    /// @dev Writes the batch; nobody pays for an empty one silently.
    function _openBatch(Draft memory draft) internal {
        require(draft.count != 0, NothingClaimed());
        Batch memory opened;
        opened.nodeNo = draft.nodeNo;
        opened.deadlineSec = draft.deadlineSec;
        opened.judgedAtSec = uint40(block.timestamp);
        opened.count = uint16(draft.count);
        opened.status = BatchStatus.Claimed;
        opened.generation = draft.generation;
        BatchSlot.save(_state, draft.batchNo, opened);
        _state.roots[draft.batchNo] = Merkle.root(draft.leaves, draft.count);
    }

    /// @dev Is it this claimant's turn, counted from `fromSec`?
    function _isDue(Draft memory draft, bytes32 executionId, uint256 fromSec)
        internal
        view
        returns (bool)
    {
        uint256 rank = Rank.rankOf(draft.seed, executionId, draft.position, draft.executors);
        unchecked {
            // Ranks and deltas are small, and the caller has compared `fromSec` with the time.
            return block.timestamp >= fromSec + rank * draft.deltaSec;
        }
    }

    /// @dev Claims the neighbours of one intent from `from` on; marks first, takes the limits of those that
    /// passed, and takes the marks of the others back. @return place The first item of another intent.
    function _claimRun(
        Draft memory draft,
        bytes calldata items,
        uint256 from,
        uint256 given,
        uint256 size
    ) private returns (uint256 place) {
        Run memory run = _run(draft, _intentNoAt(items, from * size));
        uint256 before = draft.count;
        for (place = from; place < given; ++place) {
            if (_intentNoAt(items, place * size) != run.intentNo) break;
            if (run.intentHash != 0) _claimItem(draft, run, items, place, place * size);
        }
        uint256 passed = draft.count - before;
        if (passed == 0) return place;
        (uint256 granted,,) =
            _intents.take(run.intentNo, uint16(passed), draft.kind, draft.leaseClass);
        for (uint256 last = place; granted < passed; --passed) {
            last = _release(draft, run, items, last, size);
        }
    }

    /// @dev Asking for none of the limits tells the intent's terms without taking any.
    function _run(Draft memory draft, uint32 intentNo) private returns (Run memory run) {
        uint256 slot;
        run.intentNo = intentNo;
        (, run.intentHash, slot) = _intents.take(intentNo, 0, draft.kind, draft.leaseClass);
        (run.start, run.period, run.catchUp) = (slot.start(), slot.period(), slot.catchUp());
        if (draft.kind == Trigger.MANUAL && run.intentHash != 0) {
            run.owner = _intents.ownerOf(intentNo);
            run.intentsDomain = _intents.domainSeparator();
        }
    }

    function _claimItem(
        Draft memory draft,
        Run memory run,
        bytes calldata items,
        uint256 place,
        uint256 offset
    ) private {
        (bytes32 occurrenceId, uint64 ordinal, uint256 t0Sec) =
            _occurrence(draft.kind, run, items, offset);
        if (t0Sec > block.timestamp || _isLate(draft, run, ordinal, t0Sec)) return;
        bytes32 executionId = Leaves.execution(address(this), run.intentHash, occurrenceId);
        if (!_isDue(draft, executionId, t0Sec)) return;
        if (draft.kind == Trigger.MANUAL && !_isFired(run, items[offset:offset + MANUAL_BYTES])) {
            return;
        }
        uint256 index = draft.count;
        if (!_mark(draft, run.intentNo, executionId, ordinal, index)) return;
        unchecked {
            draft.count = index + 1;
        }
        draft.accepted |= 1 << place;
        draft.leaves[index] = Leaves.item(executionId, run.intentNo, 1, ordinal, uint40(t0Sec));
    }

    /// @dev Is it too late for a first claim? A tick that no rank claimed in its turn was missed: it may be
    /// claimed only while fewer later ticks are due than the owner wants caught up. Of a cron the contract does not
    /// know the ticks; verifiers judge that.
    function _isLate(Draft memory draft, Run memory run, uint256 ordinal, uint256 t0Sec)
        private
        view
        returns (bool)
    {
        unchecked {
            // What was compared with the time or the height is not beyond it; the others are small.
            uint256 agoSec = block.timestamp - t0Sec;
            if (!Trigger.isSchedule(draft.kind)) return agoSec > draft.claimWindowSec;
            if (run.catchUp == Trigger.CATCH_UP_ALL) return false;
            if (agoSec <= draft.turnsSec) return false;
            uint256 ago = draft.kind == Trigger.BLOCK ? block.number - ordinal : agoSec;
            return (run.period == 0 ? 0 : ago / run.period) >= run.catchUp;
        }
    }

    /// @dev Reads one entry (spec 03). A tick that does not exist lies in the future for ever.
    function _occurrence(uint8 kind, Run memory run, bytes calldata items, uint256 offset)
        private
        view
        returns (bytes32 occurrenceId, uint64 ordinal, uint256 t0Sec)
    {
        if (kind == Trigger.EVENT) {
            occurrenceId = _wordAt(items, offset + 4);
            return (occurrenceId, 0, uint40(uint256(_wordAt(items, offset + 9))));
        }
        ordinal = uint64(uint256(_wordAt(items, offset + 4)) >> 192);
        if (kind == Trigger.MANUAL) {
            t0Sec = uint40(uint256(_wordAt(items, offset + 44)) >> 216);
            return (Leaves.manualOccurrence(ordinal), ordinal, t0Sec);
        }
        if (kind == Trigger.BLOCK) {
            t0Sec = uint40(uint256(_wordAt(items, offset + 12)) >> 216);
            if (!Trigger.isHeight(ordinal, run.start, run.period)) t0Sec = Trigger.NEVER;
            return (Leaves.blockOccurrence(ordinal), ordinal, t0Sec);
        }
        t0Sec = Trigger.timeOf(kind, ordinal, run.start, run.period);
        if (kind == Trigger.INTERVAL) occurrenceId = Leaves.intervalOccurrence(ordinal);
        else if (kind == Trigger.CRON) occurrenceId = Leaves.cronOccurrence(ordinal);
        else occurrenceId = Leaves.startOccurrence(ordinal);
    }

    /// @dev Did the owner fire this ordinal, and is that still valid?
    function _isFired(Run memory run, bytes calldata entry) private view returns (bool) {
        uint40 firedAtSec = uint40(bytes5(entry[44:49]));
        uint40 validUntilSec = uint40(bytes5(entry[49:54]));
        if (firedAtSec > validUntilSec || block.timestamp > validUntilSec) return false;
        bytes32 fire = Owner.hashFire(
            run.intentHash,
            uint64(bytes8(entry[4:12])),
            bytes32(entry[12:44]),
            firedAtSec,
            validUntilSec
        );
        bytes32 digest = Owner.digest(run.intentsDomain, fire);
        return Duty.signed(digest, entry[54:], run.owner)
            || OwnerSignature.isValidNow(run.owner, digest, entry[54:]);
    }

    /// @dev Takes the execution's uniqueness slot or bit. @return False when it was taken.
    function _mark(
        Draft memory draft,
        uint32 intentNo,
        bytes32 executionId,
        uint64 ordinal,
        uint256 index
    ) private returns (bool) {
        if (draft.kind == Trigger.EVENT) {
            if (_state.claimOf[executionId] != 0) return false;
            _state.claimOf[executionId] = _place(draft.batchNo, index, 1);
            return true;
        }
        uint256 word = _word(intentNo, ordinal);
        uint256 bits = _state.taken[word];
        uint256 bit = 1 << (ordinal & 0xff);
        if (bits & bit != 0) return false;
        _state.taken[word] = bits | bit;
        return true;
    }

    /// @dev Takes back the last accepted item before `before`: the intent's limits did not grant it.
    function _release(
        Draft memory draft,
        Run memory run,
        bytes calldata items,
        uint256 before,
        uint256 size
    ) private returns (uint256 place) {
        place = before - 1;
        while (!Bits.has(draft.accepted, place)) {
            --place;
        }
        draft.accepted &= ~(1 << place);
        --draft.count;
        (bytes32 occurrenceId, uint64 ordinal,) = _occurrence(draft.kind, run, items, place * size);
        if (draft.kind == Trigger.EVENT) {
            delete _state.claimOf[Leaves.execution(address(this), run.intentHash, occurrenceId)];
        } else {
            _state.taken[_word(run.intentNo, ordinal)] &= ~(1 << (ordinal & 0xff));
        }
    }

    /// @dev What `claimOf` keeps (spec 08).
    function _place(uint64 batchNo, uint256 index, uint256 attempt)
        internal
        pure
        returns (uint256)
    {
        return (uint256(batchNo) << 24) | (index << 8) | attempt;
    }

    function _word(uint32 intentNo, uint64 ordinal) private pure returns (uint256) {
        return (uint256(intentNo) << 64) | (ordinal >> 8);
    }

    function _entryBytes(uint8 kind) private pure returns (uint256) {
        if (kind == Trigger.EVENT) return EVENT_BYTES;
        if (kind == Trigger.MANUAL) return MANUAL_BYTES;
        if (kind == Trigger.BLOCK) return BLOCK_BYTES;
        return Trigger.isKnown(kind) ? TICK_BYTES : 0;
    }

    function _intentNoAt(bytes calldata items, uint256 offset) private pure returns (uint32) {
        return uint32(uint256(_wordAt(items, offset)) >> 224);
    }

    /// @dev May read beyond the last entry; every caller cuts that off.
    function _wordAt(bytes calldata items, uint256 offset) private pure returns (bytes32 word) {
        assembly ("memory-safe") {
            word := calldataload(add(items.offset, offset))
        }
    }
}
