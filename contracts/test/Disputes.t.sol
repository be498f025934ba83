// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "../src/interfaces/IAudit.sol";
import { IBeaconTypes } from "../src/interfaces/IBeacon.sol";
import { IDisputesErrors, IDisputesEvents, IDisputesTypes } from "../src/interfaces/IDisputes.sol";
import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Faults, votes, slashing (spec 07). Seven operators: five vote on a reported fault.
contract DisputesTest is LedgerFixture, IDisputesEvents {
    uint64 private batchNo;
    uint32 private reporter;
    bytes private report;
    uint64 private disputeNo;

    function setUp() public {
        setUpLedger(7);
        batchNo = recorded(1, 3);
        reporter = ledger.committee(batchNo)[0];
        report = reportOf(6, 1, 2);
        finaliseFirst(batchNo, 6, 0);
    }

    function test_TheTableOfFaults() public view {
        uint16[23] memory expected = [
            0,
            2000,
            2000,
            2000,
            1000,
            1000,
            5000,
            2000,
            2000,
            500,
            200,
            500,
            50,
            100,
            2000,
            2000,
            2000,
            500,
            100,
            100,
            2000,
            10,
            2000
        ];
        for (uint16 i; i < 23; ++i) {
            assertEq(court.slashBps(i), expected[i], "share");
        }
        assertEq(court.slashBps(23), 0, "no such fault");
        assertEq(court.slashBps(type(uint16).max), 0, "no such fault");
    }

    function test_ADisputeSaysWhoAndWhat() public {
        open();
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        assertEq(found.accusedNo, 1, "accused");
        assertEq(found.reporterNo, reporter, "reporter");
        assertEq(found.fault, 2, "fault");
        assertEq(found.leaf, 1, "leaf");
        assertEq(found.eligible, 5, "voters");
        assertEq(court.disputeOf(batchNo, 1), disputeNo, "found by its place");
        assertEq(court.disputeCount(), 1, "count");
    }

    function test_Revert_WhenItIsNotDisputedOrOpenAlreadyOrTheReportIsAnother() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotDisputed.selector, batchNo, 0));
        court.open(batchNo, 0, reporter, report);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.BadReport.selector, batchNo, reporter)
        );
        court.open(batchNo, 1, reporter, "other");
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.BadReport.selector, batchNo, 1));
        court.open(batchNo, 1, 1, report);
        open();
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.AlreadyOpen.selector, batchNo, 1));
        court.open(batchNo, 1, reporter, report);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotPending.selector, batchNo, 1));
        court.openUnverified(batchNo, 1);
    }

    function test_Revert_WhenTheReportDoesNotNameTheExecution() public {
        uint64 other = recorded(2, 2);
        uint32[] memory seats = ledger.committee(other);
        uint256[] memory faults = new uint256[](3);
        (faults[0], faults[1]) = (1, 2);
        finalise(other, faults, new uint256[](3));
        bytes memory first = reportOf(1, 1, 2);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotInReport.selector, 1));
        court.open(other, 1, seats[0], first);
    }

    function test_TwoThirdsGuiltyVoidTheRecordAndSlashTheAccused() public {
        open();
        voteAll(4, 1);
        resolve();
        assertStatus(IDisputesTypes.DisputeStatus.Upheld);
        assertEq(ledger.voided(batchNo), 2, "void for ever");
        assertEq(ledger.disputed(batchNo), 4, "the other dispute is still there");
        assertFalse(ledger.isFinal(batchNo, 1), "never final");
        assertEq(registry.operator(1).bondWei, BOND - BOND / 5, "a fifth of the bond");
        registry.settleSlash(1);
        assertEq(payout(reporter).balance, BOND / 25, "a fifth of it to the reporter");
    }

    function test_TheSlashIsThatOfTheFaultThatMostVotersFound() public {
        open();
        // Reported is a wrong step (20 %); three voters find that the executor gave no data (5 %).
        voteFor([uint16(11), 2, 11, 2, 11], [uint16(0), 1, 0, 1, 0]);
        vm.expectEmit(address(court));
        emit DisputeResolved(disputeNo, IDisputesTypes.DisputeStatus.Upheld, 11, 0, 5, 0, BOND / 20);
        resolve();
        assertFound(11, 0);
        assertEq(registry.operator(1).bondWei, BOND - BOND / 20, "the found one's share");
    }

    function test_OfFaultsNamedEquallyOftenTheCheapestCountsThenTheLowest() public {
        open();
        uint256 snapshot = vm.snapshotState();
        voteFor([uint16(6), 6, 4, 4, 0], [uint16(9), 9, 3, 3, 0]);
        resolve();
        assertFound(4, 3);
        assertTrue(vm.revertToState(snapshot), "again");
        voteFor([uint16(3), 3, 1, 1, 0], [uint16(9), 9, 3, 3, 0]);
        resolve();
        assertFound(1, 3);
    }

    function test_TheLeafIsTheOneThatMostVotersOfThatFaultNamedOfEqualsTheLowest() public {
        open();
        uint256 snapshot = vm.snapshotState();
        voteFor([uint16(2), 2, 2, 2, 4], [uint16(7), 5, 7, 9, 5]);
        resolve();
        assertFound(2, 7);
        assertTrue(vm.revertToState(snapshot), "again");
        voteFor([uint16(2), 2, 2, 2, 4], [uint16(7), 5, 7, 5, 5]);
        resolve();
        assertFound(2, 5);
    }

    function test_Revert_WhenAVoteNamesAFaultThatIsNotOfARecordOrAnInnocentLeaf() public {
        open();
        uint32[] memory voters = votersOf();
        endResponse();
        commit(voters[0], 12, 0);
        commit(voters[1], 0, 1);
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        bytes4 error_ = IDisputesErrors.BadVote.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, 12, 0));
        this.revealAs(voters[0], 12, 0);
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, 0, 1));
        this.revealAs(voters[1], 0, 1);
    }

    function testFuzz_WhatIsFoundIsWhatMostVotersNamed(uint256 dice) public {
        open();
        uint16[5] memory faults;
        uint16[5] memory leaves;
        uint256[12] memory votes;
        for (uint256 i; i < 5; ++i) {
            faults[i] = uint16((dice >> (16 * i)) % 12);
            if (faults[i] != 0) leaves[i] = uint16((dice >> (16 * i + 8)) % 3);
            ++votes[faults[i]];
        }
        voteFor(faults, leaves);
        resolve();
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        bool upheld = votes[0] <= 1;
        assertTrue((uint8(found.status) == 2) == upheld, "upheld");
        if (!upheld) return assertFound(0, 0);
        uint16 expected;
        for (uint16 fault = 11; fault > 0; --fault) {
            if (votes[fault] == 0 || votes[fault] < votes[expected] && expected != 0) continue;
            bool more = expected == 0 || votes[fault] > votes[expected];
            if (more || court.slashBps(fault) <= court.slashBps(expected)) expected = fault;
        }
        assertEq(found.foundFault, expected, "fault");
        uint256[3] memory named;
        for (uint256 i; i < 5; ++i) {
            if (faults[i] == expected) ++named[leaves[i]];
        }
        for (uint16 leaf; leaf < 3; ++leaf) {
            assertTrue(named[leaf] <= named[found.foundLeaf], "most named the leaf");
            if (leaf < found.foundLeaf) {
                assertTrue(named[leaf] < named[found.foundLeaf], "of equals the lowest");
            }
        }
    }

    function test_SeatsThatFoundAVoidedRecordRightPayOncePerBatch() public {
        uint32[] memory wrong = ledger.rightSeats(batchNo, 1);
        assertEq(wrong.length, 2, "two");
        open();
        voteAll(5, 0);
        resolve();
        uint64 second = court.open(batchNo, 2, reporter, report);
        disputeNo = second;
        voteAll(5, 0);
        resolve();
        for (uint256 i; i < 2; ++i) {
            assertEq(registry.operator(wrong[i]).bondWei, BOND - BOND / 20, "five percent, once");
        }
        assertEq(registry.operator(reporter).bondWei, BOND, "the reporter was right");
    }

    function test_TwoThirdsInnocentMakeItFinalAndTheReporterPays() public {
        open();
        voteAll(1, 4);
        resolve();
        assertStatus(IDisputesTypes.DisputeStatus.Rejected);
        assertTrue(ledger.isFinal(batchNo, 1), "final");
        assertEq(registry.operator(reporter).bondWei, BOND - BOND / 20, "five percent");
        assertEq(registry.operator(1).bondWei, BOND, "the accused does not pay");
    }

    function test_WithoutTwoThirdsItStaysVoidAndNobodyPaysForIt() public {
        open();
        voteAll(3, 2);
        resolve();
        assertStatus(IDisputesTypes.DisputeStatus.Unverified);
        assertEq(ledger.voided(batchNo), 2, "void");
        assertEq(registry.operator(1).bondWei, BOND, "accused");
        assertEq(registry.operator(reporter).bondWei, BOND, "reporter");
    }

    function test_WhoDoesNotVotePaysAndCountsAgainstBothSides() public {
        open();
        uint32[] memory voters = votersOf();
        endResponse();
        for (uint256 i; i < 4; ++i) {
            commit(voters[i], true);
        }
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        for (uint256 i; i < 3; ++i) {
            reveal(voters[i], true);
        }
        vm.expectPartialRevert(IDisputesErrors.WrongWindow.selector);
        court.resolve(disputeNo);
        vm.warp(court.dispute(disputeNo).revealEndsSec);
        resolve();
        assertStatus(IDisputesTypes.DisputeStatus.Unverified);
        assertEq(registry.operator(voters[2]).bondWei, BOND, "spoke");
        assertEq(registry.operator(voters[3]).bondWei, BOND - BOND / 100, "did not reveal");
        assertEq(registry.operator(voters[4]).bondWei, BOND - BOND / 100, "did not commit");
    }

    function test_EachWindowOpensEarlyWhenNobodyIsLeftToWaitFor() public {
        open();
        uint256 startSec = block.timestamp;
        vm.prank(action(1));
        court.respond(disputeNo, "I did it right");
        voteAllNow(4, 1);
        resolve();
        assertEq(block.timestamp, startSec, "in one moment");
        assertStatus(IDisputesTypes.DisputeStatus.Upheld);
    }

    function test_Revert_WhenSomebodyElseResponds() public {
        open();
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotEligible.selector, disputeNo, 0));
        court.respond(disputeNo, "");
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotEligible.selector, disputeNo, 2));
        this.respondAs(2);
        endResponse();
        vm.expectPartialRevert(IDisputesErrors.WrongWindow.selector);
        this.respondAs(1);
    }

    function test_Revert_WhenAVoteIsNotEligibleEarlyOrSecond() public {
        open();
        uint32[] memory voters = votersOf();
        vm.expectPartialRevert(IDisputesErrors.WrongWindow.selector);
        this.commitAs(voters[0], "vote");
        endResponse();
        bytes4 error_ = IDisputesErrors.NotEligible.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, 1));
        this.commitAs(1, "vote");
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, reporter));
        this.commitAs(reporter, "vote");
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, 0));
        court.commitVote(disputeNo, "vote");
        vm.expectRevert(abi.encodeWithSelector(error_, disputeNo, voters[0]));
        this.commitAs(voters[0], bytes32(uint256(1)));
        this.commitAs(voters[0], "vote");
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.AlreadyCommitted.selector, disputeNo, voters[0])
        );
        this.commitAs(voters[0], "other");
    }

    function test_Revert_WhenAVoteIsNotAsCommitted() public {
        open();
        uint32[] memory voters = votersOf();
        endResponse();
        commit(voters[0], true);
        commit(voters[1], true);
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.NoCommitment.selector, disputeNo, voters[2])
        );
        this.revealAs(voters[2], 2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputesErrors.CommitmentMismatch.selector, disputeNo, voters[0]
            )
        );
        this.revealAs(voters[0], 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.BadVoteSignature.selector, disputeNo, voters[0])
        );
        court.revealVote(disputeNo, voters[0], 2, 1, "report", salt(voters[0]), 1, "head", "");
        this.revealAs(voters[0], 2, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.AlreadyRevealed.selector, disputeNo, voters[0])
        );
        this.revealAs(voters[0], 2, 1);
    }

    function testFuzz_Revert_WhenAVotesAuditPositionIsNotBelow2To53(uint64 auditSeq) public {
        auditSeq = uint64(bound(auditSeq, 2 ** 53, type(uint64).max));
        open();
        uint32 voter = votersOf()[0];
        endResponse();
        commit(voter, true);
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, auditSeq));
        this.revealAt(voter, 2, 1, auditSeq);
        this.revealAt(voter, 2, 1, auditSeq % 2 ** 53);
        assertEq(court.dispute(disputeNo).guilty, 1, "counted");
    }

    function test_Revert_WhenItIsResolvedTwiceOrUnknown() public {
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotOpen.selector, 9));
        court.resolve(9);
        open();
        voteAll(4, 1);
        resolve();
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotOpen.selector, disputeNo));
        court.resolve(disputeNo);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotDisputed.selector, batchNo, 1));
        court.open(batchNo, 1, reporter, report);
    }

    function test_WhatTwoRedrawsCouldNotJudgeHasNoReporterAndSixVote() public {
        uint64 other = recorded(2, 1);
        finaliseFirst(other, 0, 1);
        closeRound();
        finaliseFirst(other, 0, 1);
        closeRound();
        finaliseFirst(other, 0, 1);
        disputeNo = court.openUnverified(other, 0);
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        assertEq(found.reporterNo, 0, "no reporter");
        assertEq(found.eligible, 6, "voters");
        uint256 snapshot = vm.snapshotState();
        voteAll(0, 6);
        resolve();
        assertTrue(ledger.isFinal(other, 0), "final");
        assertEq(uint8(ledger.batch(other).status), uint8(BatchStatus.Settled), "settled");
        vm.revertToState(snapshot);
        voteAll(6, 0);
        resolve();
        assertEq(registry.operator(2).bondWei, BOND - BOND / 5, "as the voters found");
        assertEq(ledger.voided(other), 1, "void");
    }

    function test_Revert_WhenSomebodyElseReportsSilence() public {
        vm.expectRevert(
            abi.encodeWithSelector(IDisputesErrors.NotExecutions.selector, address(this))
        );
        court.missingVerdict(batchNo, 1, true);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotBeacon.selector, address(this)));
        court.missingPreimage(1, 1, false);
    }

    function test_WithheldCostsAPercentForEachBatchOfAnOutageAndAFifthOnProbation() public {
        uint256 bond = BOND;
        vm.startPrank(address(ledger));
        court.missingVerdict(batchNo, 1, true);
        bond -= BOND / 100;
        assertEq(registry.operator(1).bondWei, bond, "the first");
        assertTrue(rounds.isAway(1), "away");
        court.missingVerdict(batchNo, 1, true);
        bond -= bond / 100;
        assertEq(registry.operator(1).bondWei, bond, "another batch of the same outage");
        court.missingVerdict(batchNo, 1, false);
        assertEq(registry.operator(1).bondWei, bond, "who is away has not been there to commit");
        vm.mockCall(
            address(rounds),
            abi.encodeCall(rounds.silent, (1)),
            abi.encode(IBeaconTypes.Standing.OnProbation)
        );
        court.missingVerdict(batchNo, 1, true);
        bond -= bond / 5;
        assertEq(registry.operator(1).bondWei, bond, "on probation");
    }

    function test_NobodyToVoteLeavesItVoid() public {
        vm.mockCall(
            address(registry),
            abi.encodeCall(registry.generationInfo, (1)),
            abi.encode(Generation({ executors: 7, verifiers: 2, openedAtSec: 1, seed: "s" }))
        );
        open();
        assertEq(court.dispute(disputeNo).eligible, 0, "nobody");
        resolve();
        assertStatus(IDisputesTypes.DisputeStatus.Unverified);
    }

    function test_AReportOfAnEarlierDrawStillOpensADispute() public {
        uint64 other = recorded(2, 2);
        uint32 seat = ledger.committee(other)[0];
        finaliseFirst(other, 1, 2);
        closeRound();
        finaliseRight(other);
        disputeNo = court.open(other, 0, seat, reportOf(1, 1, 2));
        assertEq(court.dispute(disputeNo).reporterNo, seat, "reporter");
    }

    function test_WhatNobodyOpensInTimeStaysVoidAndIsSettled() public {
        // Ten verdict windows.
        uint256 untilSec = ledger.batch(batchNo).judgedAtSec + 200;
        vm.warp(untilSec);
        bytes4 live = IDisputesErrors.OpeningLive.selector;
        vm.expectRevert(abi.encodeWithSelector(live, batchNo, untilSec));
        court.settleUnopened(batchNo, 1);
        open();
        vm.warp(untilSec + 1);
        bytes4 over = IDisputesErrors.OpeningOver.selector;
        vm.expectRevert(abi.encodeWithSelector(over, batchNo, untilSec));
        court.open(batchNo, 2, reporter, report);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.AlreadyOpen.selector, batchNo, 1));
        court.settleUnopened(batchNo, 1);
        court.settleUnopened(batchNo, 2);
        assertEq(ledger.voided(batchNo), 4, "void");
        assertEq(ledger.disputed(batchNo), 2, "the open dispute goes on");
        assertEq(registry.operator(1).bondWei, BOND, "nobody pays");
        assertEq(registry.operator(reporter).bondWei, BOND, "nobody pays");
        vm.expectPartialRevert(IExecutionsErrors.NotOpen.selector);
        court.settleUnopened(batchNo, 2);
    }

    function test_WhatTwoRedrawsCouldNotJudgeIsSettledToo() public {
        uint64 other = recorded(2, 1);
        finaliseFirst(other, 0, 1);
        closeRound();
        finaliseFirst(other, 0, 1);
        closeRound();
        vm.warp(block.timestamp + 300);
        vm.expectPartialRevert(IExecutionsErrors.NotOpen.selector);
        court.settleUnopened(other, 0);
        finaliseFirst(other, 0, 1);
        vm.warp(block.timestamp + 201);
        vm.expectPartialRevert(IDisputesErrors.OpeningOver.selector);
        court.openUnverified(other, 0);
        court.settleUnopened(other, 0);
        assertEq(ledger.voided(other), 1, "void");
        assertEq(uint8(ledger.batch(other).status), uint8(BatchStatus.Settled), "settled");
    }

    function testFuzz_TheOutcomeIsWhatTwoThirdsOfAllVotersSay(uint8 guilty, uint8 innocent) public {
        uint256 for_ = bound(guilty, 0, 5);
        uint256 against = bound(innocent, 0, 5 - for_);
        open();
        voteAll(for_, against);
        vm.warp(court.dispute(disputeNo).revealEndsSec);
        resolve();
        IDisputesTypes.DisputeStatus expected = IDisputesTypes.DisputeStatus.Unverified;
        if (for_ >= 4) expected = IDisputesTypes.DisputeStatus.Upheld;
        if (against >= 4) expected = IDisputesTypes.DisputeStatus.Rejected;
        assertStatus(expected);
        assertEq(ledger.disputed(batchNo) & 2, 0, "settled");
    }

    function open() private {
        disputeNo = court.open(batchNo, 1, reporter, report);
    }

    function resolve() private {
        court.resolve(disputeNo);
    }

    function endResponse() private {
        vm.warp(court.dispute(disputeNo).responseEndsSec);
    }

    function assertStatus(IDisputesTypes.DisputeStatus expected) private view {
        assertEq(uint8(court.dispute(disputeNo).status), uint8(expected), "status");
    }

    function votersOf() private view returns (uint32[] memory voters) {
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        voters = new uint32[](7);
        uint256 count;
        for (uint32 i = 1; i <= 7; ++i) {
            if (i != found.accusedNo && i != found.reporterNo) voters[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(voters, count)
        }
    }

    function voteAll(uint256 guilty, uint256 innocent) private {
        endResponse();
        voteAllNow(guilty, innocent);
    }

    function voteAllNow(uint256 guilty, uint256 innocent) private {
        uint32[] memory voters = votersOf();
        for (uint256 i; i < guilty + innocent; ++i) {
            commit(voters[i], i < guilty);
        }
        if (guilty + innocent < voters.length) {
            vm.warp(court.dispute(disputeNo).commitEndsSec);
        }
        for (uint256 i; i < guilty + innocent; ++i) {
            reveal(voters[i], i < guilty);
        }
    }

    function salt(uint32 voter) private pure returns (bytes32) {
        return keccak256(abi.encode("vote", voter));
    }

    function commit(uint32 voter, bool guilty) private {
        commit(voter, guilty ? 2 : 0, guilty ? 1 : 0);
    }

    function commit(uint32 voter, uint16 fault, uint16 leaf) private {
        bytes32 commitment =
            keccak256(abi.encode(disputeNo, voter, fault, leaf, bytes32("report"), salt(voter)));
        this.commitAs(voter, commitment);
    }

    function reveal(uint32 voter, bool guilty) private {
        this.revealAs(voter, guilty ? 2 : 0, guilty ? 1 : 0);
    }

    /// @dev Voter i names faults[i] at leaves[i].
    function voteFor(uint16[5] memory faults, uint16[5] memory leaves) private {
        endResponse();
        uint32[] memory voters = votersOf();
        for (uint256 i; i < 5; ++i) {
            commit(voters[i], faults[i], leaves[i]);
        }
        for (uint256 i; i < 5; ++i) {
            this.revealAs(voters[i], faults[i], leaves[i]);
        }
    }

    function assertFound(uint16 fault, uint16 leaf) private view {
        IDisputesTypes.Dispute memory found = court.dispute(disputeNo);
        assertEq(found.foundFault, fault, "fault");
        assertEq(found.foundLeaf, leaf, "leaf");
    }

    function respondAs(uint32 nodeNo) external {
        vm.prank(action(nodeNo));
        court.respond(disputeNo, "data");
    }

    function commitAs(uint32 nodeNo, bytes32 commitment) external {
        vm.prank(action(nodeNo));
        court.commitVote(disputeNo, commitment);
    }

    function revealAs(uint32 nodeNo, uint16 fault, uint16 leaf) external {
        this.revealAt(nodeNo, fault, leaf, 1);
    }

    /// @dev Signed at that position of the voter's log.
    function revealAt(uint32 nodeNo, uint16 fault, uint16 leaf, uint64 auditSeq) external {
        bytes32 structHash = Duty.hashVote(disputeNo, fault, leaf, "report", auditSeq, "head");
        bytes memory signed = dutySignature(nodeNo, court.domainSeparator(), structHash);
        court.revealVote(
            disputeNo, nodeNo, fault, leaf, "report", salt(nodeNo), auditSeq, "head", signed
        );
    }
}
