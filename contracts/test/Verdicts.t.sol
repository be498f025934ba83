// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "../src/interfaces/IAudit.sol";
import { IExecutionsErrors, IExecutionsEvents } from "../src/interfaces/IExecutions.sol";
import { Draw } from "../src/libraries/Draw.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Verdicts exchanged off-chain and posted at once (spec 06).
contract VerdictsTest is LedgerFixture, IExecutionsEvents {
    uint64 private batchNo;

    function setUp() public {
        setUpLedger(7);
        batchNo = recorded(1, 3);
    }

    function test_TheVerdictsAreOneLog() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        bytes32 hash = recordHash(batchNo);
        vm.expectEmit(address(ledger));
        emit Finalised(batchNo, 0, 0, 0, 0, 0, hash, packed(verdicts, reports));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenABatchIsFinalisedTwice() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        bytes32 hash = recordHash(batchNo);
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongBatchStatus.selector, batchNo, BatchStatus.Settled
            )
        );
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenTheRoundIsStillOpen() public {
        uint64 next = claimTicks(2, 1);
        recordAs(2, next, 1);
        uint40 round = ledger.batch(next).round;
        assertEq(ledger.committee(next).length, 0, "no committee yet");
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.RoundOpen.selector, round));
        ledger.finalise(next, 0, packed(new SeatVerdict[](3), new bytes[](3)));
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.RoundOpen.selector, round));
        ledger.openFallback(next);
    }

    function test_Revert_WhenNotEverySeatIsThere() public {
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.WrongSeatCount.selector, 2, 3));
        ledger.finalise(batchNo, 0, packed(new SeatVerdict[](2), new bytes[](2)));
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.WrongSeatCount.selector, 4, 3));
        ledger.finalise(batchNo, 0, packed(new SeatVerdict[](4), new bytes[](4)));
    }

    function test_Revert_WhenTheBlockHashIsAnotherLedgers() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        uint40 recordBlock = ledger.batch(batchNo).recordBlock;
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongBlockHash.selector, recordBlock, bytes32("other"), hash
            )
        );
        ledger.finalise(batchNo, "other", packed(verdicts, reports));
        // When the chain no longer knows, the signatures alone say which ledger was meant.
        vm.roll(block.number + 300);
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenASeatIsNotTheDrawnOperators() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        (verdicts[0], verdicts[1]) = (verdicts[1], verdicts[0]);
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.BadSeat.selector, 0, verdicts[0].nodeNo, verdicts[0].nodeNo
            )
        );
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenTheNodeIsNoVerifier() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        uint32 operatorNo = verdicts[0].nodeNo;
        uint32 executor = join(operatorNo, 100, 1);
        verdicts[0].nodeNo = executor;
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.BadSeat.selector, 0, executor, operatorNo)
        );
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenAVerdictAnswersAnotherSetOfCommitments() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        signVerdict(batchNo, verdicts[1], "another set");
        refused(IExecutionsErrors.BadVerdictSignature.selector, 1, verdicts, reports);
    }

    function testFuzz_Revert_WhenAnythingInAnOpeningChanged(uint8 seat, uint8 what) public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        SeatVerdict memory changed = verdicts[bound(seat, 0, 2)];
        what = uint8(bound(what, 0, 4));
        if (what == 0) changed.unable ^= 1;
        if (what == 1) changed.salt ^= bytes32(uint256(1));
        if (what == 2) changed.auditSeq ^= 1;
        if (what == 3) changed.auditHead ^= bytes32(uint256(1));
        if (what == 4) changed.signature[40] ^= 0x01;
        bytes32 hash = recordHash(batchNo);
        vm.expectPartialRevert(IExecutionsErrors.BadVerdictSignature.selector);
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenBitsAreOutOfRangeOrInBothMaps() public {
        bytes32 hash = recordHash(batchNo);
        bytes4 error_ = IExecutionsErrors.BitsOutOfRange.selector;
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = first(8, 0);
        vm.expectRevert(abi.encodeWithSelector(error_, 8, 7));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
        (verdicts, reports) = first(1, 3);
        vm.expectRevert(abi.encodeWithSelector(error_, 3, 7));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function test_Revert_WhenAReportIsNone() public {
        bytes[4] memory reportsTried = [
            reportOf(5, 1, 0),
            reportOf(5, 1, 12),
            bytes.concat(reportOf(4, 1, 2), reportOf(1, 1, 2)),
            bytes.concat(reportOf(1, 1, 2), hex"010200010002")
        ];
        for (uint256 i; i < reportsTried.length; ++i) {
            (SeatVerdict[] memory verdicts, bytes[] memory reports) = first(5, 0);
            reports[0] = reportsTried[i];
            refused(IExecutionsErrors.BadReport.selector, 0, verdicts, reports);
        }
    }

    /// @dev A seat's faults and the hash of its report are those of the report: it signed both.
    function test_Revert_WhenTheReportIsNotTheOneThatWasSigned() public {
        bytes[5] memory reportsTried = [
            bytes(""), reportOf(1, 1, 2), reportOf(7, 1, 2), reportOf(5, 9, 2), reportOf(5, 1, 3)
        ];
        for (uint256 i; i < reportsTried.length; ++i) {
            (SeatVerdict[] memory verdicts, bytes[] memory reports) = first(5, 0);
            reports[0] = reportsTried[i];
            refused(IExecutionsErrors.BadVerdictSignature.selector, 0, verdicts, reports);
        }
    }

    function test_Revert_WhenEntriesAreCutOffOrHaveMore() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = first(5, 2);
        bytes memory whole = packed(verdicts, reports);
        bytes32 hash = recordHash(batchNo);
        for (uint256 length; length < whole.length; length += 7) {
            bytes memory cut = bytes.concat(whole);
            assembly ("memory-safe") {
                mstore(cut, length)
            }
            vm.expectPartialRevert(IExecutionsErrors.WrongSeatCount.selector);
            ledger.finalise(batchNo, hash, cut);
        }
        bytes4 error_ = IExecutionsErrors.WrongSeatCount.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 4, 3));
        ledger.finalise(batchNo, hash, bytes.concat(whole, hex"00"));
        // Two maps of what it could not judge: the flag is no number.
        whole[143] = 0x02;
        vm.expectRevert(abi.encodeWithSelector(error_, 0, 3));
        ledger.finalise(batchNo, hash, whole);
        whole[143] = 0x01;
        ledger.finalise(batchNo, hash, whole);
    }

    /// @dev Else one verdict had two entries.
    function test_Revert_WhenAnEntryAnnouncesAMapOfNothing() public {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        bytes32 hash = recordHash(batchNo);
        for (uint256 seat; seat < 3; ++seat) {
            bytes memory entries;
            for (uint256 i; i < 3; ++i) {
                bytes memory entry = packed(verdicts[i], reports[i]);
                if (i == seat) {
                    entry[143] = 0x01;
                    entry = bytes.concat(entry, bytes32(0));
                }
                entries = bytes.concat(entries, entry);
            }
            vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadReport.selector, seat));
            ledger.finalise(batchNo, hash, entries);
        }
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }

    function testFuzz_Revert_WhenAnAuditPositionIsNotBelow2To53(uint64 auditSeq, uint8 seat)
        public
    {
        auditSeq = uint64(bound(auditSeq, 2 ** 53, type(uint64).max));
        bytes memory entries = rightAt(auditSeq, bound(seat, 0, 2));
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, auditSeq));
        ledger.finalise(batchNo, hash, entries);
    }

    function testFuzz_AnyAuditPositionBelow2To53IsFinalised(uint64 auditSeq, uint8 seat) public {
        auditSeq = uint64(bound(auditSeq, 0, 2 ** 53 - 1));
        ledger.finalise(batchNo, recordHash(batchNo), rightAt(auditSeq, bound(seat, 0, 2)));
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function testFuzz_Revert_WhenEntriesAreAnyBytes(bytes calldata entries) public {
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert();
        ledger.finalise(batchNo, hash, entries);
    }

    function test_AFaultDisputesJustItsExecution() public {
        finaliseFirst(batchNo, 2, 0);
        assertEq(ledger.disputed(batchNo), 2, "disputed");
        assertTrue(ledger.isFinal(batchNo, 0), "neighbour");
        assertFalse(ledger.isFinal(batchNo, 1), "not the disputed one");
        assertTrue(ledger.isFinal(batchNo, 2), "neighbour");
        uint32[] memory wrong = ledger.rightSeats(batchNo, 1);
        assertEq(wrong.length, 2, "two found it right");
        assertEq(ledger.rightSeats(batchNo, 0).length, 0, "nothing to remember of the others");
    }

    function test_AFaultTakesPrecedenceOverUnable() public {
        uint256[] memory faults = new uint256[](3);
        uint256[] memory unables = new uint256[](3);
        (faults[0], unables[1], unables[2]) = (1, 7, 7);
        finalise(batchNo, faults, unables);
        assertEq(ledger.disputed(batchNo), 1, "disputed");
        assertEq(ledger.pending(batchNo), 6, "pending");
    }

    function test_WhatASeatCannotJudgeIsDrawnAgainAtMostTwiceAndThenGoesToAll() public {
        finaliseFirst(batchNo, 0, 6);
        assertEq(ledger.pending(batchNo), 6, "pending");
        assertTrue(ledger.isFinal(batchNo, 0), "the rest is final");
        assertEq(ledger.batch(batchNo).draw, 1, "draw 1");
        assertEq(ledger.batch(batchNo).round, 2, "a new round");
        closeRound();
        finaliseFirst(batchNo, 0, 4);
        assertTrue(ledger.isFinal(batchNo, 1), "judged by the second");
        assertEq(ledger.pending(batchNo), 4, "still pending");
        closeRound();
        finaliseFirst(batchNo, 0, 4);
        assertEq(ledger.batch(batchNo).draw, 3, "the vote of all");
        assertEq(ledger.committee(batchNo).length, 0, "no committee");
        assertEq(ledger.pending(batchNo), 4, "waits for the vote");
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.GoneToVote.selector, batchNo));
        ledger.finalise(batchNo, 0, packed(new SeatVerdict[](3), new bytes[](3)));
        assertEq(ledger.rightSeats(batchNo, 2).length, 6, "two of each draw found it right");
    }

    function test_ARedrawJudgesOnlyWhatIsPending() public {
        finaliseFirst(batchNo, 0, 4);
        closeRound();
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = first(1, 0);
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BitsOutOfRange.selector, 1, 4));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 2), "final");
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Settled), "settled");
    }

    function test_ANodeSwitchedOffAfterTheDrawStillGivesItsVerdict() public {
        uint32 nodeNo = ledger.committee(batchNo)[1];
        vm.prank(council);
        registry.suspend(nodeNo, uint40(block.timestamp + 1000), "reason");
        vm.prank(cold(nodeNo));
        registry.requestExit(nodeNo);
        Node memory node = registry.node(nodeNo);
        vm.prank(cold(nodeNo));
        registry.updateNode(nodeNo, node.endpoint, node.caHash, false, "");
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_ABatchOf256IsFinalisedToo() public {
        uint64 large = recorded(2, 256);
        finaliseFirst(large, 1 << 255, 1);
        assertTrue(ledger.isFinal(large, 254), "final");
        assertFalse(ledger.isFinal(large, 255), "disputed");
        assertFalse(ledger.isFinal(large, 256), "beyond");
        assertEq(ledger.pending(large), 1, "pending");
    }

    function testFuzz_TheDrawNeverSeatsTheExecutorAndSeatsNobodyTwice(
        bytes27 seed,
        uint64 number,
        uint8 draw,
        uint8 size,
        uint8 executor
    ) public pure {
        uint256 verifiers = bound(size, 1, 128);
        uint256 excluded = 1 << bound(executor, 0, verifiers - 1);
        uint256 wanted = Draw.seatCount(verifiers);
        uint256[] memory seats = Draw.seats(seed, number, draw, verifiers, excluded, wanted);
        assertEq(seats.length, wanted < verifiers ? wanted : verifiers - 1, "seats");
        uint256 seen = excluded;
        for (uint256 i; i < seats.length; ++i) {
            assertTrue(seats[i] < verifiers, "a verifier");
            assertEq((seen >> seats[i]) & 1, 0, "neither the executor nor seated twice");
            seen |= 1 << seats[i];
        }
    }

    function testFuzz_TheCommitteeOfABatchIsOfOthersThanItsExecutor(uint8 node) public {
        uint32 nodeNo = uint32(bound(node, 1, 7));
        uint64 drawn = recorded(nodeNo, 1);
        uint32[] memory seats = ledger.committee(drawn);
        assertEq(seats.length, 3, "three");
        for (uint256 i; i < seats.length; ++i) {
            assertTrue(seats[i] != nodeNo, "not the executor");
        }
    }

    /// @dev Everything right; one seat signed at that position of its log.
    function rightAt(uint64 auditSeq, uint256 seat) private returns (bytes memory) {
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = right();
        verdicts[seat].auditSeq = auditSeq;
        signVerdict(batchNo, verdicts[seat], setOf(batchNo, verdicts));
        return packed(verdicts, reports);
    }

    function right() private returns (SeatVerdict[] memory, bytes[] memory) {
        return first(0, 0);
    }

    function first(uint256 fault, uint256 unable)
        private
        returns (SeatVerdict[] memory, bytes[] memory)
    {
        uint256[] memory faults = new uint256[](3);
        uint256[] memory unables = new uint256[](3);
        (faults[0], unables[0]) = (fault, unable);
        return verdictsOf(batchNo, faults, unables);
    }

    function refused(
        bytes4 error_,
        uint256 seat,
        SeatVerdict[] memory verdicts,
        bytes[] memory reports
    ) private {
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(error_, seat));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
    }
}
