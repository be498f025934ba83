// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeaconErrors } from "../interfaces/IBeacon.sol";
import { Current } from "./RoundSlot.sol";

/// @title The operators' hash chains (spec 05).
/// @notice Operators that gave a round together are a cohort from then on: one hash stands for all their tips, and
/// a round that all of them give in one transaction moves that hash and one counter, however many they are. A chain
/// is written on its own only when its operator gives alone, is silent or changes it.
abstract contract Chains is IBeaconErrors {
    /// @dev How many preimages a chain has.
    uint32 internal constant CHAIN_LENGTH = 65_536;
    /// @dev Bounds the hashing when a chain leaves its cohort.
    uint32 internal constant COHORT_ROUNDS = 128;

    /// @dev What is known of an operator and its chain, beside the anchor.
    /// @param used Preimages that it gave of this chain.
    /// @param ordinal Changes are numbered from 1; this is the one from which on rounds count on the chain. 0: none.
    /// @param lastRound The last round that it gave a preimage to.
    /// @param awayFrom The first round that no longer counts on the operator; 0 when it is there.
    /// @param probation Preimages that it has yet to give until its last silence is forgotten.
    /// @param cohortNo The cohort that it gives with; 0 when alone.
    /// @param since Rounds of the cohort that the other fields count already.
    /// @param followed Another chain takes its place once it has given what an open round awaits of it.
    struct Chain {
        uint32 used;
        uint32 ordinal;
        uint40 lastRound;
        uint40 awayFrom;
        uint8 probation;
        uint32 cohortNo;
        uint32 since;
        bool followed;
    }

    /// @dev The newest cohort, and how many changes there were.
    /// @param changes Chains committed and operators come back.
    /// @param generation Of the round that formed the cohort.
    /// @param formedAt The changes at which that round's members were fixed.
    /// @param rounds Rounds that it gave together since.
    /// @param limit When it has given so many, each chain is written on its own again.
    struct Cohort {
        uint32 changes;
        uint32 no;
        uint32 generation;
        uint32 formedAt;
        uint32 rounds;
        uint32 limit;
        uint40 lastRound;
    }

    /// @dev followed8 | used32 | ordinal32 | lastRound40 | awayFrom40 | probation8 | cohortNo32 | since32 (spec 08).
    mapping(uint32 operatorNo => uint256 slot) private _chains;
    /// @dev The tip, or the last preimage given, when the chain was last written on its own.
    mapping(uint32 operatorNo => bytes32 anchor) private _anchors;
    /// @dev changes32 | no32 | generation32 | formedAt32 | rounds32 | limit32 | lastRound40 (spec 08).
    uint256 private _cohort;
    /// @dev keccak over (operator, tip) of the newest cohort's members, ascending.
    bytes32 private _cohortTips;
    /// @dev rounds32 | lastRound40 of a cohort that another one followed; 0 when it never gave together.
    mapping(uint32 cohortNo => uint256 slot) private _ended;
    /// @dev Tip of the chain that follows; 0 when none does.
    mapping(uint32 operatorNo => bytes32 tip) private _nextTips;

    function _loadCohort() internal view returns (Cohort memory cohort) {
        uint256 slot = _cohort;
        cohort.changes = uint32(slot >> 200);
        cohort.no = uint32(slot >> 168);
        cohort.generation = uint32(slot >> 136);
        cohort.formedAt = uint32(slot >> 104);
        cohort.rounds = uint32(slot >> 72);
        cohort.limit = uint32(slot >> 40);
        cohort.lastRound = uint40(slot);
    }

    function _saveCohort(Cohort memory cohort) internal {
        _cohort = uint256(cohort.changes) << 200 | uint256(cohort.no) << 168
            | uint256(cohort.generation) << 136 | uint256(cohort.formedAt) << 104
            | uint256(cohort.rounds) << 72 | uint256(cohort.limit) << 40 | cohort.lastRound;
    }

    /// @dev Rounds that open later have other members.
    function _change() internal returns (uint32) {
        Cohort memory cohort = _loadCohort();
        ++cohort.changes;
        _saveCohort(cohort);
        return cohort.changes;
    }

    /// @dev The chain as it is now, what its cohort gave included.
    function _chain(Cohort memory cohort, uint32 operatorNo)
        internal
        view
        returns (Chain memory chain)
    {
        uint256 slot = _chains[operatorNo];
        chain.followed = slot >> 216 != 0;
        chain.used = uint32(slot >> 184);
        chain.ordinal = uint32(slot >> 152);
        chain.lastRound = uint40(slot >> 112);
        chain.awayFrom = uint40(slot >> 72);
        chain.probation = uint8(slot >> 64);
        chain.cohortNo = uint32(slot >> 32);
        chain.since = uint32(slot);
        if (chain.cohortNo == 0) return chain;
        (uint32 given, uint40 lastRound) = _givenBy(cohort, chain.cohortNo);
        uint32 more = given - chain.since;
        if (more == 0) return chain;
        chain.used += more;
        chain.lastRound = lastRound;
        chain.probation = chain.probation > more ? uint8(chain.probation - more) : 0;
        chain.since = given;
    }

    function _saveChain(uint32 operatorNo, Chain memory chain) internal {
        uint256 followed = chain.followed ? 1 << 216 : 0;
        _chains[operatorNo] = followed | uint256(chain.used) << 184 | uint256(chain.ordinal) << 152
            | uint256(chain.lastRound) << 112 | uint256(chain.awayFrom) << 72
            | uint256(chain.probation) << 64 | uint256(chain.cohortNo) << 32 | chain.since;
    }

    /// @dev A new chain, of which nothing was given.
    function _replace(uint32 operatorNo, bytes32 tip) internal {
        Chain memory chain = _chain(_loadCohort(), operatorNo);
        (chain.used, chain.lastRound, chain.cohortNo, chain.since) = (0, 0, 0, 0);
        chain.ordinal = _change();
        _anchors[operatorNo] = tip;
        if (chain.followed) (chain.followed, _nextTips[operatorNo]) = (false, 0);
        _saveChain(operatorNo, chain);
    }

    /// @dev A new chain, whose operator still owes an open round a preimage of the old one.
    function _follow(uint32 operatorNo, bytes32 tip) internal {
        Chain memory chain = _chain(_loadCohort(), operatorNo);
        chain.followed = true;
        _nextTips[operatorNo] = tip;
        _saveChain(operatorNo, chain);
        // The operator gives alone: its cohort's word must not hold a tip that is about to change.
        _change();
    }

    /// @dev Nothing is awaited of the old chain any more. The caller saves `chain`.
    function _goOver(uint32 operatorNo, Chain memory chain) internal {
        if (!chain.followed) return;
        _anchors[operatorNo] = _nextTips[operatorNo];
        _nextTips[operatorNo] = 0;
        (chain.followed, chain.used, chain.cohortNo, chain.since) = (false, 0, 0, 0);
    }

    function _nextTipOf(uint32 operatorNo) internal view returns (bytes32) {
        return _nextTips[operatorNo];
    }

    /// @return anchor What the chain was when it was last written on its own.
    /// @return behind How many preimages it gave since: so many steps after the tip comes the anchor.
    function _anchorOf(Cohort memory cohort, uint32 operatorNo, Chain memory chain)
        internal
        view
        returns (bytes32 anchor, uint32 behind)
    {
        if (chain.cohortNo != 0) (behind,) = _givenBy(cohort, chain.cohortNo);
        return (_anchors[operatorNo], behind);
    }

    /// @dev Takes the preimage of one operator, which gives alone from then on.
    function _advance(
        Cohort memory cohort,
        Chain memory chain,
        uint40 round,
        uint32 operatorNo,
        bytes32 preimage
    ) internal {
        (bytes32 anchor, uint32 behind) = _anchorOf(cohort, operatorNo, chain);
        require(_after(preimage, behind + 1) == anchor, BadPreimage(operatorNo));
        chain.used += 1;
        chain.lastRound = round;
        if (chain.probation != 0) --chain.probation;
        // The word over all tips would hold a tip whose preimage is out.
        _dissolve(cohort, chain.cohortNo);
        (chain.cohortNo, chain.since) = (0, 0);
        _anchors[operatorNo] = preimage;
        _goOver(operatorNo, chain);
        _saveChain(operatorNo, chain);
    }

    /// @dev Takes the preimages of the whole cohort, if these are they, in order.
    /// @return mix Their sum (spec 05); 0 when each has to be looked at.
    function _advanceTogether(
        Cohort memory cohort,
        Current memory current,
        uint32[] calldata operatorNos,
        bytes32[] calldata preimages
    ) internal returns (uint256 mix) {
        if (
            cohort.rounds >= cohort.limit || cohort.generation != current.generation
                || cohort.formedAt != current.changes || cohort.changes != current.changes
                || current.mixed
        ) return 0;
        (bytes32 before, bytes32 tips, uint256 sum) = _hashAll(operatorNos, preimages);
        if (before != _cohortTips) return 0;
        _cohortTips = tips;
        ++cohort.rounds;
        cohort.lastRound = current.round;
        _saveCohort(cohort);
        return sum;
    }

    /// @dev Without one of its members a cohort gives together no more.
    function _dissolve(Cohort memory cohort, uint32 no) internal {
        if (no == 0 || no != cohort.no || cohort.limit == 0) return;
        cohort.limit = 0;
        _saveCohort(cohort);
    }

    /// @dev Those who gave to the round, which has just closed, give together from now on; not if one of them has
    /// gone away meanwhile.
    function _form(Cohort memory cohort, Current memory current, uint32[] memory verifiers)
        internal
    {
        if (cohort.rounds != 0) {
            _ended[cohort.no] = uint256(cohort.rounds) << 40 | cohort.lastRound;
        }
        uint32 no = cohort.no + 1;
        uint32 longest;
        bool away;
        uint256 count;
        bytes32[] memory pairs = new bytes32[](2 * verifiers.length);
        for (uint256 i; i < verifiers.length; ++i) {
            Chain memory chain = _chain(cohort, verifiers[i]);
            if (chain.lastRound != current.round) continue;
            (chain.cohortNo, chain.since) = (no, 0);
            _saveChain(verifiers[i], chain);
            if (chain.used > longest) longest = chain.used;
            if (chain.awayFrom != 0) away = true;
            pairs[count++] = bytes32(uint256(verifiers[i]));
            pairs[count++] = _anchors[verifiers[i]];
        }
        assembly ("memory-safe") {
            mstore(pairs, count)
        }
        _cohortTips = keccak256(abi.encodePacked(pairs));
        (cohort.no, cohort.rounds, cohort.lastRound) = (no, 0, 0);
        (cohort.generation, cohort.formedAt) = (current.generation, current.changes);
        uint32 left = away ? 0 : CHAIN_LENGTH - longest;
        cohort.limit = left < COHORT_ROUNDS ? left : COHORT_ROUNDS;
        _saveCohort(cohort);
    }

    function _givenBy(Cohort memory cohort, uint32 no)
        private
        view
        returns (uint32 given, uint40 lastRound)
    {
        if (no == cohort.no) return (cohort.rounds, cohort.lastRound);
        uint256 slot = _ended[no];
        return (uint32(slot >> 40), uint40(slot));
    }

    /// @dev So many steps of the chain: H(x) = keccak(0x03 ‖ x).
    function _after(bytes32 value, uint256 steps) private pure returns (bytes32) {
        assembly ("memory-safe") {
            mstore8(0x1f, 3)
            mstore(0x20, value)
            for { } steps { steps := sub(steps, 1) } { mstore(0x20, keccak256(0x1f, 0x21)) }
            value := mload(0x20)
        }
        return value;
    }

    /// @dev The cohort's hash before and after these preimages, and their sum. The lists are of one length.
    function _hashAll(uint32[] calldata operatorNos, bytes32[] calldata preimages)
        private
        pure
        returns (bytes32 before, bytes32 tips, uint256 mix)
    {
        assembly ("memory-safe") {
            let size := shl(6, operatorNos.length)
            let old := mload(0x40)
            let fresh := add(old, size)
            mstore8(0x1f, 3)
            for { let at := 0 } lt(at, size) { at := add(at, 0x40) } {
                let source := shr(1, at)
                let operatorNo := calldataload(add(operatorNos.offset, source))
                let preimage := calldataload(add(preimages.offset, source))
                mstore(0x20, preimage)
                mstore(add(old, at), operatorNo)
                mstore(add(old, add(at, 0x20)), keccak256(0x1f, 0x21))
                let pair := add(fresh, at)
                mstore(pair, operatorNo)
                mstore(add(pair, 0x20), preimage)
                mix := add(mix, keccak256(pair, 0x40))
            }
            before := keccak256(old, size)
            tips := keccak256(fresh, size)
        }
    }
}
