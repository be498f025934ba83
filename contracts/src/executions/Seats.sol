// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import { IExecutionsErrors, IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";
import { Bits } from "../libraries/Bits.sol";
import { Draw } from "../libraries/Draw.sol";
import { Duty } from "../libraries/Duty.sol";
import { SeatEntries, SeatEntry } from "./SeatEntries.sol";
import { BatchSlot, FallbackState, Modules, NodeDuty, State } from "./State.sol";

/// @title Who sits, over what, and what a seat's verdict must be (spec 05 and 06).
library Seats {
    uint8 private constant VERIFIER = 2;

    /// @dev A committee over a batch.
    /// @param positions Seats, as positions in `verifiers`.
    /// @param drawnAtSec When the round closed that drew them; not known of the seats of a fall-back.
    struct Sitting {
        uint64 batchNo;
        IExecutionsTypes.Batch batch;
        uint256 judged;
        uint32[] verifiers;
        uint256[] positions;
        uint40 drawnAtSec;
    }

    /// @notice The batch and what its present draw judges; without the seats.
    function open(State storage state, Modules memory modules, uint64 batchNo)
        internal
        view
        returns (Sitting memory sitting)
    {
        IExecutionsTypes.Batch memory batch = BatchSlot.load(state, batchNo);
        require(
            batch.status == IExecutionsTypes.BatchStatus.Recorded,
            IExecutionsErrors.WrongBatchStatus(batchNo, batch.status)
        );
        require(batch.draw != BatchSlot.VOTE, IExecutionsErrors.GoneToVote(batchNo));
        sitting.batchNo = batchNo;
        sitting.batch = batch;
        sitting.judged =
            batch.draw == 0 ? BatchSlot.posted(state, batchNo, batch) : state.pending[batchNo];
        sitting.verifiers = modules.registry.verifiersOf(batch.generation);
    }

    function batchOf(State storage state, uint64 batchNo)
        internal
        view
        returns (IExecutionsTypes.Batch memory)
    {
        return BatchSlot.load(state, batchNo);
    }

    /// @notice Has the batch's present draw a committee?
    function isDrawn(Modules memory modules, IExecutionsTypes.Batch memory batch)
        internal
        view
        returns (bool)
    {
        if (batch.round == 0 || batch.draw == BatchSlot.VOTE) return false;
        (, uint40 closedAtSec) = modules.beacon.seedOf(batch.round);
        return closedAtSec != 0;
    }

    /// @notice Draws the committee from its round's seed. @return closedAtSec When that round closed.
    function draw(Modules memory modules, Sitting memory sitting)
        internal
        view
        returns (uint40 closedAtSec)
    {
        bytes27 seed;
        (seed, closedAtSec) = modules.beacon.seedOf(sitting.batch.round);
        require(closedAtSec != 0, IExecutionsErrors.RoundOpen(sitting.batch.round));
        sitting.drawnAtSec = closedAtSec;
        uint256 verifiers = sitting.verifiers.length;
        sitting.positions = Draw.seats(
            seed,
            sitting.batchNo,
            sitting.batch.draw,
            verifiers,
            executorBit(modules, sitting),
            Draw.seatCount(verifiers)
        );
    }

    /// @notice Draws replacements. @return drawn Fewer than wanted when too few are left.
    function drawReplacements(
        Modules memory modules,
        Sitting memory sitting,
        FallbackState storage fallen,
        uint256 wanted
    ) internal view returns (uint256[] memory drawn) {
        (bytes27 seed, uint40 closedAtSec) = modules.beacon.seedOf(fallen.round);
        require(closedAtSec != 0, IExecutionsErrors.RoundOpen(fallen.round));
        sitting.drawnAtSec = closedAtSec;
        return Draw.seats(
            seed,
            sitting.batchNo,
            sitting.batch.draw + 16 * uint256(fallen.replacements),
            sitting.verifiers.length,
            executorBit(modules, sitting) | fallen.sat,
            wanted
        );
    }

    /// @notice The executor's operator never sits over its own record.
    function executorBit(Modules memory modules, Sitting memory sitting)
        internal
        view
        returns (uint256)
    {
        (uint32 operatorNo,) = NodeDuty.dutyOf(modules.registry, sitting.batch.nodeNo);
        for (uint256 i; i < sitting.verifiers.length; ++i) {
            if (sitting.verifiers[i] == operatorNo) return 1 << i;
        }
        return 0;
    }

    /// @notice Takes the seats that the fall-back stored.
    function recall(Sitting memory sitting, FallbackState storage fallen) internal view {
        sitting.positions = new uint256[](fallen.count);
        for (uint256 seat; seat < sitting.positions.length; ++seat) {
            sitting.positions[seat] = uint8(fallen.positions >> (8 * seat));
        }
    }

    function operators(Sitting memory sitting) internal pure returns (uint32[] memory numbers) {
        numbers = new uint32[](sitting.positions.length);
        for (uint256 seat; seat < numbers.length; ++seat) {
            numbers[seat] = sitting.verifiers[sitting.positions[seat]];
        }
    }

    /// @notice The seat that a node's operator has in a fall-back, and the node's duty key, provided that it was
    /// not switched off before the seat was drawn.
    function seatOf(
        Modules memory modules,
        Sitting memory sitting,
        FallbackState storage fallen,
        uint32 nodeNo
    ) internal view returns (uint256 seat, uint32 operatorNo, address dutyKey) {
        uint8 roles;
        (operatorNo, roles) = NodeDuty.dutyOf(modules.registry, nodeNo);
        for (; seat < sitting.positions.length; ++seat) {
            if (sitting.verifiers[sitting.positions[seat]] == operatorNo) break;
        }
        require(
            seat < sitting.positions.length && roles & VERIFIER != 0,
            IExecutionsErrors.BadSeat(seat, nodeNo, operatorNo)
        );
        (,, dutyKey) = modules.registry.duty(nodeNo, fallen.seats[seat].drawnAtSec);
        require(dutyKey != address(0), IExecutionsErrors.BadSeat(seat, nodeNo, operatorNo));
    }

    /// @notice The key of a node that must belong to seat `seat`.
    function keyAt(Modules memory modules, Sitting memory sitting, uint256 seat, uint32 nodeNo)
        internal
        view
        returns (address dutyKey)
    {
        uint32 operatorNo;
        uint8 roles;
        (operatorNo, roles, dutyKey) = modules.registry.duty(nodeNo, sitting.drawnAtSec);
        require(
            operatorNo == sitting.verifiers[sitting.positions[seat]] && roles & VERIFIER != 0,
            IExecutionsErrors.BadSeat(seat, nodeNo, operatorNo)
        );
    }

    /// @notice What a seat committed to, from its opening.
    function commitmentOf(Sitting memory sitting, IExecutionsTypes.SeatVerdict calldata verdict)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(
            abi.encode(
                sitting.batchNo,
                sitting.batch.draw,
                verdict.nodeNo,
                verdict.fault,
                verdict.unable,
                verdict.reportHash,
                verdict.salt
            )
        );
    }

    /// @notice Checks all of a verdict but its commitment.
    function check(
        Modules memory modules,
        Sitting memory sitting,
        uint256 seat,
        address dutyKey,
        bytes32 recordBlockHash,
        bytes32 commitmentsHash,
        IExecutionsTypes.SeatVerdict calldata verdict,
        bytes calldata report
    ) internal pure {
        AuditPosition.check(verdict.auditSeq);
        checkBits(sitting, verdict.fault, verdict.unable);
        (bool valid, uint256 named) = SeatEntries.faultsOf(report);
        require(
            valid && named == verdict.fault && keccak256(report) == verdict.reportHash,
            IExecutionsErrors.BadReport(seat)
        );
        Duty.Verdict memory signed = Duty.Verdict({
            batchNo: sitting.batchNo,
            draw: sitting.batch.draw,
            recordBlockHash: recordBlockHash,
            commitmentsHash: commitmentsHash,
            fault: verdict.fault,
            unable: verdict.unable,
            reportHash: verdict.reportHash,
            auditSeq: verdict.auditSeq,
            auditHead: verdict.auditHead
        });
        checkSignature(modules, seat, dutyKey, signed, verdict.signature);
    }

    function checkSignature(
        Modules memory modules,
        uint256 seat,
        address dutyKey,
        Duty.Verdict memory signed,
        bytes calldata signature
    ) internal pure {
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            modules.domainSeparator, Duty.hashVerdict(signed)
        );
        require(
            Duty.signed(digest, signature, dutyKey), IExecutionsErrors.BadVerdictSignature(seat)
        );
    }

    /// @notice Hash over the commitments that the openings give, in seat order.
    function setOf(Sitting memory sitting, SeatEntry[] memory entries)
        internal
        pure
        returns (bytes32 set)
    {
        bytes32[] memory commitments = new bytes32[](entries.length);
        uint256 batchNo = sitting.batchNo;
        uint256 draw_ = sitting.batch.draw;
        for (uint256 seat; seat < entries.length; ++seat) {
            SeatEntry memory entry = entries[seat];
            assembly ("memory-safe") {
                let scratch := mload(0x40)
                mstore(scratch, batchNo)
                mstore(add(scratch, 0x20), draw_)
                mstore(add(scratch, 0x40), mload(entry))
                // Fault, unable and the report's hash follow each other.
                mcopy(add(scratch, 0x60), add(entry, 0x80), 0x60)
                mstore(add(scratch, 0xc0), mload(add(entry, 0x60)))
                mstore(add(commitments, shl(5, add(seat, 1))), keccak256(scratch, 0xe0))
            }
        }
        assembly ("memory-safe") {
            set := keccak256(add(commitments, 0x20), shl(5, mload(commitments)))
        }
    }

    /// @notice A seat judges what its draw judges, and each bit once.
    function checkBits(Sitting memory sitting, uint256 fault, uint256 unable) internal pure {
        uint256 bits = fault | unable;
        require(
            bits & ~sitting.judged == 0 && fault & unable == 0,
            IExecutionsErrors.BitsOutOfRange(bits, sitting.judged)
        );
    }

    /// @notice The ledger that the verdicts answer is this one, as long as it can tell.
    function checkBlockHash(Sitting memory sitting, bytes32 given) internal view {
        uint40 recordBlock = sitting.batch.recordBlock;
        bytes32 actual = blockhash(recordBlock);
        require(
            actual == 0 || given == actual,
            IExecutionsErrors.WrongBlockHash(recordBlock, given, actual)
        );
    }
}
