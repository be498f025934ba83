// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Places } from "../src/disputes/Places.sol";
import { EvidenceFixture } from "./EvidenceFixture.sol";

/// @notice Seats that found right what evidence voids after it was final (spec 07).
contract ContradictionTest is EvidenceFixture {
    uint16 private constant WITHHELD = 11;
    uint16 private constant RUNTIME_FAULT = 10;
    uint16 private constant CONTRADICTED = 17;

    uint32[] private seats;
    SeatVerdict[] private told;
    bytes32 private set;
    bytes32 private block_;

    function setUp() public {
        setUpEvidence();
        post(recordOf(2, 4, 1, uint48(BEGAN_MS), uint48(BEGAN_MS + 60), 1));
        seats = ledger.committee(batchNo);
    }

    function test_EachSeatPaysOnceAndWhoShowsItEarns() public {
        finaliseWith(0, 0);
        prove();
        assertEq(bondOf(seats[0]), BOND, "nothing is known of the seats yet");
        for (uint256 seat; seat < seats.length; ++seat) {
            uint32 reporter = bystander();
            vm.expectEmit(address(court));
            emit FaultProven(CONTRADICTED, seats[seat], batchNo, POSITION, 0, reporter, BOND / 20);
            bytes memory evidence = shown(RUNTIME_FAULT, POSITION, seat);
            vm.prank(action(reporter));
            court.prove(CONTRADICTED, evidence);
            assertEq(bondOf(seats[seat]), BOND - BOND / 20, "five percent");
            bytes32 place = Places.ofRecord(batchNo, POSITION);
            refused(evidence, abi.encodeWithSelector(AlreadyJudged.selector, CONTRADICTED, place));
        }
        registry.settleSlash(2);
        assertEq(payout(bystander()).balance, BOND / 100, "a fifth");
    }

    function test_WhoReportsItselfEarnsNothing() public {
        finaliseWith(0, 0);
        prove();
        bytes memory evidence = shown(RUNTIME_FAULT, POSITION, 0);
        vm.expectEmit(address(court));
        emit FaultProven(CONTRADICTED, seats[0], batchNo, POSITION, 0, 0, BOND / 20);
        vm.prank(action(seats[0]));
        court.prove(CONTRADICTED, evidence);
    }

    /// @dev Nothing but the evidence that voids a record makes its seats wrong.
    function test_Revert_WhenNothingWasProvenThere() public {
        finaliseWith(0, 0);
        refused(shown(RUNTIME_FAULT, POSITION, 0), noFault());
        prove();
        refused(shown(9, POSITION, 0), noFault());
        refused(shown(RUNTIME_FAULT, 0, 0), noFault());
    }

    function test_Revert_WhenTheFaultIsNoneThatSeatsCouldSee() public {
        finaliseWith(0, 0);
        prove();
        uint16[5] memory others = [uint16(0), 5, WITHHELD, 16, 17];
        for (uint256 i; i < others.length; ++i) {
            bytes memory error_ = abi.encodeWithSelector(NotByContract.selector, others[i]);
            refused(shown(others[i], POSITION, 0), error_);
        }
    }

    /// @dev Only positions that the seat could find something about, and of which it said nothing, count.
    function testFuzz_ASeatThatFoundItWrongOrCouldNotJudgePaysNothing(
        uint256 fault,
        uint256 unable,
        uint16 index
    ) public {
        fault &= 7;
        unable &= 7 & ~fault;
        (block_, set) = ("block", "set");
        index = uint16(bound(index, 0, 300));
        prove();
        SignedVerdict memory verdict = signedVerdict(0, fault, unable);
        bytes memory evidence = abi.encode(RUNTIME_FAULT, index, seats[0], verdict);
        bool isRight = index < 3 && (fault >> index) & 1 == 0 && (unable >> index) & 1 == 0;
        if (isRight && index == POSITION) {
            court.prove(CONTRADICTED, evidence);
            assertEq(bondOf(seats[0]), BOND - BOND / 20, "five percent");
        } else {
            refused(evidence, noFault());
            assertEq(bondOf(seats[0]), BOND, "nothing");
        }
    }

    /// @dev A later draw judges what was pending: silence about the rest says nothing.
    function test_ARedrawsSeatIsNotContradicted() public {
        (block_, set) = ("block", "set");
        prove();
        SignedVerdict memory verdict = signedVerdict(1, 0, 0);
        refused(abi.encode(RUNTIME_FAULT, POSITION, seats[0], verdict), noFault());
    }

    function testFuzz_Revert_WhenTheSeatDidNotSignIt(uint256 which, uint256 by) public {
        (block_, set) = ("block", "set");
        prove();
        SignedVerdict memory a = signedVerdict(0, 1, 0);
        by = bound(by, 1, type(uint8).max);
        which = bound(which, 0, 7);
        if (which == 0) a.recordBlockHash ^= bytes32(by);
        if (which == 1) a.commitmentsHash ^= bytes32(by);
        if (which == 2) a.fault ^= by;
        if (which == 3) a.unable ^= by;
        if (which == 4) a.reportHash ^= bytes32(by);
        if (which == 5) a.auditSeq ^= uint64(by);
        if (which == 6) a.auditHead ^= bytes32(by);
        if (which == 7) a.signature[by % 65] ^= bytes1(uint8(by));
        bytes memory error_ = abi.encodeWithSelector(NotSigned.selector, seats[0]);
        refused(abi.encode(RUNTIME_FAULT, POSITION, seats[0], a), error_);
    }

    function prove() private {
        court.prove(RUNTIME_FAULT, abi.encode(recordProof(), signed));
    }

    function finaliseWith(uint256 fault, uint256 unable) private {
        uint256[] memory faults = new uint256[](5);
        uint256[] memory unables = new uint256[](5);
        (faults[0], unables[0]) = (fault, unable);
        (SeatVerdict[] memory verdicts, bytes[] memory reports) =
            verdictsOf(batchNo, faults, unables);
        (set, block_) = (setOf(batchNo, verdicts), recordHash(batchNo));
        for (uint256 i; i < verdicts.length; ++i) {
            told.push(verdicts[i]);
        }
        ledger.finalise(batchNo, block_, packed(verdicts, reports));
        assertTrue(ledger.isFinal(batchNo, POSITION), "final");
    }

    /// @dev What stands in Finalised, as the seat signed it.
    function shown(uint16 ofFault, uint16 index, uint256 seat) private view returns (bytes memory) {
        SeatVerdict memory own = told[seat];
        SignedVerdict memory verdict = SignedVerdict({
            batchNo: batchNo,
            draw: 0,
            recordBlockHash: block_,
            commitmentsHash: set,
            fault: own.fault,
            unable: own.unable,
            reportHash: own.reportHash,
            auditSeq: own.auditSeq,
            auditHead: own.auditHead,
            signature: own.signature
        });
        return abi.encode(ofFault, index, own.nodeNo, verdict);
    }

    function signedVerdict(uint8 draw, uint256 fault, uint256 unable)
        private
        returns (SignedVerdict memory a)
    {
        (a.batchNo, a.draw, a.fault, a.unable) = (batchNo, draw, fault, unable);
        (a.recordBlockHash, a.commitmentsHash) = (block_, set);
        return signVerdictOf(seats[0], a);
    }

    function bystander() private view returns (uint32 nodeNo) {
        nodeNo = 2;
        while (nodeNo == seats[0] || nodeNo == seats[1] || nodeNo == seats[2]) {
            ++nodeNo;
        }
    }

    function noFault() private pure returns (bytes memory) {
        return abi.encodeWithSelector(NoFault.selector, CONTRADICTED);
    }

    function refused(bytes memory evidence, bytes memory error_) private {
        vm.expectRevert(error_);
        court.prove(CONTRADICTED, evidence);
    }
}
