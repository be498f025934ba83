// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { ExecutionsCheckpoints } from "./executions/Checkpoints.sol";
import { Committee } from "./executions/Committee.sol";
import { ExecutionsReclaims } from "./executions/Reclaims.sol";
import { ExecutionsRecords } from "./executions/Records.sol";
import { BatchSlot } from "./executions/State.sol";
import { ExecutionsStore } from "./executions/Store.sol";
import { Verdicts } from "./executions/Verdicts.sol";
import { IBeacon } from "./interfaces/IBeacon.sol";
import { IDisputes } from "./interfaces/IDisputes.sol";
import { IExecutions } from "./interfaces/IExecutions.sol";
import { IIntents } from "./interfaces/IIntents.sol";
import { IRegistry } from "./interfaces/IRegistry.sol";
import { Bits } from "./libraries/Bits.sol";

/// @title Executions: claims, records, verdicts.
contract Executions is ExecutionsReclaims, ExecutionsRecords, ExecutionsCheckpoints {
    constructor(IRegistry registry, IIntents intents, IBeacon beacon, IDisputes disputes)
        ExecutionsStore(registry, intents, beacon, disputes)
    { }

    /// @inheritdoc IExecutions
    function finalise(uint64 batchNo, bytes32 recordBlockHash, bytes calldata verdicts) external {
        Committee.finalise(_state, _modules(), batchNo, recordBlockHash, verdicts);
    }

    /// @inheritdoc IExecutions
    function openFallback(uint64 batchNo) external {
        Committee.openFallback(_state, _modules(), batchNo);
    }

    /// @inheritdoc IExecutions
    function postCommitment(
        uint64 batchNo,
        uint32 nodeNo,
        bytes32 commitment,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata signature
    ) external {
        Committee.postCommitment(
            _state, _modules(), batchNo, nodeNo, commitment, auditSeq, auditHead, signature
        );
    }

    /// @inheritdoc IExecutions
    function revealVerdict(
        uint64 batchNo,
        bytes32 recordBlockHash,
        SeatVerdict calldata verdict,
        bytes calldata report
    ) external {
        Committee.revealVerdict(_state, _modules(), batchNo, recordBlockHash, verdict, report);
    }

    /// @inheritdoc IExecutions
    function advanceFallback(uint64 batchNo) external {
        Committee.advanceFallback(_state, _modules(), batchNo);
    }

    /// @inheritdoc IExecutions
    function expire(uint64 batchNo) external returns (uint32 nodeNo) {
        require(msg.sender == address(_disputes), NotDisputes(msg.sender));
        Batch memory found = BatchSlot.load(_state, batchNo);
        require(found.status == BatchStatus.Claimed, WrongBatchStatus(batchNo, found.status));
        require(block.timestamp > found.deadlineSec, LeaseLive(batchNo, found.deadlineSec));
        found.status = BatchStatus.Expired;
        BatchSlot.save(_state, batchNo, found);
        emit BatchExpired(batchNo, found.nodeNo);
        return found.nodeNo;
    }

    /// @inheritdoc IExecutions
    function settle(uint64 batchNo, uint16 index, bool upheld, bool verified) external {
        require(msg.sender == address(_disputes), NotDisputes(msg.sender));
        Batch memory found = BatchSlot.load(_state, batchNo);
        uint256 bit = index < found.count ? 1 << index : 0;
        uint256 disputedBits = _state.disputed[batchNo];
        if (disputedBits & bit != 0) {
            _state.disputed[batchNo] = disputedBits & ~bit;
        } else {
            uint256 left = _state.pending[batchNo];
            require(found.draw == BatchSlot.VOTE && left & bit != 0, NotOpen(batchNo, index));
            left &= ~bit;
            _state.pending[batchNo] = left;
            if (left == 0) {
                found.status = BatchStatus.Settled;
                BatchSlot.save(_state, batchNo, found);
            }
        }
        if (upheld) {
            _state.voided[batchNo] |= bit;
            found.marked = true;
            BatchSlot.save(_state, batchNo, found);
        }
        emit ExecutionSettled(batchNo, index, upheld, verified);
    }

    /// @inheritdoc IExecutions
    function condemn(uint64 batchNo, uint256 bits) external {
        require(msg.sender == address(_disputes), NotDisputes(msg.sender));
        Batch memory found = BatchSlot.load(_state, batchNo);
        uint256 postedBits = BatchSlot.posted(_state, batchNo, found);
        bits &= postedBits & ~_state.voided[batchNo];
        uint256 voidedBits = _state.voided[batchNo] | bits;
        uint256 left = _state.pending[batchNo] & ~bits;
        _state.voided[batchNo] = voidedBits;
        _state.disputed[batchNo] &= ~bits;
        _state.pending[batchNo] = left;
        if (found.draw == 0) left = postedBits & ~voidedBits;
        // Nothing is left to judge: nobody owes a verdict any more.
        if (found.status == BatchStatus.Recorded && left == 0) {
            found.status = BatchStatus.Settled;
            Verdicts.forget(_state.fallbacks[batchNo]);
        }
        found.marked = true;
        BatchSlot.save(_state, batchNo, found);
        for (; bits != 0; bits &= bits - 1) {
            emit ExecutionSettled(batchNo, uint16(Bits.count((bits & (~bits + 1)) - 1)), true, true);
        }
    }

    /// @inheritdoc IExecutions
    function faultReport(uint64 batchNo, uint8 draw, uint32 nodeNo)
        external
        view
        returns (bytes32)
    {
        return _state.faultReports[Verdicts.reportKey(batchNo, draw, nodeNo)];
    }

    /// @inheritdoc IExecutions
    function rightSeats(uint64 batchNo, uint16 index) external view returns (uint32[] memory) {
        return Committee.rightSeats(_state, batchNo, index);
    }

    /// @inheritdoc IExecutions
    function committee(uint64 batchNo) external view returns (uint32[] memory) {
        return Committee.committee(_state, _modules(), batchNo);
    }

    /// @inheritdoc IExecutions
    function fallbackOf(uint64 batchNo) external view returns (Fallback memory) {
        return Committee.fallbackOf(_state, _modules(), batchNo);
    }
}
