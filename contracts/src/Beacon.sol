// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IBeacon, IHashChainBeacon } from "./interfaces/IBeacon.sol";
import { IDisputes } from "./interfaces/IDisputes.sol";
import { IRegistry } from "./interfaces/IRegistry.sol";

/// @title Beacon: one hash chain per operator, all preimages of a round in one transaction (spec 05).
contract Beacon is IHashChainBeacon {
    /// @dev How many preimages a chain has.
    uint32 internal constant CHAIN_LENGTH = 65_536;
    /// @dev Within so many duties a second silence is no accident.
    uint8 internal constant PROBATION = 100;

    /// @dev The round that is open or will open next.
    /// @param chainCount Chains committed after these are no members of this round.
    /// @param openedAtSec 0 until a transaction has seen the opening block.
    /// @param nextWaiting Records wait for the round after.
    struct Current {
        uint40 round;
        uint40 openBlock;
        uint40 openedAtSec;
        uint40 nextOpenBlock;
        uint32 generation;
        uint32 chainCount;
        bool waiting;
        bool nextWaiting;
    }

    /// @param ordinal Chains are numbered from 1 as they are committed.
    /// @param lastRound The last round that it gave a preimage to.
    /// @param awayFrom The first round that no longer counts on the operator; 0 when it is there.
    /// @param probation Preimages that it has yet to give until its last silence is forgotten.
    struct Chain {
        bytes32 tip;
        uint32 used;
        uint32 ordinal;
        uint40 lastRound;
        uint40 awayFrom;
        uint8 probation;
    }

    IRegistry internal immutable _registry;
    address internal immutable _executions;
    IDisputes internal immutable _disputes;

    /// @dev seed216 | closedAt40 (spec 08).
    mapping(uint40 round => uint256 slot) private _rounds;
    mapping(uint32 operatorNo => Chain) private _chains;
    Current private _current;
    uint32 private _chainCount;
    /// @dev Sum over the preimages of the open round that came before its last transaction; 0 when none did.
    uint256 private _mix;

    constructor(IRegistry registry, address executions, IDisputes disputes) {
        _registry = registry;
        _executions = executions;
        _disputes = disputes;
        _current.round = 1;
    }

    /// @inheritdoc IBeacon
    function assign() external returns (uint40 round) {
        require(msg.sender == _executions, NotExecutions(msg.sender));
        Current memory current = _current;
        uint40 finalAt = uint40(block.number + _registry.parameters().confirmations);
        uint40 openBlock = finalAt;
        round = current.round;
        if (!current.waiting) {
            _open(current, finalAt);
            _current = current;
        } else if (finalAt <= current.openBlock) {
            return round;
        } else {
            ++round;
            if (current.nextWaiting && finalAt <= current.nextOpenBlock) return round;
            (current.nextWaiting, current.nextOpenBlock) = (true, finalAt);
            _current = current;
        }
        emit RoundAssigned(round, openBlock);
    }

    /// @inheritdoc IHashChainBeacon
    function commitChain(uint32 operatorNo, bytes32 tip) external {
        require(msg.sender == _registry.operator(operatorNo).cold, NotCold(operatorNo, msg.sender));
        require(tip != 0, BadTip(operatorNo));
        Current memory current = _current;
        bool awaited = current.waiting && _isAwaited(current, operatorNo);
        Chain storage chain = _chains[operatorNo];
        (chain.tip, chain.used, chain.lastRound) = (tip, 0, 0);
        chain.ordinal = ++_chainCount;
        emit ChainCommitted(operatorNo, tip);
        if (!awaited) return;
        Standing before = _leave(operatorNo, current.round + 1);
        if (before == Standing.Away) return;
        _disputes.missingPreimage(current.round, operatorNo, before == Standing.OnProbation);
    }

    /// @inheritdoc IBeacon
    function silent(uint32 operatorNo) external returns (Standing before) {
        require(msg.sender == address(_disputes), NotDisputes(msg.sender));
        // Members are fixed when a round opens: a round that is open counts on it.
        uint40 round = _current.round;
        return _leave(operatorNo, _current.waiting ? round + 1 : round);
    }

    /// @inheritdoc IBeacon
    function comeBack() external {
        (, uint32 operatorNo,) = _registry.actor(msg.sender);
        Chain storage chain = _chains[operatorNo];
        require(operatorNo != 0 && chain.awayFrom != 0, NotAway(operatorNo));
        chain.awayFrom = 0;
        // Like a new chain: it counts for rounds whose members are fixed later.
        if (chain.ordinal != 0) chain.ordinal = ++_chainCount;
        emit CameBack(operatorNo);
    }

    /// @inheritdoc IBeacon
    function isAway(uint32 operatorNo) external view returns (bool) {
        return _chains[operatorNo].awayFrom != 0;
    }

    /// @inheritdoc IHashChainBeacon
    function reveal(uint40 round, uint32[] calldata operatorNos, bytes32[] calldata preimages)
        external
    {
        Current memory current = _current;
        _requireOpen(current, round);
        require(
            operatorNos.length == preimages.length,
            LengthsDiffer(operatorNos.length, preimages.length)
        );
        uint32[] memory verifiers = _registry.verifiersOf(current.generation);
        uint256 mix = _take(current, verifiers, operatorNos, preimages);
        if (mix != 0 && _select(current, verifiers, true).length == 0) {
            _close(current, mix, new uint32[](0));
            return;
        }
        _mix = mix;
        if (current.openedAtSec == 0) _current.openedAtSec = uint40(block.timestamp);
    }

    /// @inheritdoc IHashChainBeacon
    function closeRound(uint40 round) external {
        Current memory current = _current;
        _requireOpen(current, round);
        if (current.openedAtSec == 0) {
            _current.openedAtSec = uint40(block.timestamp);
            return;
        }
        uint256 untilSec = uint256(current.openedAtSec) + _registry.parameters().beaconWindowSec;
        require(block.timestamp >= untilSec, WindowOpen(untilSec));
        uint256 mix = _mix;
        if (mix != 0) {
            uint32[] memory verifiers = _registry.verifiersOf(current.generation);
            _close(current, mix, _select(current, verifiers, true));
            return;
        }
        // Nobody's preimage is out: a set of which all are gone for good must not stop the network.
        require(
            _registry.generation() != current.generation || _chainCount != current.chainCount,
            NobodyRevealed(round)
        );
        _open(current, current.openBlock);
        current.openedAtSec = uint40(block.timestamp);
        _current = current;
        emit RoundAssigned(round, current.openBlock);
    }

    /// @inheritdoc IBeacon
    function seedOf(uint40 round) external view returns (bytes27 seed, uint40 closedAtSec) {
        uint256 slot = _rounds[round];
        return (bytes27(bytes32(slot)), uint40(slot));
    }

    /// @inheritdoc IBeacon
    function currentRound()
        external
        view
        returns (uint40 round, uint40 openBlock, uint40 openedAtSec, bool waiting)
    {
        Current memory current = _current;
        return (current.round, current.openBlock, current.openedAtSec, current.waiting);
    }

    /// @inheritdoc IHashChainBeacon
    function tipOf(uint32 operatorNo) external view returns (bytes32 tip, uint32 usedPreimages) {
        Chain storage chain = _chains[operatorNo];
        return (chain.tip, chain.used);
    }

    /// @inheritdoc IHashChainBeacon
    function members() external view returns (uint32[] memory) {
        Current memory current = _current;
        if (!current.waiting) _open(current, 0);
        return _select(current, _registry.verifiersOf(current.generation), false);
    }

    /// @inheritdoc IHashChainBeacon
    function hasRevealed(uint40 round, uint32 operatorNo) external view returns (bool) {
        return round != 0 && _chains[operatorNo].lastRound == round;
    }

    /// @dev Fixes the members. Where blocks must pass first, nobody can tell yet when the round will open.
    function _open(Current memory current, uint40 openBlock) private view {
        current.waiting = true;
        current.openBlock = openBlock;
        current.openedAtSec = openBlock <= block.number ? uint40(block.timestamp) : 0;
        current.generation = _registry.generation();
        current.chainCount = _chainCount;
    }

    /// @dev Takes the preimages that are new; one that came before hurts nobody.
    function _take(
        Current memory current,
        uint32[] memory verifiers,
        uint32[] calldata operatorNos,
        bytes32[] calldata preimages
    ) private returns (uint256 mix) {
        mix = _mix;
        uint32[] memory who = new uint32[](operatorNos.length);
        bytes32[] memory what = new bytes32[](operatorNos.length);
        uint256 count;
        for (uint256 i; i < operatorNos.length; ++i) {
            uint32 operatorNo = operatorNos[i];
            if (_chains[operatorNo].lastRound == current.round) continue;
            require(
                _contains(verifiers, operatorNo) && _isAwaited(current, operatorNo),
                NotAMember(operatorNo)
            );
            _advance(current.round, operatorNo, preimages[i]);
            unchecked {
                mix += uint256(keccak256(abi.encode(operatorNo, preimages[i])));
            }
            (who[count], what[count]) = (operatorNo, preimages[i]);
            ++count;
        }
        assembly ("memory-safe") {
            mstore(who, count)
            mstore(what, count)
        }
        if (count != 0) emit PreimagesRevealed(current.round, who, what);
    }

    function _advance(uint40 round, uint32 operatorNo, bytes32 preimage) private {
        Chain storage chain = _chains[operatorNo];
        require(
            keccak256(abi.encodePacked(bytes1(0x03), preimage)) == chain.tip,
            BadPreimage(operatorNo)
        );
        chain.tip = preimage;
        chain.used += 1;
        chain.lastRound = round;
        if (chain.probation != 0) --chain.probation;
    }

    function _close(Current memory current, uint256 mix, uint32[] memory missing) private {
        uint40 round = current.round;
        bytes32 before = bytes32(bytes27(bytes32(_rounds[round - 1])));
        bytes27 seed = bytes27(keccak256(abi.encode(bytes32("deed.round.1"), round, before, mix)));
        _rounds[round] = uint256(bytes32(seed)) | uint40(block.timestamp);
        if (_mix != 0) _mix = 0;
        Standing[] memory standings = _leaveAll(missing, round + 1);
        current.round = round + 1;
        current.waiting = false;
        uint40 nextOpenBlock = current.nextOpenBlock;
        if (current.nextWaiting) {
            current.nextWaiting = false;
            current.nextOpenBlock = 0;
            if (nextOpenBlock < block.number) nextOpenBlock = uint40(block.number);
            _open(current, nextOpenBlock);
        }
        _current = current;
        emit RoundClosed(round, seed, missing);
        if (current.waiting) emit RoundAssigned(current.round, nextOpenBlock);
        for (uint256 i; i < missing.length; ++i) {
            if (standings[i] == Standing.Away) continue;
            bool repeated = standings[i] == Standing.OnProbation;
            _disputes.missingPreimage(round, missing[i], repeated);
        }
    }

    function _leaveAll(uint32[] memory missing, uint40 fromRound)
        private
        returns (Standing[] memory standings)
    {
        standings = new Standing[](missing.length);
        for (uint256 i; i < missing.length; ++i) {
            standings[i] = _leave(missing[i], fromRound);
        }
    }

    /// @dev No preimage of its is awaited from that round on, so silence gives no further choice among seeds.
    /// @return before Where it stood; one that was away has the same outage still.
    function _leave(uint32 operatorNo, uint40 fromRound) private returns (Standing before) {
        Chain storage chain = _chains[operatorNo];
        if (chain.awayFrom != 0) return Standing.Away;
        before = chain.probation == 0 ? Standing.Good : Standing.OnProbation;
        (chain.awayFrom, chain.probation) = (fromRound, PROBATION);
        emit WentAway(operatorNo, fromRound);
    }

    /// @dev A preimage can only be out when the head has reached the opening block.
    function _requireOpen(Current memory current, uint40 round) private view {
        require(round == current.round, WrongRound(round, current.round));
        require(current.waiting && block.number > current.openBlock, RoundNotOpen(round));
    }

    /// @dev Members of the round, or those of them whose preimage is awaited; overwrites the list of verifiers.
    function _select(Current memory current, uint32[] memory selected, bool awaited)
        private
        view
        returns (uint32[] memory)
    {
        uint256 count;
        for (uint256 i; i < selected.length; ++i) {
            uint32 operatorNo = selected[i];
            bool given = _chains[operatorNo].lastRound == current.round;
            if (_isAwaited(current, operatorNo) || (given && !awaited)) {
                selected[count++] = operatorNo;
            }
        }
        assembly ("memory-safe") {
            mstore(selected, count)
        }
        return selected;
    }

    /// @dev By halving: generations are ascending.
    function _contains(uint32[] memory list, uint32 operatorNo) private pure returns (bool) {
        uint256 low;
        uint256 high = list.length;
        while (low < high) {
            uint256 middle = (low + high) >> 1;
            if (list[middle] == operatorNo) return true;
            if (list[middle] < operatorNo) low = middle + 1;
            else high = middle;
        }
        return false;
    }

    /// @dev Has the operator a chain that this round counts on, and not given its preimage?
    function _isAwaited(Current memory current, uint32 operatorNo) private view returns (bool) {
        Chain storage chain = _chains[operatorNo];
        return chain.ordinal != 0 && chain.ordinal <= current.chainCount
            && chain.used < CHAIN_LENGTH && chain.lastRound != current.round
            && (chain.awayFrom == 0 || current.round < chain.awayFrom);
    }
}
