// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Faults } from "./Faults.sol";

/// @title What the guilty votes of a dispute say together, counted vote by vote (spec 07).
library Tally {
    /// @dev Bits of one fault's count in `faults`.
    uint256 private constant COUNT_BITS = 16;

    /// @dev Of one fault: the leaf that most of its voters named, of equals the lowest.
    struct Leader {
        uint16 leaf;
        uint16 votes;
    }

    /// @param faults Votes by fault, 16 bits each, fault 0 lowest.
    struct Votes {
        uint256 faults;
        mapping(uint16 fault => Leader) leaders;
        mapping(uint256 faultAndLeaf => uint16) leaves;
    }

    /// @notice May a vote say this? 0 is innocent, and names no leaf.
    function isVote(uint16 fault, uint16 leaf) internal pure returns (bool) {
        return fault == 0 ? leaf == 0 : fault <= Faults.LAST_OF_RECORD;
    }

    /// @notice Counts one guilty vote.
    function count(Votes storage votes, uint16 fault, uint16 leaf) internal {
        votes.faults += 1 << (fault * COUNT_BITS);
        uint16 same = ++votes.leaves[(uint256(fault) << 16) | leaf];
        Leader storage leader = votes.leaders[fault];
        if (same > leader.votes || (same == leader.votes && leaf < leader.leaf)) {
            (leader.leaf, leader.votes) = (leaf, same);
        }
    }

    /// @notice The fault that most named; of equals the one with the smaller slash, then the lower number.
    /// And its leaf. Zeros when nobody voted guilty.
    function found(Votes storage votes) internal view returns (uint16 fault, uint16 leaf) {
        uint256 faults = votes.faults;
        uint256 most;
        for (uint16 candidate = 1; candidate <= Faults.LAST_OF_RECORD; ++candidate) {
            uint256 given = uint16(faults >> (candidate * COUNT_BITS));
            if (given == 0 || given < most) continue;
            if (given == most && Faults.slashBps(candidate) >= Faults.slashBps(fault)) continue;
            (fault, most) = (candidate, given);
        }
        leaf = votes.leaders[fault].leaf;
    }
}
