// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {
    IExecutionsErrors,
    IExecutionsEvents,
    IExecutionsTypes
} from "../interfaces/IExecutions.sol";
import { Duty } from "../libraries/Duty.sol";
import { SeatEntries, SeatEntry } from "./SeatEntries.sol";
import { Seats } from "./Seats.sol";
import { BatchSlot, FallbackState, Finding, Modules, State } from "./State.sol";

/// @title Results of a committee, execution by execution (spec 06).
library Verdicts {
    uint8 private constant LAST_DRAW = 2;

    /// @dev What one seat found; a silent one has operator 0.
    struct Found {
        uint32 operatorNo;
        uint256 fault;
        uint256 unable;
    }

    /// @dev What a committee found together.
    /// @param round The next draw's round; 0 when there is none.
    /// @param toVote No further draw: what is pending goes to all.
    struct Result {
        uint256 fault;
        uint256 unable;
        uint256 pending;
        uint40 round;
        bool toVote;
    }

    /// @notice All verdicts at once, as the seats exchanged them off-chain.
    function finalise(
        State storage state,
        Modules memory modules,
        uint64 batchNo,
        bytes32 recordBlockHash,
        bytes calldata verdicts
    ) internal {
        Seats.Sitting memory sitting = Seats.open(state, modules, batchNo);
        uint8 draw = sitting.batch.draw;
        if (sitting.batch.marked) _checkPhase(state.fallbacks[batchNo], batchNo);
        Seats.draw(modules, sitting);
        SeatEntry[] memory entries = SeatEntries.read(verdicts, sitting.positions.length);
        Seats.checkBlockHash(sitting, recordBlockHash);
        Found[] memory found = _checkAll(modules, sitting, recordBlockHash, entries, verdicts);
        for (uint256 seat; seat < entries.length; ++seat) {
            keepReport(
                state, sitting, entries[seat].nodeNo, entries[seat].fault, entries[seat].reportHash
            );
        }
        Result memory result = total(found);
        conclude(state, modules, sitting, found, result);
        emit IExecutionsEvents.Finalised(
            batchNo,
            draw,
            result.fault,
            result.unable,
            result.pending,
            result.round,
            recordBlockHash,
            verdicts
        );
    }

    /// @notice A fault takes precedence; what somebody could not judge, and nobody faults, is pending.
    function total(Found[] memory found) internal pure returns (Result memory result) {
        for (uint256 seat; seat < found.length; ++seat) {
            result.fault |= found[seat].fault;
            result.unable |= found[seat].unable;
        }
        result.pending = result.unable & ~result.fault;
    }

    /// @notice Remembers what a dispute will ask for: the report, where there is a fault.
    function keepReport(
        State storage state,
        Seats.Sitting memory sitting,
        uint32 nodeNo,
        uint256 fault,
        bytes32 reportHash
    ) internal {
        if (fault == 0) return;
        state.faultReports[reportKey(sitting.batchNo, sitting.batch.draw, nodeNo)] = reportHash;
    }

    /// @notice Ends the present draw: faults are disputed, what is pending goes to the next draw or to all.
    function conclude(
        State storage state,
        Modules memory modules,
        Seats.Sitting memory sitting,
        Found[] memory found,
        Result memory result
    ) internal {
        uint64 batchNo = sitting.batchNo;
        IExecutionsTypes.Batch memory next = BatchSlot.load(state, batchNo);
        // What evidence voided needs no dispute and no other draw.
        uint256 open = ~BatchSlot.voided(state, batchNo, next);
        result.pending &= open;
        uint256 disputed = result.fault & open;
        uint256 questioned = disputed | result.pending;
        if (questioned != 0) _keepFindings(state, sitting, found, questioned);
        if (disputed != 0) state.disputed[batchNo] |= disputed;
        if (next.draw != 0 || result.pending != 0) state.pending[batchNo] = result.pending;
        if (next.marked) forget(state.fallbacks[batchNo]);
        next.judgedAtSec = uint40(block.timestamp);
        if (result.pending == 0) {
            next.status = IExecutionsTypes.BatchStatus.Settled;
        } else if (result.toVote || next.draw == LAST_DRAW) {
            next.draw = BatchSlot.VOTE;
        } else {
            ++next.draw;
            next.round = result.round = modules.beacon.assign();
        }
        BatchSlot.save(state, batchNo, next);
    }

    /// @notice Empties the fall-back of a draw that ended.
    function forget(FallbackState storage fallen) internal {
        if (fallen.phase == IExecutionsTypes.FallbackPhase.None) return;
        for (uint256 seat; seat < fallen.count; ++seat) {
            delete fallen.seats[seat];
        }
        fallen.phase = IExecutionsTypes.FallbackPhase.None;
        (fallen.replacements, fallen.count, fallen.revealed, fallen.gone) = (0, 0, 0, 0);
        (fallen.positions, fallen.deadlineSec, fallen.round, fallen.sat) = (0, 0, 0, 0);
    }

    function reportKey(uint64 batchNo, uint8 draw, uint32 nodeNo) internal pure returns (uint256) {
        return (uint256(batchNo) << 40) | (uint256(draw) << 32) | nodeNo;
    }

    function findingsKey(uint64 batchNo, uint8 draw) internal pure returns (uint256) {
        return (uint256(batchNo) << 8) | draw;
    }

    /// @dev Off-chain verdicts count until the first commitments of the fall-back are over.
    function _checkPhase(FallbackState storage fallen, uint64 batchNo) private view {
        IExecutionsTypes.FallbackPhase phase = fallen.phase;
        if (phase == IExecutionsTypes.FallbackPhase.None) return;
        require(
            phase == IExecutionsTypes.FallbackPhase.Commit && fallen.replacements == 0,
            IExecutionsErrors.WrongPhase(batchNo, phase)
        );
        require(
            block.timestamp <= fallen.deadlineSec,
            IExecutionsErrors.WindowClosed(fallen.deadlineSec)
        );
    }

    /// @dev Every opening gives its commitment, all of them the set that every signature must name.
    function _checkAll(
        Modules memory modules,
        Seats.Sitting memory sitting,
        bytes32 recordBlockHash,
        SeatEntry[] memory entries,
        bytes calldata verdicts
    ) private view returns (Found[] memory found) {
        Duty.Verdict memory signed;
        (signed.batchNo, signed.draw) = (sitting.batchNo, sitting.batch.draw);
        signed.recordBlockHash = recordBlockHash;
        signed.commitmentsHash = Seats.setOf(sitting, entries);
        found = new Found[](entries.length);
        for (uint256 seat; seat < entries.length; ++seat) {
            SeatEntry memory entry = entries[seat];
            Seats.checkBits(sitting, entry.fault, entry.unable);
            address key = Seats.keyAt(modules, sitting, seat, entry.nodeNo);
            (signed.fault, signed.unable) = (entry.fault, entry.unable);
            signed.reportHash = entry.reportHash;
            (signed.auditSeq, signed.auditHead) = (entry.auditSeq, entry.auditHead);
            Seats.checkSignature(
                modules, seat, key, signed, SeatEntries.signatureOf(entry, verdicts)
            );
            uint32 operatorNo = sitting.verifiers[sitting.positions[seat]];
            found[seat] = Found(operatorNo, entry.fault, entry.unable);
        }
    }

    /// @dev Who found right what its draw did not accept: it answers for that if everyone voids the record.
    function _keepFindings(
        State storage state,
        Seats.Sitting memory sitting,
        Found[] memory found,
        uint256 questioned
    ) private {
        Finding[] storage kept = state.findings[findingsKey(sitting.batchNo, sitting.batch.draw)];
        for (uint256 seat; seat < found.length; ++seat) {
            uint256 right = questioned & ~found[seat].fault & ~found[seat].unable;
            if (found[seat].operatorNo != 0 && right != 0) {
                kept.push(Finding(found[seat].operatorNo, right));
            }
        }
    }
}
