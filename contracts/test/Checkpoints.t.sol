// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAudit, IAuditErrors, IAuditTypes } from "../src/interfaces/IAudit.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Owner } from "../src/libraries/Owner.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Checkpoints of signers' logs (spec 01).
contract CheckpointsTest is LedgerFixture {
    event AuditCheckpointed(
        uint32 indexed nodeNo, IAuditTypes.AuditCheckpoint checkpoint, bytes signature
    );
    event AuditContradicted(
        uint32 indexed nodeNo, IAuditTypes.AuditCheckpoint checkpoint, bytes signature
    );

    enum DutyChange {
        planned,
        atOnce
    }

    uint32 private constant SECOND = 101;

    function setUp() public {
        setUpLedger(7);
    }

    function point(uint64 seq, uint64 entries)
        private
        pure
        returns (IAuditTypes.AuditCheckpoint memory)
    {
        return IAuditTypes.AuditCheckpoint({
            nodeNo: 1,
            entries: entries,
            records: 3,
            commitments: 2,
            verdicts: 1,
            votes: 0,
            dutyUses: 7,
            actionUses: 4,
            auditSeq: seq,
            auditHead: bytes32(uint256(entries))
        });
    }

    function signed(IAuditTypes.AuditCheckpoint memory checkpoint) private returns (bytes memory) {
        return dutySignature(
            checkpoint.nodeNo, ledger.domainSeparator(), Duty.hashAuditCheckpoint(checkpoint)
        );
    }

    function signedBy(uint32 label, IAuditTypes.AuditCheckpoint memory checkpoint)
        private
        returns (bytes memory)
    {
        return dutySignature(label, ledger.domainSeparator(), Duty.hashAuditCheckpoint(checkpoint));
    }

    function giveBy(uint32 label, IAuditTypes.AuditCheckpoint memory checkpoint) private {
        ledger.checkpointAudit(checkpoint, signedBy(label, checkpoint));
    }

    /// @dev Node 1 gets the key "duty 101"; returns when it holds.
    function rotateDuty(DutyChange change) private {
        uint256 noticeSec =
            registry.parameters().leaseMarginSec + 15 * registry.parameters().confirmations;
        uint40 fromSec = change == DutyChange.atOnce ? 0 : uint40(block.timestamp + noticeSec);
        (address dutyKey, uint256 privateKey) = account("duty 101");
        address actionKey = registry.node(1).actionKey;
        bytes32 structHash = Duty.hashKeyRotation(1, dutyKey, actionKey, fromSec);
        bytes memory proof =
            signature(privateKey, Owner.digest(registry.domainSeparator(), structHash));
        vm.prank(cold(1));
        registry.rotateKeys(1, dutyKey, actionKey, fromSec, proof, "");
        if (fromSec > 0) vm.warp(fromSec);
    }

    function give(IAuditTypes.AuditCheckpoint memory checkpoint) private {
        ledger.checkpointAudit(checkpoint, signed(checkpoint));
    }

    function assertContradicted(IAuditTypes.AuditCheckpoint memory checkpoint) private {
        bytes memory signature_ = signed(checkpoint);
        vm.expectEmit(address(ledger));
        emit AuditContradicted(1, checkpoint, signature_);
        ledger.checkpointAudit(checkpoint, signature_);
        (, bool contradicted) = ledger.auditCheckpointOf(1);
        assertTrue(contradicted, "contradicted");
    }

    function test_ACheckpointIsKeptAndTheNewestIsTold() public {
        IAuditTypes.AuditCheckpoint memory first = point(1, 10);
        bytes memory signature_ = signed(first);
        vm.expectEmit(address(ledger));
        emit AuditCheckpointed(1, first, signature_);
        ledger.checkpointAudit(first, signature_);
        give(point(2, 11));
        (IAuditTypes.AuditCheckpoint memory newest, bool contradicted) = ledger.auditCheckpointOf(1);
        IAuditTypes.AuditCheckpoint memory expected = point(2, 11);
        assertEq(abi.encode(newest), abi.encode(expected), "newest");
        assertTrue(!contradicted, "contradicted");
        assertEq(ledger.auditCheckpointHash(1, 1), Duty.hashAuditCheckpoint(first), "first");
        assertEq(ledger.auditCheckpointHash(1, 3), bytes32(0), "none");
    }

    function test_OneAgainAndAnOlderOneThatFitsAreNoContradiction() public {
        give(point(1, 10));
        give(point(3, 30));
        give(point(3, 30));
        give(point(2, 20));
        (IAuditTypes.AuditCheckpoint memory newest, bool contradicted) = ledger.auditCheckpointOf(1);
        assertEq(newest.auditSeq, 3, "newest");
        assertTrue(!contradicted, "contradicted");
    }

    function test_TwoOfOneNumberContradictWhicheverIsNewest() public {
        give(point(1, 10));
        give(point(2, 20));
        assertContradicted(point(1, 11));
        // What was there first stays.
        assertEq(ledger.auditCheckpointHash(1, 1), Duty.hashAuditCheckpoint(point(1, 10)), "first");
    }

    function testFuzz_ALaterOneThatCountsLessContradicts(uint8 field) public {
        give(point(1, 10));
        IAuditTypes.AuditCheckpoint memory later = point(2, 20);
        field = field % 3;
        if (field == 0) later.records = 2;
        if (field == 1) later.commitments = 1;
        if (field == 2) later.verdicts = 0;
        assertContradicted(later);
    }

    function test_AnOlderOneThatCountsMoreContradicts() public {
        give(point(2, 20));
        IAuditTypes.AuditCheckpoint memory earlier = point(1, 10);
        earlier.votes = 1;
        assertContradicted(earlier);
    }

    function test_AfterARotationEitherKeySignsAndTheNumbersGoOn() public {
        give(point(1, 10));
        rotateDuty(DutyChange.planned);
        giveBy(SECOND, point(2, 20));
        // Signed before, and late.
        IAuditTypes.AuditCheckpoint memory late = point(3, 30);
        give(late);
        late.entries = 31;
        bytes memory signature_ = signedBy(SECOND, late);
        vm.expectEmit(address(ledger));
        emit AuditContradicted(1, late, signature_);
        ledger.checkpointAudit(late, signature_);
    }

    function test_Revert_WhenItsKeyIsRevoked() public {
        IAuditTypes.AuditCheckpoint memory checkpoint = point(1, 10);
        bytes memory signature_ = signed(checkpoint);
        rotateDuty(DutyChange.atOnce);
        vm.expectRevert(abi.encodeWithSelector(IAudit.BadCheckpointSignature.selector, 1));
        ledger.checkpointAudit(checkpoint, signature_);
        giveBy(SECOND, checkpoint);
        assertTrue(ledger.auditCheckpointHash(1, 1) != bytes32(0), "by the new key");
    }

    function test_Revert_WhenItIsNotSignedByTheNode() public {
        IAuditTypes.AuditCheckpoint memory checkpoint = point(1, 10);
        bytes memory signature_ = signed(checkpoint);
        checkpoint.entries = 11;
        vm.expectRevert(abi.encodeWithSelector(IAudit.BadCheckpointSignature.selector, 1));
        ledger.checkpointAudit(checkpoint, signature_);
        checkpoint = point(0, 10);
        signature_ = signed(checkpoint);
        vm.expectRevert(abi.encodeWithSelector(IAudit.BadCheckpointSignature.selector, 1));
        ledger.checkpointAudit(checkpoint, signature_);
    }

    function test_Revert_WhenANumberIsBeyondWhatEveryReaderKeeps() public {
        IAuditTypes.AuditCheckpoint memory checkpoint = point(2 ** 53, 10);
        bytes memory signature_ = signed(checkpoint);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, 2 ** 53));
        ledger.checkpointAudit(checkpoint, signature_);
    }
}
