// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {
    IExecutionsErrors,
    IExecutionsEvents,
    IExecutionsTypes
} from "../interfaces/IExecutions.sol";
import { IRegistryTypes } from "../interfaces/IRegistry.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";
import { Bits } from "../libraries/Bits.sol";
import { Duty } from "../libraries/Duty.sol";
import { Seats } from "./Seats.sol";
import { BatchSlot, FallbackState, Finding, Modules, SeatState, State } from "./State.sol";
import { Verdicts } from "./Verdicts.sol";

/// @title The committee of a batch: verdicts from off-chain, and commit and reveal on-chain (spec 06).
/// @notice A library with an address of its own: Executions would outgrow the code size limit.
library Committee {
    uint8 private constant MAX_REPLACEMENTS = 2;

    /// @notice See IExecutions.finalise.
    function finalise(
        State storage state,
        Modules memory modules,
        uint64 batchNo,
        bytes32 recordBlockHash,
        bytes calldata verdicts
    ) external {
        Verdicts.finalise(state, modules, batchNo, recordBlockHash, verdicts);
    }

    /// @notice See IExecutions.openFallback.
    function openFallback(State storage state, Modules memory modules, uint64 batchNo) external {
        Seats.Sitting memory sitting = Seats.open(state, modules, batchNo);
        FallbackState storage fallen = state.fallbacks[batchNo];
        require(
            fallen.phase == IExecutionsTypes.FallbackPhase.None,
            IExecutionsErrors.FallbackOpen(batchNo)
        );
        uint256 windowSec = modules.registry.parameters().verdictWindowSec;
        uint256 untilSec = Seats.draw(modules, sitting) + windowSec;
        require(block.timestamp >= untilSec, IExecutionsErrors.WindowOpen(untilSec));
        if (sitting.positions.length == 0) {
            Verdicts.Found[] memory nobody = new Verdicts.Found[](0);
            _conclude(state, modules, sitting, nobody, _incomplete(sitting, nobody, true));
            return;
        }
        sitting.batch.marked = true;
        BatchSlot.save(state, batchNo, sitting.batch);
        fallen.phase = IExecutionsTypes.FallbackPhase.Commit;
        fallen.count = uint8(sitting.positions.length);
        fallen.deadlineSec = uint40(block.timestamp + windowSec);
        for (uint256 seat; seat < sitting.positions.length; ++seat) {
            _seat(fallen, seat, sitting.positions[seat], sitting.drawnAtSec);
        }
        emit IExecutionsEvents.FallbackOpened(
            batchNo, sitting.batch.draw, Seats.operators(sitting), fallen.deadlineSec
        );
    }

    /// @notice See IExecutions.postCommitment.
    function postCommitment(
        State storage state,
        Modules memory modules,
        uint64 batchNo,
        uint32 nodeNo,
        bytes32 commitment,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata signature
    ) external {
        AuditPosition.check(auditSeq);
        FallbackState storage fallen = state.fallbacks[batchNo];
        _requirePhase(fallen, batchNo, IExecutionsTypes.FallbackPhase.Commit);
        Seats.Sitting memory sitting = _sitting(state, modules, fallen, batchNo);
        (uint256 seat, uint32 operatorNo, address key) =
            Seats.seatOf(modules, sitting, fallen, nodeNo);
        require(fallen.seats[seat].commitment == 0, IExecutionsErrors.SeatCommitted(seat));
        bytes32 signed =
            Duty.hashCommitment(batchNo, sitting.batch.draw, commitment, auditSeq, auditHead);
        bytes32 digest = MessageHashUtils.toTypedDataHash(modules.domainSeparator, signed);
        require(
            commitment != 0 && Duty.signed(digest, signature, key),
            IExecutionsErrors.BadCommitmentSignature(seat)
        );
        fallen.seats[seat].commitment = commitment;
        if (_withoutCommitment(fallen) == 0) {
            fallen.phase = IExecutionsTypes.FallbackPhase.Reveal;
            fallen.deadlineSec = _deadline(modules);
        }
        emit IExecutionsEvents.CommitmentPosted(batchNo, sitting.batch.draw, operatorNo, commitment);
    }

    /// @notice See IExecutions.revealVerdict.
    function revealVerdict(
        State storage state,
        Modules memory modules,
        uint64 batchNo,
        bytes32 recordBlockHash,
        IExecutionsTypes.SeatVerdict calldata verdict,
        bytes calldata report
    ) external {
        FallbackState storage fallen = state.fallbacks[batchNo];
        _requirePhase(fallen, batchNo, IExecutionsTypes.FallbackPhase.Reveal);
        Seats.Sitting memory sitting = _sitting(state, modules, fallen, batchNo);
        uint256 seat = _checkReveal(modules, sitting, fallen, recordBlockHash, verdict, report);
        SeatState storage kept = fallen.seats[seat];
        (kept.nodeNo, kept.fault, kept.unable) = (verdict.nodeNo, verdict.fault, verdict.unable);
        fallen.revealed |= uint8(1 << seat);
        Verdicts.keepReport(state, sitting, verdict.nodeNo, verdict.fault, verdict.reportHash);
        emit IExecutionsEvents.VerdictRevealed(batchNo, sitting.batch.draw, verdict, report);
        if (fallen.revealed == Bits.mask(fallen.count)) {
            Verdicts.Found[] memory found = _found(sitting, fallen);
            _conclude(state, modules, sitting, found, Verdicts.total(found));
        }
    }

    /// @notice See IExecutions.advanceFallback.
    function advanceFallback(State storage state, Modules memory modules, uint64 batchNo) external {
        FallbackState storage fallen = state.fallbacks[batchNo];
        IExecutionsTypes.FallbackPhase phase = fallen.phase;
        require(
            phase != IExecutionsTypes.FallbackPhase.None,
            IExecutionsErrors.WrongPhase(batchNo, phase)
        );
        Seats.Sitting memory sitting = _sitting(state, modules, fallen, batchNo);
        if (phase == IExecutionsTypes.FallbackPhase.WaitRound) {
            _seatReplacements(state, modules, sitting, fallen);
            return;
        }
        require(
            block.timestamp > fallen.deadlineSec, IExecutionsErrors.WindowOpen(fallen.deadlineSec)
        );
        bool revealing = phase == IExecutionsTypes.FallbackPhase.Reveal;
        uint256 gone = revealing
            ? Bits.mask(fallen.count) & ~uint256(fallen.revealed)
            : _withoutCommitment(fallen);
        uint32[] memory silent = _named(sitting, gone);
        _endWindow(state, modules, sitting, fallen, gone, silent);
        for (uint256 i; i < silent.length; ++i) {
            modules.disputes.missingVerdict(batchNo, silent[i], revealing);
        }
    }

    /// @notice See IExecutions.committee.
    function committee(State storage state, Modules memory modules, uint64 batchNo)
        external
        view
        returns (uint32[] memory)
    {
        Seats.Sitting memory sitting;
        (sitting.batchNo, sitting.batch) = (batchNo, Seats.batchOf(state, batchNo));
        sitting.verifiers = modules.registry.verifiersOf(sitting.batch.generation);
        FallbackState storage fallen = state.fallbacks[batchNo];
        if (fallen.phase != IExecutionsTypes.FallbackPhase.None) {
            Seats.recall(sitting, fallen);
        } else if (Seats.isDrawn(modules, sitting.batch)) {
            Seats.draw(modules, sitting);
        }
        return Seats.operators(sitting);
    }

    /// @notice See IExecutions.fallbackOf.
    function fallbackOf(State storage state, Modules memory modules, uint64 batchNo)
        external
        view
        returns (IExecutionsTypes.Fallback memory shown)
    {
        FallbackState storage fallen = state.fallbacks[batchNo];
        if (fallen.phase == IExecutionsTypes.FallbackPhase.None) return shown;
        Seats.Sitting memory sitting = _sitting(state, modules, fallen, batchNo);
        (shown.phase, shown.replacements) = (fallen.phase, fallen.replacements);
        (shown.deadlineSec, shown.round) = (fallen.deadlineSec, fallen.round);
        shown.revealedMask = fallen.revealed;
        shown.seats = Seats.operators(sitting);
        shown.commitments = _commitments(fallen);
        Verdicts.Result memory result = Verdicts.total(_found(sitting, fallen));
        (shown.fault, shown.unable) = (result.fault, result.unable);
    }

    /// @notice See IExecutions.rightSeats.
    function rightSeats(State storage state, uint64 batchNo, uint16 index)
        external
        view
        returns (uint32[] memory operatorNos)
    {
        uint256 count;
        operatorNos = new uint32[](16);
        for (uint8 draw; draw < 3; ++draw) {
            Finding[] storage kept = state.findings[Verdicts.findingsKey(batchNo, draw)];
            for (uint256 i; i < kept.length; ++i) {
                if (Bits.has(kept[i].right, index)) operatorNos[count++] = kept[i].operatorNo;
            }
        }
        assembly ("memory-safe") {
            mstore(operatorNos, count)
        }
    }

    function _checkReveal(
        Modules memory modules,
        Seats.Sitting memory sitting,
        FallbackState storage fallen,
        bytes32 recordBlockHash,
        IExecutionsTypes.SeatVerdict calldata verdict,
        bytes calldata report
    ) private view returns (uint256 seat) {
        address key;
        (seat,, key) = Seats.seatOf(modules, sitting, fallen, verdict.nodeNo);
        require(!Bits.has(fallen.revealed, seat), IExecutionsErrors.SeatRevealed(seat));
        require(
            Seats.commitmentOf(sitting, verdict) == fallen.seats[seat].commitment,
            IExecutionsErrors.CommitmentDiffers(seat)
        );
        Seats.checkBlockHash(sitting, recordBlockHash);
        bytes32 set = _setHash(fallen);
        Seats.check(modules, sitting, seat, key, recordBlockHash, set, verdict, report);
    }

    /// @dev What follows a window in which `gone` were silent: the result where a fault stands, else
    /// replacements, at most twice, else everyone votes. Revealed verdicts stand.
    function _endWindow(
        State storage state,
        Modules memory modules,
        Seats.Sitting memory sitting,
        FallbackState storage fallen,
        uint256 gone,
        uint32[] memory silent
    ) private {
        Verdicts.Found[] memory found = _found(sitting, fallen);
        bool faulty = Verdicts.total(found).fault != 0;
        if (faulty || fallen.replacements == MAX_REPLACEMENTS) {
            _conclude(state, modules, sitting, found, _incomplete(sitting, found, !faulty));
        } else {
            ++fallen.replacements;
            fallen.phase = IExecutionsTypes.FallbackPhase.WaitRound;
            fallen.gone = uint8(gone);
            fallen.round = modules.beacon.assign();
            emit IExecutionsEvents.SeatsReplaced(
                sitting.batchNo, sitting.batch.draw, silent, fallen.round
            );
        }
    }

    /// @dev Fewer left than needed: a smaller committee could be one colluder, so everyone votes.
    function _seatReplacements(
        State storage state,
        Modules memory modules,
        Seats.Sitting memory sitting,
        FallbackState storage fallen
    ) private {
        uint256 gone = fallen.gone;
        uint256 wanted = Bits.count(gone);
        uint256[] memory drawn = Seats.drawReplacements(modules, sitting, fallen, wanted);
        if (drawn.length < wanted) {
            Verdicts.Found[] memory found = _found(sitting, fallen);
            _conclude(state, modules, sitting, found, _incomplete(sitting, found, true));
            return;
        }
        uint256 next;
        for (uint256 seat; seat < fallen.count; ++seat) {
            if (Bits.has(gone, seat)) _seat(fallen, seat, drawn[next++], sitting.drawnAtSec);
        }
        fallen.gone = 0;
        fallen.phase = IExecutionsTypes.FallbackPhase.Commit;
        fallen.deadlineSec = _deadline(modules);
        Seats.recall(sitting, fallen);
        emit IExecutionsEvents.SeatsDrawn(
            sitting.batchNo, sitting.batch.draw, Seats.operators(sitting), fallen.deadlineSec
        );
    }

    /// @dev What no revealed verdict faults stays open when a seat is missing.
    function _incomplete(Seats.Sitting memory sitting, Verdicts.Found[] memory found, bool toVote)
        private
        pure
        returns (Verdicts.Result memory result)
    {
        result = Verdicts.total(found);
        result.pending = sitting.judged & ~result.fault;
        result.toVote = toVote;
    }

    function _conclude(
        State storage state,
        Modules memory modules,
        Seats.Sitting memory sitting,
        Verdicts.Found[] memory found,
        Verdicts.Result memory result
    ) private {
        Verdicts.conclude(state, modules, sitting, found, result);
        emit IExecutionsEvents.Finalised(
            sitting.batchNo,
            sitting.batch.draw,
            result.fault,
            result.unable,
            result.pending,
            result.round,
            0,
            ""
        );
    }

    function _seat(FallbackState storage fallen, uint256 seat, uint256 position, uint40 drawnAtSec)
        private
    {
        uint256 shift = 8 * seat;
        uint256 others = uint256(fallen.positions) & ~(uint256(0xff) << shift);
        fallen.positions = uint40(others | (position << shift));
        fallen.sat |= uint128(1 << position);
        delete fallen.seats[seat];
        fallen.seats[seat].drawnAtSec = drawnAtSec;
    }

    function _sitting(
        State storage state,
        Modules memory modules,
        FallbackState storage fallen,
        uint64 batchNo
    ) private view returns (Seats.Sitting memory sitting) {
        sitting = Seats.open(state, modules, batchNo);
        Seats.recall(sitting, fallen);
    }

    function _requirePhase(
        FallbackState storage fallen,
        uint64 batchNo,
        IExecutionsTypes.FallbackPhase expected
    ) private view {
        require(fallen.phase == expected, IExecutionsErrors.WrongPhase(batchNo, fallen.phase));
        require(
            block.timestamp <= fallen.deadlineSec,
            IExecutionsErrors.WindowClosed(fallen.deadlineSec)
        );
    }

    function _found(Seats.Sitting memory sitting, FallbackState storage fallen)
        private
        view
        returns (Verdicts.Found[] memory found)
    {
        found = new Verdicts.Found[](sitting.positions.length);
        for (uint256 seat; seat < found.length; ++seat) {
            if (!Bits.has(fallen.revealed, seat)) continue;
            SeatState storage kept = fallen.seats[seat];
            uint32 operatorNo = sitting.verifiers[sitting.positions[seat]];
            found[seat] = Verdicts.Found(operatorNo, kept.fault, kept.unable);
        }
    }

    function _named(Seats.Sitting memory sitting, uint256 chosen)
        private
        pure
        returns (uint32[] memory operatorNos)
    {
        operatorNos = new uint32[](Bits.count(chosen));
        uint256 next;
        for (uint256 seat; seat < sitting.positions.length; ++seat) {
            if (!Bits.has(chosen, seat)) continue;
            operatorNos[next++] = sitting.verifiers[sitting.positions[seat]];
        }
    }

    function _withoutCommitment(FallbackState storage fallen) private view returns (uint256 gone) {
        for (uint256 seat; seat < fallen.count; ++seat) {
            if (fallen.seats[seat].commitment == 0) gone |= 1 << seat;
        }
    }

    function _commitments(FallbackState storage fallen)
        private
        view
        returns (bytes32[] memory all)
    {
        all = new bytes32[](fallen.count);
        for (uint256 seat; seat < all.length; ++seat) {
            all[seat] = fallen.seats[seat].commitment;
        }
    }

    function _setHash(FallbackState storage fallen) private view returns (bytes32) {
        return keccak256(abi.encodePacked(_commitments(fallen)));
    }

    function _deadline(Modules memory modules) private view returns (uint40) {
        IRegistryTypes.Parameters memory rules = modules.registry.parameters();
        return uint40(block.timestamp + rules.verdictWindowSec);
    }
}
