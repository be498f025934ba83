// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IDisputesErrors } from "../src/interfaces/IDisputes.sol";
import { IExecutionsErrors } from "../src/interfaces/IExecutions.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice A node that is switched off: its keys count for the duties that it had, and for no others (spec 06).
contract SwitchedOffTest is LedgerFixture {
    function setUp() public {
        setUpLedger(9);
    }

    function test_ItStillRecordsWhatItClaimed() public {
        uint64 batchNo = claimTicks(1, 1);
        switchOff(1);
        recordAs(1, batchNo, 1);
        assertEq(uint8(ledger.batch(batchNo).status), uint8(BatchStatus.Recorded), "recorded");
    }

    function test_ItsVerdictCountsWhenItWasDrawnBefore() public {
        uint64 batchNo = recorded(1, 1);
        mine(1);
        switchOff(ledger.committee(batchNo)[0]);
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_Revert_WhenItWasSwitchedOffBeforeTheDraw() public {
        uint64 batchNo = claimTicks(1, 1);
        recordAs(1, batchNo, 1);
        for (uint32 i = 2; i <= 9; ++i) {
            switchOff(i);
        }
        closeRound();
        uint32[] memory seats = ledger.committee(batchNo);
        uint256[] memory none = new uint256[](3);
        (SeatVerdict[] memory verdicts, bytes[] memory reports) = verdictsOf(batchNo, none, none);
        bytes32 hash = recordHash(batchNo);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadSeat.selector, 0, seats[0], 0));
        ledger.finalise(batchNo, hash, packed(verdicts, reports));
        vm.warp(block.timestamp + 20);
        ledger.openFallback(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.BadSeat.selector, 0, seats[0], seats[0])
        );
        this.commitSeat(batchNo, verdicts[0]);
        // Another node of the operator's speaks for it.
        switchOn(seats[0]);
        this.commitSeat(batchNo, verdicts[0]);
    }

    function test_ASeatOfAReplacementCountsFromItsOwnDraw() public {
        uint64 batchNo = recorded(1, 1);
        vm.warp(block.timestamp + 20);
        ledger.openFallback(batchNo);
        vm.warp(uint256(ledger.fallbackOf(batchNo).deadlineSec) + 1);
        ledger.advanceFallback(batchNo);
        for (uint32 i = 1; i <= 9; ++i) {
            switchOff(i);
        }
        closeRound();
        ledger.advanceFallback(batchNo);
        uint32 seated = ledger.committee(batchNo)[0];
        SeatVerdict memory verdict = opinion(seated, 0, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.BadSeat.selector, 0, seated, seated)
        );
        this.commitSeat(batchNo, verdict);
    }

    function test_ItGivesNoVoteButOpensTheOneThatItGave() public {
        uint64 batchNo = recorded(1, 1);
        uint32 reporter = ledger.committee(batchNo)[0];
        finaliseFirst(batchNo, 1, 0);
        uint64 disputeNo = court.open(batchNo, 0, reporter, reportOf(1, 1, 2));
        (uint32 early, uint32 late) = twoBut(reporter);
        vm.warp(court.dispute(disputeNo).responseEndsSec);
        commitVote(disputeNo, early);
        switchOff(early);
        switchOff(late);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NotEligible.selector, disputeNo, 0));
        this.commitVoteAs(disputeNo, late);
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        revealVote(disputeNo, early);
        assertEq(court.dispute(disputeNo).guilty, 1, "counted");
    }

    function test_Revert_WhenAVoteIsSignedByANodeThatWasSwitchedOffBeforeTheDispute() public {
        uint64 batchNo = recorded(1, 1);
        uint32 reporter = ledger.committee(batchNo)[0];
        finaliseFirst(batchNo, 1, 0);
        (uint32 voter,) = twoBut(reporter);
        uint32 second = join(voter, 20, BOTH);
        switchOff(voter);
        mine(1);
        uint64 disputeNo = court.open(batchNo, 0, reporter, reportOf(1, 1, 2));
        vm.warp(court.dispute(disputeNo).responseEndsSec);
        bytes32 commitment = commitmentOfVote(disputeNo, voter);
        vm.prank(action(20));
        court.commitVote(disputeNo, commitment);
        vm.warp(court.dispute(disputeNo).commitEndsSec);
        vm.expectRevert(abi.encodeWithSelector(IDisputesErrors.NoCommitment.selector, disputeNo, 0));
        this.revealVoteAs(disputeNo, voter, voter);
        this.revealVoteAs(disputeNo, second, 20);
        assertEq(court.dispute(disputeNo).guilty, 1, "the active node's counts");
    }

    function commitSeat(uint64 batchNo, SeatVerdict calldata verdict) external {
        bytes32 commitment = commitmentOf(batchNo, verdict);
        bytes32 structHash =
            Duty.hashCommitment(batchNo, ledger.batch(batchNo).draw, commitment, 1, "head");
        bytes memory signed = dutySignature(verdict.nodeNo, ledger.domainSeparator(), structHash);
        ledger.postCommitment(batchNo, verdict.nodeNo, commitment, 1, "head", signed);
    }

    function commitVoteAs(uint64 disputeNo, uint32 nodeNo) external {
        commitVote(disputeNo, nodeNo);
    }

    function revealVoteAs(uint64 disputeNo, uint32 nodeNo, uint32 label) external {
        bytes32 structHash = Duty.hashVote(disputeNo, 2, 1, "report", 1, "head");
        bytes memory signed = dutySignature(label, court.domainSeparator(), structHash);
        court.revealVote(disputeNo, nodeNo, 2, 1, "report", "salt", 1, "head", signed);
    }

    function switchOff(uint32 nodeNo) private {
        setActive(nodeNo, false);
    }

    function switchOn(uint32 nodeNo) private {
        setActive(nodeNo, true);
    }

    function setActive(uint32 nodeNo, bool active) private {
        Node memory node = registry.node(nodeNo);
        vm.prank(cold(node.operatorNo));
        registry.updateNode(nodeNo, node.endpoint, node.caHash, active, "");
    }

    function twoBut(uint32 reporter) private pure returns (uint32 first, uint32 second) {
        first = reporter == 2 ? 3 : 2;
        second = reporter == 4 ? 5 : 4;
    }

    function commitmentOfVote(uint64 disputeNo, uint32 operatorNo) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                disputeNo, operatorNo, uint16(2), uint16(1), bytes32("report"), bytes32("salt")
            )
        );
    }

    function commitVote(uint64 disputeNo, uint32 nodeNo) private {
        bytes32 commitment = commitmentOfVote(disputeNo, nodeNo);
        vm.prank(action(nodeNo));
        court.commitVote(disputeNo, commitment);
    }

    function revealVote(uint64 disputeNo, uint32 nodeNo) private {
        this.revealVoteAs(disputeNo, nodeNo, nodeNo);
    }
}
