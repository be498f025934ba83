// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Places } from "../src/disputes/Places.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { EvidenceFixture } from "./EvidenceFixture.sol";

/// @notice Two signatures of one duty key for one place, and a signature over what another holds (spec 07).
contract EquivocationTest is EvidenceFixture {
    uint16 private constant HOLDER = 8;
    uint16 private constant RECORD = 15;
    uint16 private constant VERDICT = 16;
    uint32 private constant SEAT = 4;

    function setUp() public {
        setUpEvidence();
        post();
    }

    // Records

    function test_TwoRecordsOfOneBatchArePunishedAndTheLedgersStands() public {
        SignedRecordBatch memory a = record("root");
        SignedRecordBatch memory b = record("other root");
        vm.expectEmit(address(court));
        emit FaultProven(RECORD, EXECUTOR, batchNo, 0, 0, 0, BOND / 5);
        court.prove(RECORD, abi.encode(EXECUTOR, a, b));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 5, "twenty percent");
        assertEq(ledger.voided(batchNo), 0, "the record is judged by itself");
        bytes32 place = Places.ofRecordSigner(batchNo, EXECUTOR);
        vm.expectRevert(abi.encodeWithSelector(AlreadyJudged.selector, RECORD, place));
        court.prove(RECORD, abi.encode(EXECUTOR, b, a));
    }

    function test_TwoRecordsNeedNotBeOfALedgersBatch() public {
        SignedRecordBatch memory a = record("root");
        SignedRecordBatch memory b = record("root");
        (a.batchNo, b.batchNo, b.posted) = (99, 99, 3);
        court.prove(RECORD, abi.encode(EXECUTOR, signedBy(EXECUTOR, a), signedBy(EXECUTOR, b)));
        assertEq(bondOf(EXECUTOR), BOND - BOND / 5, "twenty percent");
    }

    function test_TheSameRecordAtAnotherAuditPositionIsNoFault() public {
        SignedRecordBatch memory a = record("root");
        SignedRecordBatch memory b = record("root");
        (b.auditSeq, b.auditHead) = (9, "later head");
        b = signedBy(EXECUTOR, b);
        refused(RECORD, abi.encode(EXECUTOR, a, b), noFault(RECORD));
    }

    /// @dev What differs must be signed, by this node, for this place.
    function testFuzz_AChangedRecordIsNotSigned(uint256 which, uint256 by) public {
        SignedRecordBatch memory a = record("root");
        SignedRecordBatch memory b = record("root");
        by = bound(by, 1, type(uint8).max);
        which = bound(which, 0, 6);
        if (which == 0) b.batchNo ^= uint64(by);
        if (which == 1) b.itemsRoot ^= bytes32(by);
        if (which == 2) b.recordRoot ^= bytes32(by);
        if (which == 3) b.posted ^= by;
        if (which == 4) b.auditSeq ^= uint64(by);
        if (which == 5) b.auditHead ^= bytes32(by);
        if (which == 6) b.signature[by % 65] ^= bytes1(uint8(by));
        bytes memory error_ = abi.encodeWithSelector(NotSigned.selector, EXECUTOR);
        refused(RECORD, abi.encode(EXECUTOR, a, b), error_);
    }

    function test_Revert_WhenTheRecordsAreOfTwoPlacesOrTwoNodes() public {
        SignedRecordBatch memory a = record("root");
        SignedRecordBatch memory b = record("other root");
        b.batchNo = 99;
        b = signedBy(EXECUTOR, b);
        bytes memory error_ = abi.encodeWithSelector(OtherPlace.selector, uint64(99));
        refused(RECORD, abi.encode(EXECUTOR, a, b), error_);
        b = signedBy(2, record("other root"));
        error_ = abi.encodeWithSelector(NotSigned.selector, EXECUTOR);
        refused(RECORD, abi.encode(EXECUTOR, a, b), error_);
        error_ = abi.encodeWithSelector(NotSigned.selector, 99);
        refused(RECORD, abi.encode(uint32(99), a, b), error_);
    }

    // Another's batch

    function test_ARecordSignedForAnothersBatchIsAWrongHolders() public {
        SignedRecordBatch memory a = signedBy(SEAT, record("root"));
        court.prove(HOLDER, holder(SEAT, a));
        assertEq(bondOf(SEAT), BOND - BOND / 5, "twenty percent");
        assertEq(ledger.voided(batchNo), 0, "the holder's record stands");
    }

    function test_TheHolderAndABatchThatIsNotClaimedYetAreNoFault() public {
        refused(HOLDER, holder(EXECUTOR, record("root")), noFault(HOLDER));
        SignedRecordBatch memory a = record("root");
        a.batchNo = 99;
        refused(HOLDER, holder(SEAT, signedBy(SEAT, a)), noFault(HOLDER));
        a = record("root");
        bytes memory error_ = abi.encodeWithSelector(NotSigned.selector, SEAT);
        refused(HOLDER, holder(SEAT, a), error_);
    }

    // Verdicts

    function test_TwoVerdictsOfOneSeatArePunishedOncePerDraw() public {
        SignedVerdict memory a = verdict(0);
        SignedVerdict memory b = verdict(2);
        court.prove(VERDICT, verdicts(SEAT, a, b));
        assertEq(bondOf(SEAT), BOND - BOND / 5, "twenty percent");
        bytes32 place = Places.ofSeat(batchNo, 0, SEAT);
        SignedVerdict memory c = verdict(4);
        vm.expectRevert(abi.encodeWithSelector(AlreadyJudged.selector, VERDICT, place));
        court.prove(VERDICT, verdicts(SEAT, a, c));
        (a.draw, c.draw) = (1, 1);
        court.prove(VERDICT, verdicts(SEAT, signedBy(a), signedBy(c)));
        assertEq(bondOf(SEAT), BOND * 64 / 100, "another draw, another fault");
    }

    function test_AVerdictForAnotherLedgerIsPunished() public {
        SignedVerdict memory a = verdict(0);
        SignedVerdict memory b = verdict(0);
        b.recordBlockHash = "rewritten";
        court.prove(VERDICT, verdicts(SEAT, a, signedBy(b)));
        assertEq(bondOf(SEAT), BOND - BOND / 5, "twenty percent");
    }

    function test_VerdictsThatDifferInTheSetOfCommitmentsAreNoFault() public {
        SignedVerdict memory a = verdict(2);
        SignedVerdict memory b = verdict(2);
        (b.commitmentsHash, b.auditSeq, b.auditHead) = ("another set", 9, "later head");
        refused(VERDICT, verdicts(SEAT, a, signedBy(b)), noFault(VERDICT));
    }

    function testFuzz_AChangedVerdictIsNotSigned(uint256 which, uint256 by) public {
        SignedVerdict memory a = verdict(0);
        SignedVerdict memory b = verdict(0);
        by = bound(by, 1, type(uint8).max);
        which = bound(which, 0, 9);
        if (which == 0) b.batchNo ^= uint64(by);
        if (which == 1) b.draw ^= uint8(by);
        if (which == 2) b.recordBlockHash ^= bytes32(by);
        if (which == 3) b.commitmentsHash ^= bytes32(by);
        if (which == 4) b.fault ^= by;
        if (which == 5) b.unable ^= by;
        if (which == 6) b.reportHash ^= bytes32(by);
        if (which == 7) b.auditSeq ^= uint64(by);
        if (which == 8) b.auditHead ^= bytes32(by);
        if (which == 9) b.signature[by % 65] ^= bytes1(uint8(by));
        bytes memory error_ = abi.encodeWithSelector(NotSigned.selector, SEAT);
        refused(VERDICT, verdicts(SEAT, a, b), error_);
    }

    function test_Revert_WhenTheVerdictsAreOfTwoDraws() public {
        SignedVerdict memory a = verdict(0);
        SignedVerdict memory b = verdict(2);
        b.draw = 1;
        bytes memory error_ = abi.encodeWithSelector(OtherPlace.selector, batchNo);
        refused(VERDICT, verdicts(SEAT, a, signedBy(b)), error_);
    }

    function test_TwoCommitmentsOfOneSeatArePunished() public {
        SignedCommitment memory a = commitment("one");
        SignedCommitment memory b = commitment("another");
        refused(VERDICT, commitments(SEAT, a, a), noFault(VERDICT));
        SignedCommitment memory later = commitment("another");
        later.draw = 1;
        bytes memory error_ = abi.encodeWithSelector(OtherPlace.selector, batchNo);
        refused(VERDICT, commitments(SEAT, a, signedBy(later)), error_);
        error_ = abi.encodeWithSelector(BadForm.selector, 3);
        refused(VERDICT, abi.encode(uint8(3), SEAT, abi.encode(a, b)), error_);
        court.prove(VERDICT, commitments(SEAT, a, b));
        assertEq(bondOf(SEAT), BOND - BOND / 5, "twenty percent");
    }

    function testFuzz_AChangedCommitmentIsNotSigned(uint256 which, uint256 by) public {
        SignedCommitment memory a = commitment("one");
        SignedCommitment memory b = commitment("one");
        by = bound(by, 1, type(uint8).max);
        which = bound(which, 0, 5);
        if (which == 0) b.batchNo ^= uint64(by);
        if (which == 1) b.draw ^= uint8(by);
        if (which == 2) b.commitment ^= bytes32(by);
        if (which == 3) b.auditSeq ^= uint64(by);
        if (which == 4) b.auditHead ^= bytes32(by);
        if (which == 5) b.signature[by % 65] ^= bytes1(uint8(by));
        bytes memory error_ = abi.encodeWithSelector(NotSigned.selector, SEAT);
        refused(VERDICT, commitments(SEAT, a, b), error_);
    }

    function record(bytes32 root) private returns (SignedRecordBatch memory) {
        SignedRecordBatch memory drawn;
        drawn.batchNo = batchNo;
        drawn.itemsRoot = "items";
        drawn.recordRoot = root;
        drawn.posted = 7;
        drawn.auditSeq = 1;
        drawn.auditHead = "head";
        return signedBy(EXECUTOR, drawn);
    }

    function signedBy(uint32 nodeNo, SignedRecordBatch memory a)
        private
        returns (SignedRecordBatch memory)
    {
        bytes32 structHash = Duty.hashRecordBatch(
            a.batchNo, a.itemsRoot, a.recordRoot, a.posted, a.auditSeq, a.auditHead
        );
        a.signature = dutySignature(nodeNo, ledger.domainSeparator(), structHash);
        return a;
    }

    function verdict(uint256 fault) private returns (SignedVerdict memory) {
        SignedVerdict memory drawn;
        drawn.batchNo = batchNo;
        drawn.recordBlockHash = "block";
        drawn.commitmentsHash = "set";
        drawn.fault = fault;
        drawn.auditSeq = 1;
        drawn.auditHead = "head";
        return signedBy(drawn);
    }

    function signedBy(SignedVerdict memory a) private returns (SignedVerdict memory) {
        return signVerdictOf(SEAT, a);
    }

    function commitment(bytes32 value) private returns (SignedCommitment memory) {
        SignedCommitment memory drawn;
        drawn.batchNo = batchNo;
        drawn.commitment = value;
        drawn.auditSeq = 1;
        drawn.auditHead = "head";
        return signedBy(drawn);
    }

    function signedBy(SignedCommitment memory a) private returns (SignedCommitment memory) {
        bytes32 structHash =
            Duty.hashCommitment(a.batchNo, a.draw, a.commitment, a.auditSeq, a.auditHead);
        a.signature = dutySignature(SEAT, ledger.domainSeparator(), structHash);
        return a;
    }

    function holder(uint32 nodeNo, SignedRecordBatch memory a) private pure returns (bytes memory) {
        return abi.encode(uint8(2), abi.encode(nodeNo, a));
    }

    function verdicts(uint32 nodeNo, SignedVerdict memory a, SignedVerdict memory b)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(uint8(1), nodeNo, abi.encode(a, b));
    }

    function commitments(uint32 nodeNo, SignedCommitment memory a, SignedCommitment memory b)
        private
        pure
        returns (bytes memory)
    {
        return abi.encode(uint8(2), nodeNo, abi.encode(a, b));
    }

    function noFault(uint16 fault) private pure returns (bytes memory) {
        return abi.encodeWithSelector(NoFault.selector, fault);
    }

    function refused(uint16 fault, bytes memory evidence, bytes memory error_) private {
        vm.expectRevert(error_);
        court.prove(fault, evidence);
    }
}
