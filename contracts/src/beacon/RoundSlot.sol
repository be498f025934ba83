// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev The round that is open or will open next.
/// @param openedAtSec 0 until a transaction has seen the opening block.
/// @param changes Of the chains, when the members were fixed: what changed later is for later rounds.
/// @param waiting Records wait for it.
/// @param nextWaiting Records wait for the round after.
/// @param mixed Preimages of it came before its last transaction.
struct Current {
    uint40 round;
    uint40 openBlock;
    uint40 openedAtSec;
    uint40 nextOpenBlock;
    uint32 generation;
    uint32 changes;
    bool waiting;
    bool nextWaiting;
    bool mixed;
}

/// @title The current round's slot (spec 08), from the most significant bit:
/// round40 | openBlock40 | openedAt40 | nextOpenBlock40 | generation32 | changes32 | flags8.
library RoundSlot {
    uint256 private constant WAITING = 1;
    uint256 private constant NEXT_WAITING = 2;
    uint256 private constant MIXED = 4;

    function unpack(uint256 slot) internal pure returns (Current memory current) {
        current.round = uint40(slot >> 192);
        current.openBlock = uint40(slot >> 152);
        current.openedAtSec = uint40(slot >> 112);
        current.nextOpenBlock = uint40(slot >> 72);
        current.generation = uint32(slot >> 40);
        current.changes = uint32(slot >> 8);
        current.waiting = slot & WAITING != 0;
        current.nextWaiting = slot & NEXT_WAITING != 0;
        current.mixed = slot & MIXED != 0;
    }

    function pack(Current memory current) internal pure returns (uint256) {
        uint256 high = uint256(current.round) << 192 | uint256(current.openBlock) << 152
            | uint256(current.openedAtSec) << 112 | uint256(current.nextOpenBlock) << 72;
        uint256 low = uint256(current.generation) << 40 | uint256(current.changes) << 8
            | (current.waiting ? WAITING : 0) | (current.nextWaiting ? NEXT_WAITING : 0)
            | (current.mixed ? MIXED : 0);
        return high | low;
    }
}
