// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "../src/interfaces/IAudit.sol";
import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Commit and reveal on-chain, when a seat is silent (spec 06).
contract FallbackTest is LedgerFixture {
    uint64 private batchNo;
    uint256 private constant WINDOW = 20;

    function setUp() public {
        setUpLedger(9);
        batchNo = recorded(1, 2);
    }

    function test_Revert_WhenItIsOpenedBeforeTheWindowIsOverOrTwice() public {
        (, uint40 closedAtSec) = rounds.seedOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WindowOpen.selector, uint256(closedAtSec) + WINDOW
            )
        );
        ledger.openFallback(batchNo);
        open();
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.FallbackOpen.selector, batchNo));
        ledger.openFallback(batchNo);
    }

    function test_AllCommitAllRevealAndTheResultIsThatOfTheCommittee() public {
        open();
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 7);
        assertPhase(FallbackPhase.Reveal);
        revealSeats(verdicts, 7);
        assertTrue(ledger.isFinal(batchNo, 1), "final");
        assertPhase(FallbackPhase.None);
    }

    function test_OffChainVerdictsCountUntilTheFirstCommitmentsAreOver() public {
        open();
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 1);
        uint256 snapshot = vm.snapshotState();
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
        assertPhase(FallbackPhase.None);
        vm.revertToState(snapshot);

        commitAll(verdicts, 6);
        uint256[] memory none = new uint256[](3);
        (SeatVerdict[] memory all_, bytes[] memory reports) = verdictsOf(batchNo, none, none);
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongPhase.selector, batchNo, FallbackPhase.Reveal
            )
        );
        ledger.finalise(batchNo, hash, packed(all_, reports));
        vm.revertToState(snapshot);

        uint256 deadlineSec = ledger.fallbackOf(batchNo).deadlineSec;
        vm.warp(deadlineSec + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.WindowClosed.selector, deadlineSec)
        );
        ledger.finalise(batchNo, hash, packed(all_, reports));
    }

    function test_Revert_WhenACommitmentIsNotASeatsOrNotSignedOrSecondOrLate() public {
        bytes memory phase = abi.encodeWithSelector(
            IExecutionsErrors.WrongPhase.selector, batchNo, FallbackPhase.None
        );
        vm.expectRevert(phase);
        ledger.postCommitment(batchNo, 1, "c", 1, "head", "");
        open();
        uint32 seated = ledger.committee(batchNo)[0];
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadSeat.selector, 3, 1, 1));
        ledger.postCommitment(batchNo, 1, "c", 1, "head", "");
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.BadCommitmentSignature.selector, 0)
        );
        ledger.postCommitment(batchNo, seated, "c", 1, "head", "");
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 1);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.SeatCommitted.selector, 0));
        ledger.postCommitment(batchNo, seated, "c", 1, "head", "");
        uint256 deadlineSec = ledger.fallbackOf(batchNo).deadlineSec;
        vm.warp(deadlineSec + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.WindowClosed.selector, deadlineSec)
        );
        ledger.postCommitment(batchNo, seated, "c", 1, "head", "");
    }

    function test_Revert_WhenAVerdictIsRevealedEarlyOrTwiceOrDiffers() public {
        open();
        SeatVerdict[] memory verdicts = opinions(0, 0);
        bytes memory report;
        bytes32 hash = recordHash(batchNo);
        commitAll(verdicts, 3);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongPhase.selector, batchNo, FallbackPhase.Commit
            )
        );
        ledger.revealVerdict(batchNo, hash, verdicts[0], report);
        commitAll(verdicts, 4);
        verdicts[1].unable = 1;
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.CommitmentDiffers.selector, 1));
        ledger.revealVerdict(batchNo, hash, verdicts[1], report);
        verdicts[1].unable = 0;
        signVerdict(batchNo, verdicts[0], "another set");
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadVerdictSignature.selector, 0));
        ledger.revealVerdict(batchNo, hash, verdicts[0], report);
        vm.expectPartialRevert(IExecutionsErrors.WrongBlockHash.selector);
        ledger.revealVerdict(batchNo, "other", verdicts[0], report);
        revealSeats(verdicts, 1);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.SeatRevealed.selector, 0));
        ledger.revealVerdict(batchNo, hash, verdicts[0], report);
    }

    function testFuzz_Revert_WhenACommitmentsAuditPositionIsNotBelow2To53(uint64 auditSeq) public {
        auditSeq = uint64(bound(auditSeq, 2 ** 53, type(uint64).max));
        open();
        SeatVerdict memory verdict = opinions(0, 0)[0];
        bytes32 commitment = commitmentOf(batchNo, verdict);
        bytes memory signed = signCommitment(verdict.nodeNo, commitment, auditSeq);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, auditSeq));
        ledger.postCommitment(batchNo, verdict.nodeNo, commitment, auditSeq, "head", signed);
        auditSeq = auditSeq % 2 ** 53;
        signed = signCommitment(verdict.nodeNo, commitment, auditSeq);
        ledger.postCommitment(batchNo, verdict.nodeNo, commitment, auditSeq, "head", signed);
    }

    function testFuzz_Revert_WhenAVerdictsAuditPositionIsNotBelow2To53(uint64 auditSeq) public {
        auditSeq = uint64(bound(auditSeq, 2 ** 53, type(uint64).max));
        open();
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 7);
        verdicts[0].auditSeq = auditSeq;
        signVerdict(batchNo, verdicts[0], setOf(batchNo, verdicts));
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, auditSeq));
        ledger.revealVerdict(batchNo, hash, verdicts[0], "");
        verdicts[0].auditSeq = auditSeq % 2 ** 53;
        revealSeats(verdicts, 1);
        assertEq(ledger.fallbackOf(batchNo).revealedMask, 1, "revealed");
    }

    function test_Revert_WhenItIsMovedOnTooEarlyOrNotOpen() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongPhase.selector, batchNo, FallbackPhase.None
            )
        );
        ledger.advanceFallback(batchNo);
        open();
        uint40 deadlineSec = ledger.fallbackOf(batchNo).deadlineSec;
        vm.warp(deadlineSec);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.WindowOpen.selector, deadlineSec));
        ledger.advanceFallback(batchNo);
        vm.warp(uint256(deadlineSec) + 1);
        ledger.advanceFallback(batchNo);
        vm.expectPartialRevert(IExecutionsErrors.RoundOpen.selector);
        ledger.advanceFallback(batchNo);
    }

    function test_WhoDoesNotCommitPaysALittleAndIsReplaced() public {
        open();
        uint32[] memory before = ledger.committee(batchNo);
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 6);
        windowOver();
        assertPhase(FallbackPhase.WaitRound);
        assertEq(registry.operator(before[0]).bondWei, BOND - BOND / 100, "one percent");
        assertEq(registry.operator(before[0]).sitsOutGeneration, 2, "and a seat");
        assertEq(registry.operator(before[1]).bondWei, BOND, "the others nothing");
        closeRound();
        ledger.advanceFallback(batchNo);
        uint32[] memory afterwards = ledger.committee(batchNo);
        assertEq(afterwards[1], before[1], "stays");
        assertEq(afterwards[2], before[2], "stays");
        for (uint256 i; i < 3; ++i) {
            assertTrue(afterwards[0] != before[i], "new, and of nobody who sat");
        }
        assertTrue(afterwards[0] != 1, "nor the executor");
        bytes memory error_ = abi.encodeWithSelector(
            IExecutionsErrors.WrongPhase.selector, batchNo, FallbackPhase.Commit
        );
        vm.expectRevert(error_);
        ledger.finalise(batchNo, 0, packed(verdicts, new bytes[](3)));
        verdicts[0] = opinion(afterwards[0], 0, 0);
        commitAll(verdicts, 1);
        revealSeats(verdicts, 7);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_WhoCommitsAndDoesNotRevealPaysASilenceAndRevealedVerdictsStand() public {
        open();
        uint32[] memory before = ledger.committee(batchNo);
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 7);
        revealSeats(verdicts, 3);
        windowOver();
        assertEq(registry.operator(before[2]).bondWei, BOND - BOND / 100, "one percent");
        closeRound();
        ledger.advanceFallback(batchNo);
        assertEq(ledger.fallbackOf(batchNo).revealedMask, 3, "two stand");
        verdicts[2] = opinion(ledger.committee(batchNo)[2], 0, 0);
        commitAll(verdicts, 4);
        assertPhase(FallbackPhase.Reveal);
        revealSeats(verdicts, 4);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_AFaultAmongTheRevealedIsTheResultWhoeverElseIsSilent() public {
        open();
        uint32[] memory seats = ledger.committee(batchNo);
        SeatVerdict[] memory verdicts = opinions(1, 0);
        commitAll(verdicts, 7);
        revealSeats(verdicts, 3);
        windowOver();
        assertEq(ledger.disputed(batchNo), 1, "disputed");
        assertEq(ledger.pending(batchNo), 2, "what no fault covers is drawn again");
        assertEq(ledger.batch(batchNo).draw, 1, "draw 1");
        assertEq(registry.operator(seats[2]).bondWei, BOND - BOND / 100, "silence costs");
        assertEq(ledger.rightSeats(batchNo, 0).length, 1, "who found it right is remembered");
        assertPhase(FallbackPhase.None);
        closeRound();
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 1), "the other is final");
    }

    function test_AfterTwoReplacementsWhatNoVerdictFaultsGoesToAll() public {
        open();
        SeatVerdict[] memory verdicts = opinions(0, 0);
        commitAll(verdicts, 6);
        windowOver();
        closeRound();
        ledger.advanceFallback(batchNo);
        windowOver();
        closeRound();
        ledger.advanceFallback(batchNo);
        assertEq(ledger.fallbackOf(batchNo).replacements, 2, "twice");
        windowOver();
        assertEq(ledger.batch(batchNo).draw, 3, "the vote of all");
        assertEq(ledger.pending(batchNo), 3, "of everything");
        assertPhase(FallbackPhase.None);
        court.openUnverified(batchNo, 0);
    }

    function test_WhenTooFewAreLeftToReplaceEveryoneVotes() public {
        setUpLedger(7);
        batchNo = recorded(1, 2);
        open();
        windowOver();
        closeRound();
        ledger.advanceFallback(batchNo);
        assertPhase(FallbackPhase.Commit);
        windowOver();
        closeRound();
        ledger.advanceFallback(batchNo);
        assertEq(ledger.batch(batchNo).draw, 3, "the vote of all");
        assertEq(ledger.pending(batchNo), 3, "of everything");
    }

    function test_UnableInTheFallbackIsDrawnAgainAndMayFallBackAgain() public {
        open();
        SeatVerdict[] memory verdicts = opinions(0, 2);
        commitAll(verdicts, 7);
        revealSeats(verdicts, 7);
        assertEq(ledger.pending(batchNo), 2, "pending");
        assertTrue(ledger.isFinal(batchNo, 0), "the other is final");
        closeRound();
        open();
        verdicts = opinions(2, 0);
        commitAll(verdicts, 7);
        revealSeats(verdicts, 7);
        assertEq(ledger.disputed(batchNo), 2, "disputed");
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Settled), "settled");
    }

    function test_ABatchOfAGenerationWithNobodyElseGoesToAll() public {
        vm.mockCall(
            address(registry),
            abi.encodeCall(registry.verifiersOf, (1)),
            abi.encode(new uint32[](0))
        );
        mine(WINDOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.WrongSeatCount.selector, 0, 0));
        ledger.finalise(batchNo, 0, packed(new SeatVerdict[](0), new bytes[](0)));
        ledger.openFallback(batchNo);
        assertEq(ledger.batch(batchNo).draw, 3, "never accepted by nobody");
        assertEq(ledger.pending(batchNo), 3, "of everything");
    }

    function open() private {
        mine(WINDOW);
        ledger.openFallback(batchNo);
    }

    function windowOver() private {
        vm.roll(block.number + 1);
        vm.warp(uint256(ledger.fallbackOf(batchNo).deadlineSec) + 1);
        ledger.advanceFallback(batchNo);
    }

    function assertPhase(FallbackPhase expected) private view {
        assertEq(uint8(ledger.fallbackOf(batchNo).phase), uint8(expected), "phase");
    }

    /// @dev Seat 0 says `fault` and `unable`; the others find everything right.
    function opinions(uint256 fault, uint256 unable)
        private
        view
        returns (SeatVerdict[] memory verdicts)
    {
        uint32[] memory seats = ledger.committee(batchNo);
        verdicts = new SeatVerdict[](seats.length);
        for (uint256 i; i < seats.length; ++i) {
            verdicts[i] = i == 0 ? opinion(seats[i], fault, unable) : opinion(seats[i], 0, 0);
        }
    }

    function commitAll(SeatVerdict[] memory verdicts, uint256 seats) private {
        for (uint256 i; i < verdicts.length; ++i) {
            if ((seats >> i) & 1 == 0) continue;
            bytes32 commitment = commitmentOf(batchNo, verdicts[i]);
            bytes memory signed = signCommitment(verdicts[i].nodeNo, commitment, 1);
            ledger.postCommitment(batchNo, verdicts[i].nodeNo, commitment, 1, "head", signed);
        }
    }

    function signCommitment(uint32 nodeNo, bytes32 commitment, uint64 auditSeq)
        private
        returns (bytes memory)
    {
        uint8 draw = ledger.batch(batchNo).draw;
        bytes32 structHash = Duty.hashCommitment(batchNo, draw, commitment, auditSeq, "head");
        return dutySignature(nodeNo, ledger.domainSeparator(), structHash);
    }

    function revealSeats(SeatVerdict[] memory verdicts, uint256 seats) private {
        bytes32 set = setOf(batchNo, verdicts);
        uint256 done = ledger.fallbackOf(batchNo).revealedMask;
        bytes32 hash = recordHash(batchNo);
        for (uint256 i; i < verdicts.length; ++i) {
            if ((seats >> i) & 1 == 0 || (done >> i) & 1 == 1) continue;
            signVerdict(batchNo, verdicts[i], set);
            bytes memory report = reportOf(verdicts[i].fault, 1, 2);
            ledger.revealVerdict(batchNo, hash, verdicts[i], report);
        }
    }
}
