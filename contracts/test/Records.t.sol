// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "../src/interfaces/IAudit.sol";
import {
    IExecutionsErrors,
    IExecutionsEvents,
    IExecutionsTypes
} from "../src/interfaces/IExecutions.sol";
import { Duty } from "../src/libraries/Duty.sol";
import { Leaves } from "../src/libraries/Leaves.sol";
import { LedgerFixture } from "./LedgerFixture.sol";

/// @notice Records (spec 03 and 04).
contract RecordsTest is LedgerFixture, IExecutionsEvents {
    uint64 private batchNo;

    function setUp() public {
        setUpLedger(7);
        batchNo = claimTicks(1, 3);
    }

    function test_ARecordIsOneLogAndItsRootCoversEveryPosition() public {
        bytes32 itemsRoot = ledger.rootWord(batchNo);
        bytes memory records = recordsOf(5);
        bytes memory signed = signRecord(1, batchNo, 5, records);
        vm.expectEmit(address(ledger));
        emit Recorded(batchNo, 1, 5, 1, 1, "head", records, signed);
        ledger.record(batchNo, 5, 1, "head", records, signed);
        bytes32 recordRoot = this.recordRootOf(3, 5, records);
        assertEq(ledger.rootWord(batchNo), Leaves.recorded(itemsRoot, recordRoot), "root word");
        assertEq(ledger.posted(batchNo), 5, "posted");
        Batch memory found = ledger.batch(batchNo);
        assertEq(uint8(found.status), uint8(BatchStatus.Recorded), "status");
        assertEq(found.recordBlock, block.number, "block");
    }

    function test_Revert_WhenTheBatchIsUnknownOrRecordedAlready() public {
        bytes memory records = recordsOf(1);
        bytes4 error_ = IExecutionsErrors.WrongBatchStatus.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 99, BatchStatus.None));
        ledger.record(99, 1, 1, "head", records, "");
        recordAs(1, batchNo, 7);
        vm.expectRevert(abi.encodeWithSelector(error_, batchNo, BatchStatus.Recorded));
        ledger.record(batchNo, 1, 1, "head", records, "");
    }

    function test_Revert_WhenTheLeaseIsOver() public {
        uint40 deadlineSec = ledger.batch(batchNo).deadlineSec;
        bytes memory records = recordsOf(1);
        bytes memory signed = signRecord(1, batchNo, 1, records);
        vm.warp(uint256(deadlineSec) + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IExecutionsErrors.LeaseOver.selector, batchNo, deadlineSec)
        );
        ledger.record(batchNo, 1, 1, "head", records, signed);
        vm.warp(deadlineSec);
        ledger.record(batchNo, 1, 1, "head", records, signed);
    }

    function test_Revert_WhenPostedIsEmptyOrOutOfRange() public {
        bytes4 error_ = IExecutionsErrors.BadPosted.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 8, 3));
        ledger.record(batchNo, 8, 1, "head", recordsOf(1), "");
        vm.expectRevert(abi.encodeWithSelector(error_, 0, 3));
        ledger.record(batchNo, 0, 1, "head", "", "");
    }

    function test_Revert_WhenTheLengthIsNotThatOfTheBits() public {
        bytes4 error_ = IExecutionsErrors.BadRecords.selector;
        vm.expectRevert(abi.encodeWithSelector(error_, 128, 256));
        ledger.record(batchNo, 3, 1, "head", recordsOf(1), "");
        vm.expectRevert(abi.encodeWithSelector(error_, 257, 256));
        ledger.record(batchNo, 3, 1, "head", new bytes(257), "");
    }

    function test_Revert_WhenAnotherNodeSigned() public {
        bytes memory records = recordsOf(1);
        bytes memory signed = signRecord(2, batchNo, 1, records);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadRecordSignature.selector, 1));
        ledger.record(batchNo, 1, 1, "head", records, signed);
    }

    function testFuzz_Revert_WhenTheAuditPositionIsNotBelow2To53(uint64 auditSeq) public {
        auditSeq = uint64(bound(auditSeq, 2 ** 53, type(uint64).max));
        bytes memory records = recordsOf(7);
        bytes memory signed = signRecordAt(auditSeq, records);
        vm.expectRevert(abi.encodeWithSelector(IAuditErrors.BadAuditSeq.selector, auditSeq));
        ledger.record(batchNo, 7, auditSeq, "head", records, signed);
    }

    function testFuzz_AnyAuditPositionBelow2To53IsRecorded(uint64 auditSeq) public {
        auditSeq = uint64(bound(auditSeq, 0, 2 ** 53 - 1));
        bytes memory records = recordsOf(7);
        ledger.record(batchNo, 7, auditSeq, "head", records, signRecordAt(auditSeq, records));
        assertEq(ledger.posted(batchNo), 7, "posted");
    }

    function testFuzz_Revert_WhenAnyByteOfTheRecordsWasChanged(uint256 place, uint8 change) public {
        bytes memory records = recordsOf(7);
        bytes memory signed = signRecord(1, batchNo, 7, records);
        place = bound(place, 0, records.length - 1);
        records[place] = bytes1(uint8(records[place]) ^ uint8(bound(change, 1, 255)));
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.BadRecordSignature.selector, 1));
        ledger.record(batchNo, 7, 1, "head", records, signed);
    }

    function test_ANodeThatWasSuspendedOrSwitchedOffStillRecordsWhatItClaimed() public {
        vm.prank(council);
        registry.suspend(1, uint40(block.timestamp + 1000), "reason");
        Node memory node = registry.node(1);
        vm.prank(cold(1));
        registry.updateNode(1, node.endpoint, node.caHash, false, "");
        recordAs(1, batchNo, 7);
        closeRound();
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "final");
    }

    function test_APositionWithoutARecordIsNeverFinal() public {
        recordAs(1, batchNo, 5);
        closeRound();
        finaliseRight(batchNo);
        assertTrue(ledger.isFinal(batchNo, 0), "recorded");
        assertFalse(ledger.isFinal(batchNo, 1), "left out");
    }

    function test_AClaimWithoutARecordCostsOnce() public {
        uint40 deadlineSec = ledger.batch(batchNo).deadlineSec;
        vm.warp(deadlineSec);
        vm.expectRevert(abi.encodeWithSignature("LeaseLive(uint64,uint40)", batchNo, deadlineSec));
        court.claimWithoutRecord(batchNo);
        vm.warp(uint256(deadlineSec) + 1);
        court.claimWithoutRecord(batchNo);
        assertEq(registry.operator(1).bondWei, BOND - BOND / 200, "half a percent");
        vm.expectRevert(abi.encodeWithSignature("AlreadyPunished(uint64)", batchNo));
        court.claimWithoutRecord(batchNo);
        vm.expectRevert(abi.encodeWithSignature("WrongBatchStatus(uint64)", 99));
        court.claimWithoutRecord(99);
        bytes4 error_ = IExecutionsErrors.WrongBatchStatus.selector;
        vm.expectRevert(
            abi.encodeWithSelector(error_, batchNo, IExecutionsTypes.BatchStatus.Expired)
        );
        ledger.record(batchNo, 1, 1, "head", recordsOf(1), "");
    }

    function test_Revert_WhenSomebodyButDisputesExpiresOrSettles() public {
        bytes memory error_ =
            abi.encodeWithSelector(IExecutionsErrors.NotDisputes.selector, address(this));
        vm.expectRevert(error_);
        ledger.expire(batchNo);
        vm.expectRevert(error_);
        ledger.settle(batchNo, 0, true, true);
        vm.startPrank(address(court));
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.LeaseLive.selector, batchNo, ledger.batch(batchNo).deadlineSec
            )
        );
        ledger.expire(batchNo);
        vm.expectRevert(
            abi.encodeWithSelector(
                IExecutionsErrors.WrongBatchStatus.selector, 99, BatchStatus.None
            )
        );
        ledger.expire(99);
        vm.expectRevert(abi.encodeWithSelector(IExecutionsErrors.NotOpen.selector, batchNo, 0));
        ledger.settle(batchNo, 0, true, true);
    }

    function signRecordAt(uint64 auditSeq, bytes memory records) private returns (bytes memory) {
        bytes32 root = this.recordRootOf(3, 7, records);
        bytes32 structHash =
            Duty.hashRecordBatch(batchNo, ledger.rootWord(batchNo), root, 7, auditSeq, "head");
        return dutySignature(1, ledger.domainSeparator(), structHash);
    }
}
