// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import { DisputesChallenges } from "./disputes/Challenges.sol";
import { Faults } from "./disputes/Faults.sol";
import { DisputesProofs } from "./disputes/Proofs.sol";
import { DisputesVotes } from "./disputes/Votes.sol";
import { NodeDuty } from "./executions/State.sol";
import { IBeacon, IBeaconTypes } from "./interfaces/IBeacon.sol";
import { IDisputes } from "./interfaces/IDisputes.sol";
import { IExecutions, IExecutionsTypes } from "./interfaces/IExecutions.sol";
import { IGateway } from "./interfaces/IGateway.sol";
import { IIntents } from "./interfaces/IIntents.sol";
import { IRegistry, IRegistryTypes } from "./interfaces/IRegistry.sol";
import { Bits } from "./libraries/Bits.sol";

/// @title Disputes: what contracts judge, and the vote on what they cannot.
contract Disputes is DisputesChallenges {
    IGateway private immutable _gateway;
    /// @dev One lapse over many executions is one lapse.
    mapping(uint64 batchNo => bool) private _isLapsePunished;

    constructor(
        IRegistry registry,
        IIntents intents,
        IExecutions executions,
        IBeacon beacon,
        IGateway gateway
    ) EIP712("Deed", "1") DisputesVotes(registry, executions, beacon) DisputesProofs(intents) {
        _gateway = gateway;
    }

    /// @inheritdoc IDisputes
    function claimWithoutRecord(uint64 batchNo) external {
        IExecutionsTypes.Batch memory found = _executions.batch(batchNo);
        require(found.status != IExecutionsTypes.BatchStatus.Expired, AlreadyPunished(batchNo));
        require(found.status == IExecutionsTypes.BatchStatus.Claimed, WrongBatchStatus(batchNo));
        require(block.timestamp > found.deadlineSec, LeaseLive(batchNo, found.deadlineSec));
        uint32 nodeNo = _executions.expire(batchNo);
        (uint32 operatorNo,) = NodeDuty.dutyOf(_registry, nodeNo);
        _punish(operatorNo, 0, Faults.CLAIM_WITHOUT_RECORD, batchNo);
    }

    /// @inheritdoc IDisputes
    function actedWithoutRecord(bytes32 executionId, uint16 step) external {
        (uint64 batchNo, uint16 index,) = _gateway.doneBy(executionId, step);
        require(batchNo != 0, NotActed(executionId, step));
        require(!Bits.has(_executions.posted(batchNo), index), HasRecord(batchNo, index));
        require(!_isLapsePunished[batchNo], AlreadyPunished(batchNo));
        // Later attempts may still adopt the action, and thereby answer for it.
        (uint64 newest,,) = _executions.claimOf(executionId);
        uint256 untilSec = _everyTurnOverSec(newest > batchNo ? newest : batchNo);
        require(block.timestamp > untilSec, MayBeAdopted(executionId, untilSec));
        _isLapsePunished[batchNo] = true;
        (uint32 operatorNo,) = NodeDuty.dutyOf(_registry, _executions.batch(batchNo).nodeNo);
        _punish(operatorNo, 0, Faults.ACTED_WITHOUT_RECORD, batchNo);
    }

    /// @inheritdoc IDisputes
    function missingVerdict(uint64 batchNo, uint32 operatorNo, bool withheld) external {
        require(msg.sender == address(_executions), NotExecutions(msg.sender));
        IBeaconTypes.Standing before = _beacon.silent(operatorNo);
        bool repeated = before == IBeaconTypes.Standing.OnProbation;
        if (withheld) {
            // It may have crashed, or have disliked what others revealed: each costs, the second time dearly.
            uint16 fault = repeated ? Faults.VERDICT_WITHHELD : Faults.MISSING_VERDICT;
            _punish(operatorNo, 0, fault, batchNo);
            _registry.sitOut(operatorNo);
            return;
        }
        if (before == IBeaconTypes.Standing.Away) return;
        _punishSilence(operatorNo, Faults.MISSING_VERDICT, repeated, batchNo);
    }

    /// @inheritdoc IDisputes
    function missingPreimage(uint40 round, uint32 operatorNo, bool repeated) external {
        require(msg.sender == address(_beacon), NotBeacon(msg.sender));
        _punishSilence(operatorNo, Faults.MISSING_PREIMAGE, repeated, round);
    }

    /// @inheritdoc IDisputes
    function slashBps(uint16 fault) external pure returns (uint16) {
        return Faults.slashBps(fault);
    }

    /// @inheritdoc IDisputes
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _punishSilence(uint32 operatorNo, uint16 fault, bool repeated, uint64 place) private {
        _punish(operatorNo, 0, repeated ? Faults.REPEATED_SILENCE : fault, place);
        _registry.sitOut(operatorNo);
    }

    /// @dev When every rank had its turn at the attempt after this batch's, and a restart's time more.
    function _everyTurnOverSec(uint64 batchNo) private view returns (uint256) {
        IRegistryTypes.Parameters memory rules = _registry.parameters();
        uint256 ranks = _registry.generationInfo(_registry.generation()).executors;
        return uint256(_executions.batch(batchNo).deadlineSec) + ranks * rules.deltaSec
            + rules.verdictWindowSec;
    }
}
