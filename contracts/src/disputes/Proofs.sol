// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { NodeDuty } from "../executions/State.sol";
import { IEvidence } from "../interfaces/IEvidence.sol";
import { IIntents } from "../interfaces/IIntents.sol";
import { Evidence } from "./Evidence.sol";
import { Faults } from "./Faults.sol";
import { DisputesVotes } from "./Votes.sol";

/// @dev Evidence comes, a fault is punished, the record is void (spec 07).
abstract contract DisputesProofs is DisputesVotes, IEvidence {
    IIntents internal immutable _intents;

    constructor(IIntents intents) {
        _intents = intents;
    }

    /// @inheritdoc IEvidence
    function prove(uint16 fault, bytes calldata evidence) external returns (uint256 slashedWei) {
        Finding memory found =
            Evidence.judge(Evidence.Ledger(_registry, _intents, _executions), fault, evidence);
        if (fault == Faults.VERDICT_CONTRADICTED) return _proveContradicted(found);
        require(!_isJudged(fault, found.place), AlreadyJudged(fault, found.place));
        (uint32 accusedNo,) = NodeDuty.dutyOf(_registry, found.nodeNo);
        uint32 reporterNo = _reporter(accusedNo);
        slashedWei = _punishOnce(accusedNo, reporterNo, fault, found.batchNo, found.place);
        emit FaultProven(
            fault, accusedNo, found.batchNo, found.index, found.leaf, reporterNo, slashedWei
        );
        if (!found.voids) return slashedWei;
        _closeVote(found.batchNo, found.index, fault, found.leaf);
        _executions.condemn(found.batchNo, 1 << found.index);
        _contradictAll(found.batchNo, found.index);
    }

    /// @inheritdoc IEvidence
    function isJudged(uint16 fault, bytes32 place) external view returns (bool) {
        return _isJudged(fault, place);
    }

    /// @dev The record was voided after it was final: who had found it right answers for that now.
    function _proveContradicted(Finding memory found) private returns (uint256 slashedWei) {
        uint16 fault = Faults.VERDICT_CONTRADICTED;
        require(_isJudged(found.leaf, found.place), NoFault(fault));
        (uint32 accusedNo,) = NodeDuty.dutyOf(_registry, found.nodeNo);
        require(!_contradicted[found.batchNo][accusedNo], AlreadyJudged(fault, found.place));
        uint32 reporterNo = _reporter(accusedNo);
        slashedWei = _contradict(found.batchNo, accusedNo, reporterNo);
        emit FaultProven(fault, accusedNo, found.batchNo, found.index, 0, reporterNo, slashedWei);
    }

    /// @dev The operator whose node sends this. Nobody earns by reporting itself.
    function _reporter(uint32 accusedNo) internal view returns (uint32 operatorNo) {
        (operatorNo,) = _sender();
        if (operatorNo == accusedNo) return 0;
    }
}
