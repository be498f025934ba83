// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeacon } from "../interfaces/IBeacon.sol";
import { IDisputes } from "../interfaces/IDisputes.sol";
import { IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bits } from "../libraries/Bits.sol";

/// @dev The positions that one seat found right although its draw called them faulty or pending.
struct Finding {
    uint32 operatorNo;
    uint256 right;
}

/// @dev One seat of the on-chain commit and reveal. @param drawnAtSec When the round closed that drew it.
struct SeatState {
    uint32 nodeNo;
    uint40 drawnAtSec;
    bytes32 commitment;
    uint256 fault;
    uint256 unable;
}

/// @dev The on-chain commit and reveal of a batch; seats are positions in the generation's verifiers.
/// @param revealed Bitmap of seats.
/// @param gone Bitmap of the seats that wait for a replacement.
/// @param positions One byte per seat, seat 0 lowest.
/// @param sat Bitmap of the positions that sit or sat for this draw.
struct FallbackState {
    IExecutionsTypes.FallbackPhase phase;
    uint8 replacements;
    uint8 count;
    uint8 revealed;
    uint8 gone;
    uint40 positions;
    uint40 deadlineSec;
    uint40 round;
    uint128 sat;
    mapping(uint256 seat => SeatState) seats;
}

/// @dev Checkpoints of one node's log: the newest's counts, and the struct hash of each.
struct AuditBook {
    uint64 entries;
    uint64 records;
    uint64 commitments;
    uint64 verdicts;
    uint64 votes;
    uint64 dutyUses;
    uint64 actionUses;
    uint64 auditSeq;
    bytes32 auditHead;
    bool contradicted;
    mapping(uint64 auditSeq => bytes32 structHash) hashes;
}

/// @dev Everything that Executions remembers (spec 08); one struct, so that its library can work on it.
struct State {
    uint64 batchCount;
    mapping(uint256 key => uint256 bits) taken;
    mapping(bytes32 executionId => uint256 place) claimOf;
    mapping(uint64 batchNo => uint256 slot) batches;
    mapping(uint64 batchNo => bytes32 word) roots;
    mapping(uint64 batchNo => uint256 bits) posted;
    mapping(uint64 batchNo => uint256 bits) disputed;
    mapping(uint64 batchNo => uint256 bits) pending;
    mapping(uint64 batchNo => uint256 bits) voided;
    mapping(uint256 key => bytes32 reportHash) faultReports;
    mapping(uint256 key => Finding[]) findings;
    mapping(uint64 batchNo => FallbackState) fallbacks;
    mapping(uint32 nodeNo => AuditBook) audits;
}

/// @dev What the library needs to know of its contract.
struct Modules {
    IRegistry registry;
    IBeacon beacon;
    IDisputes disputes;
    bytes32 domainSeparator;
}

/// @title The batch's slot (spec 08), from the most significant bit:
/// node32 | deadline40 | count16 | round40 | flags4 | status4 | generation32 | recordBlock40 | draw8 | judgedAt40.
library BatchSlot {
    /// @dev A batch of this draw has no committee: everyone votes.
    uint8 internal constant VOTE = 3;
    uint256 private constant ALL_POSTED = 1 << 124;
    uint256 private constant MARKED = 1 << 125;

    function load(State storage state, uint64 batchNo)
        internal
        view
        returns (IExecutionsTypes.Batch memory batch)
    {
        uint256 slot = state.batches[batchNo];
        batch.nodeNo = uint32(slot >> 224);
        batch.deadlineSec = uint40(slot >> 184);
        batch.count = uint16(slot >> 168);
        batch.round = uint40(slot >> 128);
        batch.status = IExecutionsTypes.BatchStatus(uint8(slot >> 120) & 0x0f);
        batch.generation = uint32(slot >> 88);
        batch.recordBlock = uint40(slot >> 48);
        batch.draw = uint8(slot >> 40);
        batch.judgedAtSec = uint40(slot);
        batch.allPosted = slot & ALL_POSTED != 0;
        batch.marked = slot & MARKED != 0;
    }

    /// @notice Positions that have a record.
    function posted(State storage state, uint64 batchNo, IExecutionsTypes.Batch memory batch)
        internal
        view
        returns (uint256)
    {
        return batch.allPosted ? Bits.mask(batch.count) : state.posted[batchNo];
    }

    /// @notice Positions whose record is void for ever.
    function voided(State storage state, uint64 batchNo, IExecutionsTypes.Batch memory batch)
        internal
        view
        returns (uint256)
    {
        return batch.marked ? state.voided[batchNo] : 0;
    }

    function save(State storage state, uint64 batchNo, IExecutionsTypes.Batch memory batch)
        internal
    {
        uint256 high = (uint256(batch.nodeNo) << 224) | (uint256(batch.deadlineSec) << 184)
            | (uint256(batch.count) << 168) | (uint256(batch.round) << 128);
        uint256 low = (uint256(batch.status) << 120) | (uint256(batch.generation) << 88)
            | (uint256(batch.recordBlock) << 48) | (uint256(batch.draw) << 40) | batch.judgedAtSec;
        uint256 flags = (batch.allPosted ? ALL_POSTED : 0) | (batch.marked ? MARKED : 0);
        state.batches[batchNo] = high | low | flags;
    }
}

/// @title Whose node it is (spec 06).
library NodeDuty {
    uint40 private constant NOW = type(uint40).max;

    /// @notice Of any node that is known. Which of its keys signs is a question of the duty's begin.
    function dutyOf(IRegistry registry, uint32 nodeNo)
        internal
        view
        returns (uint32 operatorNo, uint8 roles)
    {
        (operatorNo, roles,) = registry.duty(nodeNo, 0);
    }

    /// @notice Of an active node only; zeros else.
    function dutyNow(IRegistry registry, uint32 nodeNo)
        internal
        view
        returns (uint32 operatorNo, uint8 roles)
    {
        (operatorNo, roles,) = registry.duty(nodeNo, NOW);
    }
}
