// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import { DisputesChallenges } from "./disputes/Challenges.sol";
import { Faults } from "./disputes/Faults.sol";
import { DisputesProofs } from "./disputes/Proofs.sol";
import { DisputesVotes } from "./disputes/Votes.sol";
import { NodeDuty } from "./executions/State.sol";
import { IDisputes } from "./interfaces/IDisputes.sol";
import { IExecutions, IExecutionsTypes } from "./interfaces/IExecutions.sol";
import { IIntents } from "./interfaces/IIntents.sol";
import { IRegistry } from "./interfaces/IRegistry.sol";

/// @title Disputes: what contracts judge, and the vote on what they cannot.
contract Disputes is DisputesChallenges {
    constructor(IRegistry registry, IIntents intents, IExecutions executions, address beacon)
        EIP712("Deed", "1")
        DisputesVotes(registry, executions, beacon)
        DisputesProofs(intents)
    { }

    /// @inheritdoc IDisputes
    function claimWithoutRecord(uint64 batchNo) external {
        IExecutionsTypes.Batch memory found = _executions.batch(batchNo);
        require(found.status != IExecutionsTypes.BatchStatus.Expired, AlreadyPunished(batchNo));
        require(found.status == IExecutionsTypes.BatchStatus.Claimed, WrongBatchStatus(batchNo));
        require(block.timestamp > found.deadlineSec, LeaseLive(batchNo, found.deadlineSec));
        uint32 nodeNo = _executions.expire(batchNo);
        (uint32 operatorNo,,) = NodeDuty.dutyOf(_registry, nodeNo);
        _punish(operatorNo, 0, Faults.CLAIM_WITHOUT_RECORD, batchNo);
    }

    /// @inheritdoc IDisputes
    function missingVerdict(uint64 batchNo, uint32 operatorNo, bool withheld) external {
        require(msg.sender == address(_executions), NotExecutions(msg.sender));
        _punish(operatorNo, 0, withheld ? Faults.VERDICT_WITHHELD : Faults.MISSING_VERDICT, batchNo);
        _registry.sitOut(operatorNo);
    }

    /// @inheritdoc IDisputes
    function missingPreimage(uint40 round, uint32 operatorNo) external {
        require(msg.sender == _beacon, NotBeacon(msg.sender));
        _punish(operatorNo, 0, Faults.MISSING_PREIMAGE, round);
        _registry.sitOut(operatorNo);
    }

    /// @inheritdoc IDisputes
    function slashBps(uint16 fault) external pure returns (uint16) {
        return Faults.slashBps(fault);
    }

    /// @inheritdoc IDisputes
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
