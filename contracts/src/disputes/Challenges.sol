// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { NodeDuty } from "../executions/State.sol";
import { IEvidence } from "../interfaces/IEvidence.sol";
import { IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { Evidence } from "./Evidence.sol";
import { Faults } from "./Faults.sol";
import { Places } from "./Places.sol";
import { DisputesProofs } from "./Proofs.sol";

/// @dev A seat that cannot get a bundle demands it on the ledger (spec 07, "Data challenge").
abstract contract DisputesChallenges is DisputesProofs {
    /// @dev Fits into one transaction of any chain: pools take 128 KiB.
    uint256 internal constant MAX_ANSWER_BYTES = 96 * 1024;

    mapping(uint64 batchNo => Challenge) private _challenges;
    /// @dev How many challenges of a batch ended: each needless one is paid for.
    mapping(uint64 batchNo => uint256) private _ended;

    /// @inheritdoc IEvidence
    function challengeData(uint64 batchNo, uint256 bits) external {
        IExecutionsTypes.Batch memory found = _executions.batch(batchNo);
        require(found.status == IExecutionsTypes.BatchStatus.Recorded, WrongBatchStatus(batchNo));
        uint256 given = _executions.posted(batchNo) & ~_executions.voided(batchNo);
        require(bits != 0 && bits & ~given == 0, NothingToGive(batchNo, bits));
        Challenge storage challenge = _challenges[batchNo];
        require(challenge.asked == 0, ChallengeOpen(batchNo, challenge.answerEndsSec));
        uint32 challengerNo = _requireSeat(batchNo);
        // Half a verdict window: a seat that asks after a third of it still has time to judge.
        uint256 windowSec = _registry.parameters().verdictWindowSec / 2;
        challenge.challengerNo = challengerNo;
        challenge.answerEndsSec = uint40(block.timestamp + windowSec);
        (challenge.asked, challenge.open) = (bits, bits);
        emit DataChallenged(batchNo, challengerNo, bits, challenge.answerEndsSec);
    }

    /// @inheritdoc IEvidence
    function answerData(RecordProof calldata proof, bytes calldata bundle) external {
        uint64 batchNo = proof.batchNo;
        Challenge storage challenge = _challenges[batchNo];
        uint256 bit = 1 << proof.index;
        require(challenge.open & bit != 0, NotChallenged(batchNo, proof.index));
        require(
            block.timestamp <= challenge.answerEndsSec,
            AnswerWindow(batchNo, challenge.answerEndsSec)
        );
        (bytes32 expected, uint32 bundleBytes) = Evidence.recordedBundle(_executions, proof);
        if (bundle.length == 0) {
            // Who lies about the size is found by a vote, as who withholds what is really large.
            require(bundleBytes > MAX_ANSWER_BYTES, NotTooLarge(bundleBytes));
        } else {
            require(sha256(bundle) == expected, NotTheBundle(sha256(bundle), expected));
        }
        challenge.open &= ~bit;
        emit DataAnswered(batchNo, proof.index, bundle);
        if (challenge.open == 0) _end(batchNo, challenge.challengerNo);
    }

    /// @inheritdoc IEvidence
    function endChallenge(uint64 batchNo) external {
        Challenge memory challenge = _challenges[batchNo];
        require(challenge.asked != 0, NotChallenged(batchNo, 0));
        require(
            block.timestamp > challenge.answerEndsSec,
            AnswerWindow(batchNo, challenge.answerEndsSec)
        );
        uint256 bits = _unjudged(batchNo, challenge.open & ~_executions.voided(batchNo));
        delete _challenges[batchNo];
        ++_ended[batchNo];
        emit ChallengeEnded(batchNo, bits);
        if (bits != 0) _withheld(batchNo, bits, challenge.challengerNo);
    }

    /// @inheritdoc IEvidence
    function challengeOf(uint64 batchNo) external view returns (Challenge memory) {
        return _challenges[batchNo];
    }

    /// @dev Everything was given: the one who asked pays for the asking, and a part goes to the one who answered.
    function _end(uint64 batchNo, uint32 challengerNo) private {
        delete _challenges[batchNo];
        bytes32 place = Places.ofChallenge(batchNo, ++_ended[batchNo]);
        uint32 accusedNo = _executorOf(batchNo);
        emit ChallengeEnded(batchNo, 0);
        _punishOnce(challengerNo, accusedNo, Faults.NEEDLESS_CHALLENGE, batchNo, place);
    }

    /// @dev Withheld of one batch is withheld once, however many executions it holds.
    function _withheld(uint64 batchNo, uint256 bits, uint32 challengerNo) private {
        uint32 accusedNo = _executorOf(batchNo);
        uint256 slashedWei = _punishOnce(
            accusedNo, challengerNo, Faults.DATA_WITHHELD, batchNo, Places.ofBatch(batchNo)
        );
        for (uint16 index; bits >> index != 0; ++index) {
            if ((bits >> index) & 1 == 0) continue;
            _closeVote(batchNo, index, Faults.DATA_WITHHELD, 0);
            emit FaultProven(
                Faults.DATA_WITHHELD, accusedNo, batchNo, index, 0, challengerNo, slashedWei
            );
            slashedWei = 0;
        }
        _executions.condemn(batchNo, bits);
    }

    /// @dev What all seats found right they had, the one who asked too.
    function _unjudged(uint64 batchNo, uint256 bits) private view returns (uint256 left) {
        for (uint16 index; bits >> index != 0; ++index) {
            bool isOpen = (bits >> index) & 1 == 1 && !_executions.isFinal(batchNo, index);
            if (isOpen) left |= 1 << index;
        }
    }

    function _requireSeat(uint64 batchNo) private view returns (uint32 operatorNo) {
        (operatorNo,) = _sender();
        uint32[] memory seats = _executions.committee(batchNo);
        for (uint256 seat; seat < seats.length; ++seat) {
            if (seats[seat] == operatorNo) return operatorNo;
        }
        revert NotASeat(batchNo, operatorNo);
    }

    function _executorOf(uint64 batchNo) private view returns (uint32 operatorNo) {
        (operatorNo,,) = NodeDuty.dutyOf(_registry, _executions.batch(batchNo).nodeNo);
    }
}
