// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutions } from "../interfaces/IExecutions.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";
import { Bits } from "../libraries/Bits.sol";
import { Duty } from "../libraries/Duty.sol";
import { Leaves } from "../libraries/Leaves.sol";
import { Merkle } from "../libraries/Merkle.sol";
import { BatchSlot } from "./State.sol";
import { ExecutionsStore } from "./Store.sol";

/// @dev Records: a claimed batch is recorded once, as a whole (spec 03).
abstract contract ExecutionsRecords is ExecutionsStore {
    /// @inheritdoc IExecutions
    function record(
        uint64 batchNo,
        uint256 postedBits,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata records,
        bytes calldata signature
    ) external {
        AuditPosition.check(auditSeq);
        Batch memory found = BatchSlot.load(_state, batchNo);
        _checkRecordable(batchNo, found, postedBits, records.length);
        bytes32 recordRoot = _recordRoot(found.count, postedBits, records);
        bytes32 signed = Duty.hashRecordBatch(
            batchNo, _state.roots[batchNo], recordRoot, postedBits, auditSeq, auditHead
        );
        _checkSignature(found, signed, signature);

        found.status = BatchStatus.Recorded;
        found.judgedAtSec = 0;
        found.recordBlock = uint40(block.number);
        found.round = _beacon.assign();
        found.allPosted = postedBits == Bits.mask(found.count);
        BatchSlot.save(_state, batchNo, found);
        _state.roots[batchNo] = Leaves.recorded(_state.roots[batchNo], recordRoot);
        if (!found.allPosted) _state.posted[batchNo] = postedBits;
        emit Recorded(
            batchNo, found.nodeNo, postedBits, found.round, auditSeq, auditHead, records, signature
        );
    }

    /// @dev By the key of the time when the batch was claimed; who was switched off since still owes its record.
    function _checkSignature(Batch memory found, bytes32 structHash, bytes calldata signature)
        private
        view
    {
        uint32 nodeNo = found.nodeNo;
        (,, address dutyKey) = _registry.duty(nodeNo, found.judgedAtSec);
        require(
            Duty.signed(_hashTypedDataV4(structHash), signature, dutyKey),
            BadRecordSignature(nodeNo)
        );
    }

    function _checkRecordable(
        uint64 batchNo,
        Batch memory found,
        uint256 postedBits,
        uint256 length
    ) private view {
        require(found.status == BatchStatus.Claimed, WrongBatchStatus(batchNo, found.status));
        require(block.timestamp <= found.deadlineSec, LeaseOver(batchNo, found.deadlineSec));
        // Recording nothing would dodge the fault of recording nothing.
        require(
            postedBits != 0 && postedBits & ~Bits.mask(found.count) == 0,
            BadPosted(postedBits, found.count)
        );
        uint256 expected = Bits.count(postedBits) * Leaves.RECORD_BYTES;
        require(length == expected, BadRecords(length, expected));
    }

    /// @dev The root over all positions; one without a record has leaf zero.
    function _recordRoot(uint256 count, uint256 postedBits, bytes calldata records)
        private
        pure
        returns (bytes32)
    {
        bytes32[] memory leaves = new bytes32[](count);
        uint256 offset;
        for (uint256 index; index < count; ++index) {
            if (!Bits.has(postedBits, index)) continue;
            leaves[index] = Leaves.record(records, offset);
            offset += Leaves.RECORD_BYTES;
        }
        return Merkle.root(leaves);
    }
}
