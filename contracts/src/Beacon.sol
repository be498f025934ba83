// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Chains } from "./beacon/Chains.sol";
import { Current, RoundSlot } from "./beacon/RoundSlot.sol";
import { IBeacon, IHashChainBeacon } from "./interfaces/IBeacon.sol";
import { IDisputes } from "./interfaces/IDisputes.sol";
import { IRegistry, IRegistryTypes } from "./interfaces/IRegistry.sol";

/// @title Beacon: one hash chain per operator, all preimages of a round in one transaction (spec 05).
contract Beacon is IHashChainBeacon, Chains {
    using RoundSlot for uint256;
    using RoundSlot for Current;

    /// @dev Within so many duties a second silence is no accident.
    uint8 internal constant PROBATION = 100;

    IRegistry internal immutable _registry;
    address internal immutable _executions;
    IDisputes internal immutable _disputes;

    /// @dev seed216 | closedAt40 (spec 08).
    mapping(uint40 round => uint256 slot) private _rounds;
    uint256 private _slot;
    /// @dev Sum over the preimages of the open round that came before its last transaction; 0 when none did.
    uint256 private _mix;

    constructor(IRegistry registry, address executions, IDisputes disputes) {
        _registry = registry;
        _executions = executions;
        _disputes = disputes;
        Current memory first;
        first.round = 1;
        _slot = first.pack();
    }

    /// @inheritdoc IBeacon
    function assign() external returns (uint40 round) {
        require(msg.sender == _executions, NotExecutions(msg.sender));
        Current memory current = _slot.unpack();
        IRegistryTypes.Head memory head = _registry.head();
        uint40 finalAt = uint40(block.number + head.confirmations);
        uint40 openBlock = finalAt;
        round = current.round;
        if (!current.waiting) {
            _open(current, finalAt, head.generation);
            _slot = current.pack();
        } else if (finalAt <= current.openBlock) {
            return round;
        } else {
            ++round;
            if (current.nextWaiting && finalAt <= current.nextOpenBlock) return round;
            (current.nextWaiting, current.nextOpenBlock) = (true, finalAt);
            _slot = current.pack();
        }
        emit RoundAssigned(round, openBlock);
    }

    /// @inheritdoc IHashChainBeacon
    function commitChain(uint32 operatorNo, bytes32 tip) external {
        require(msg.sender == _registry.operator(operatorNo).cold, NotCold(operatorNo, msg.sender));
        require(tip != 0, BadTip(operatorNo));
        Current memory current = _slot.unpack();
        // An operator without a seat in the round's generation owes it nothing.
        bool awaited = current.waiting && _isAwaited(current, _chain(_loadCohort(), operatorNo))
            && _contains(_registry.verifiersOf(current.generation), operatorNo);
        if (awaited) _follow(operatorNo, tip);
        else _replace(operatorNo, tip);
        emit ChainCommitted(operatorNo, tip);
    }

    /// @inheritdoc IBeacon
    function silent(uint32 operatorNo) external returns (Standing before) {
        require(msg.sender == address(_disputes), NotDisputes(msg.sender));
        // Members are fixed when a round opens: a round that is open counts on it.
        Current memory current = _slot.unpack();
        return _leave(operatorNo, current.waiting ? current.round + 1 : current.round);
    }

    /// @inheritdoc IBeacon
    function comeBack() external {
        (, uint32 operatorNo,) = _registry.actor(msg.sender);
        Chain memory chain = _chain(_loadCohort(), operatorNo);
        require(operatorNo != 0 && chain.awayFrom != 0, NotAway(operatorNo));
        chain.awayFrom = 0;
        _goOver(operatorNo, chain);
        // Like a new chain: it counts for rounds whose members are fixed later.
        if (chain.ordinal != 0) chain.ordinal = _change();
        _saveChain(operatorNo, chain);
        emit CameBack(operatorNo);
    }

    /// @inheritdoc IBeacon
    function isAway(uint32 operatorNo) external view returns (bool) {
        return _chain(_loadCohort(), operatorNo).awayFrom != 0;
    }

    /// @inheritdoc IHashChainBeacon
    function reveal(uint40 round, uint32[] calldata operatorNos, bytes32[] calldata preimages)
        external
    {
        Current memory current = _slot.unpack();
        _requireOpen(current, round);
        require(
            operatorNos.length == preimages.length,
            LengthsDiffer(operatorNos.length, preimages.length)
        );
        Cohort memory cohort = _loadCohort();
        uint256 mix = _advanceTogether(cohort, current, operatorNos, preimages);
        if (mix != 0) {
            emit PreimagesRevealed(round, operatorNos, preimages);
            _close(current, mix, new uint32[](0));
        } else {
            _revealEach(cohort, current, operatorNos, preimages);
        }
    }

    /// @inheritdoc IHashChainBeacon
    function closeRound(uint40 round) external {
        Current memory current = _slot.unpack();
        _requireOpen(current, round);
        if (current.openedAtSec == 0) {
            current.openedAtSec = uint40(block.timestamp);
            _slot = current.pack();
            return;
        }
        uint256 untilSec = uint256(current.openedAtSec) + _registry.parameters().beaconWindowSec;
        require(block.timestamp >= untilSec, WindowOpen(untilSec));
        Cohort memory cohort = _loadCohort();
        if (current.mixed) {
            uint32[] memory verifiers = _registry.verifiersOf(current.generation);
            _close(current, _mix, _select(cohort, current, verifiers, true));
            return;
        }
        // Nobody's preimage is out: a set of which all are gone for good must not stop the network.
        uint32 generation = _registry.generation();
        require(
            generation != current.generation || cohort.changes != current.changes,
            NobodyRevealed(round)
        );
        _goOverAll(cohort, _registry.verifiersOf(current.generation));
        _open(current, current.openBlock, generation);
        current.openedAtSec = uint40(block.timestamp);
        _slot = current.pack();
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
        Current memory current = _slot.unpack();
        return (current.round, current.openBlock, current.openedAtSec, current.waiting);
    }

    /// @inheritdoc IHashChainBeacon
    function tipOf(uint32 operatorNo)
        external
        view
        returns (bytes32 anchor, uint32 usedPreimages, uint32 behind)
    {
        Cohort memory cohort = _loadCohort();
        Chain memory chain = _chain(cohort, operatorNo);
        (anchor, behind) = _anchorOf(cohort, operatorNo, chain);
        return (anchor, chain.used, behind);
    }

    /// @inheritdoc IHashChainBeacon
    function nextTipOf(uint32 operatorNo) external view returns (bytes32) {
        return _nextTipOf(operatorNo);
    }

    /// @inheritdoc IHashChainBeacon
    function members() external view returns (uint32[] memory) {
        Current memory current = _slot.unpack();
        if (!current.waiting) _open(current, 0, _registry.generation());
        uint32[] memory verifiers = _registry.verifiersOf(current.generation);
        return _select(_loadCohort(), current, verifiers, false);
    }

    /// @inheritdoc IHashChainBeacon
    function hasRevealed(uint40 round, uint32 operatorNo) external view returns (bool) {
        return round != 0 && _chain(_loadCohort(), operatorNo).lastRound == round;
    }

    /// @dev Fixes the members. Where blocks must pass first, nobody can tell yet when the round will open.
    function _open(Current memory current, uint40 openBlock, uint32 generation) private view {
        current.waiting = true;
        current.openBlock = openBlock;
        current.openedAtSec = openBlock <= block.number ? uint40(block.timestamp) : 0;
        current.generation = generation;
        current.changes = _loadCohort().changes;
    }

    /// @dev Takes the preimages one by one, and closes the round when all are there.
    function _revealEach(
        Cohort memory cohort,
        Current memory current,
        uint32[] calldata operatorNos,
        bytes32[] calldata preimages
    ) private {
        uint32[] memory verifiers = _registry.verifiersOf(current.generation);
        uint256 mix = _take(cohort, current, verifiers, operatorNos, preimages);
        if (mix != 0 && _select(cohort, current, verifiers, true).length == 0) {
            if (cohort.changes == current.changes) _form(cohort, current, verifiers);
            _close(current, mix, new uint32[](0));
            return;
        }
        if (current.openedAtSec == 0) current.openedAtSec = uint40(block.timestamp);
        current.mixed = mix != 0;
        _slot = current.pack();
        _mix = mix;
    }

    /// @dev Takes the preimages that are new; one that came before hurts nobody.
    function _take(
        Cohort memory cohort,
        Current memory current,
        uint32[] memory verifiers,
        uint32[] calldata operatorNos,
        bytes32[] calldata preimages
    ) private returns (uint256 mix) {
        if (current.mixed) mix = _mix;
        uint32[] memory who = new uint32[](operatorNos.length);
        bytes32[] memory what = new bytes32[](operatorNos.length);
        uint256 count;
        for (uint256 i; i < operatorNos.length; ++i) {
            uint32 operatorNo = operatorNos[i];
            Chain memory chain = _chain(cohort, operatorNo);
            if (chain.lastRound == current.round) continue;
            require(
                _contains(verifiers, operatorNo) && _isAwaited(current, chain),
                NotAMember(operatorNo)
            );
            _advance(cohort, chain, current.round, operatorNo, preimages[i]);
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

    function _close(Current memory current, uint256 mix, uint32[] memory missing) private {
        uint40 round = current.round;
        bytes32 before = bytes32(bytes27(bytes32(_rounds[round - 1])));
        bytes27 seed = bytes27(keccak256(abi.encode(bytes32("deed.round.1"), round, before, mix)));
        _rounds[round] = uint256(bytes32(seed)) | uint40(block.timestamp);
        if (current.mixed) _mix = 0;
        Standing[] memory standings = _leaveAll(missing, round + 1);
        current.round = round + 1;
        (current.waiting, current.mixed) = (false, false);
        uint40 nextOpenBlock = current.nextOpenBlock;
        if (current.nextWaiting) {
            current.nextWaiting = false;
            current.nextOpenBlock = 0;
            if (nextOpenBlock < block.number) nextOpenBlock = uint40(block.number);
            _open(current, nextOpenBlock, _registry.generation());
        }
        _slot = current.pack();
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
        Cohort memory cohort = _loadCohort();
        Chain memory chain = _chain(cohort, operatorNo);
        if (chain.awayFrom != 0) return Standing.Away;
        before = chain.probation == 0 ? Standing.Good : Standing.OnProbation;
        (chain.awayFrom, chain.probation) = (fromRound, PROBATION);
        _saveChain(operatorNo, chain);
        _dissolve(cohort, chain.cohortNo);
        emit WentAway(operatorNo, fromRound);
    }

    /// @dev The round opens anew, and nobody's preimage is out: chains that follow need not wait for it.
    function _goOverAll(Cohort memory cohort, uint32[] memory verifiers) private {
        for (uint256 i; i < verifiers.length; ++i) {
            Chain memory chain = _chain(cohort, verifiers[i]);
            if (!chain.followed) continue;
            _goOver(verifiers[i], chain);
            _saveChain(verifiers[i], chain);
        }
    }

    /// @dev A preimage can only be out when the head has reached the opening block.
    function _requireOpen(Current memory current, uint40 round) private view {
        require(round == current.round, WrongRound(round, current.round));
        require(current.waiting && block.number > current.openBlock, RoundNotOpen(round));
    }

    /// @dev Members of the round, or those of them whose preimage is awaited.
    function _select(
        Cohort memory cohort,
        Current memory current,
        uint32[] memory verifiers,
        bool awaited
    ) private view returns (uint32[] memory selected) {
        uint256 count;
        selected = new uint32[](verifiers.length);
        for (uint256 i; i < verifiers.length; ++i) {
            Chain memory chain = _chain(cohort, verifiers[i]);
            bool given = chain.lastRound == current.round;
            if (_isAwaited(current, chain) || (given && !awaited)) {
                selected[count++] = verifiers[i];
            }
        }
        assembly ("memory-safe") {
            mstore(selected, count)
        }
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
    function _isAwaited(Current memory current, Chain memory chain) private pure returns (bool) {
        return chain.ordinal != 0 && chain.ordinal <= current.changes && chain.used < CHAIN_LENGTH
            && chain.lastRound != current.round
            && (chain.awayFrom == 0 || current.round < chain.awayFrom);
    }
}
