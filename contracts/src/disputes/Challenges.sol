// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { NodeDuty } from "../executions/State.sol";
import { IEvidence } from "../interfaces/IEvidence.sol";
import { ChallengeBook } from "./ChallengeBook.sol";
import { Faults } from "./Faults.sol";
import { Places } from "./Places.sol";
import { DisputesProofs } from "./Proofs.sol";

/// @dev A seat that cannot get a bundle demands it on the ledger (spec 07, "Data challenge").
abstract contract DisputesChallenges is DisputesProofs {
    ChallengeBook.Book private _book;

    /// @inheritdoc IEvidence
    function challengeData(uint64 batchNo, uint256 bits) external {
        (uint32 challengerNo,) = _sender();
        ChallengeBook.open(_book, _registry, _executions, batchNo, bits, challengerNo);
    }

    /// @inheritdoc IEvidence
    function answerData(RecordProof calldata proof, bytes calldata bundle) external {
        uint64 batchNo = proof.batchNo;
        uint32 challengerNo = ChallengeBook.answer(_book, _executions, proof, bundle);
        // Everything was given: the one who asked pays for the asking, a part of it to the one asked. Once for a
        // batch: an executor that gives nothing before it is demanded could else make honest seats pay for each part.
        if (challengerNo != 0) {
            bytes32 place = Places.ofChallenger(batchNo, challengerNo);
            uint32 askedNo = _executorOf(batchNo);
            _punishOnce(challengerNo, askedNo, Faults.NEEDLESS_CHALLENGE, batchNo, place);
        }
    }

    /// @inheritdoc IEvidence
    function endChallenge(uint64 batchNo) external {
        (uint256 bits, uint32 challengerNo) = ChallengeBook.end(_book, _executions, batchNo);
        if (bits != 0) _withheld(batchNo, bits, challengerNo);
    }

    /// @inheritdoc IEvidence
    function challengeOf(uint64 batchNo) external view returns (Challenge memory) {
        return _book.challenges[batchNo];
    }

    /// @dev Withheld of one batch is withheld once, however many executions it holds.
    function _withheld(uint64 batchNo, uint256 bits, uint32 challengerNo) private {
        uint32 accusedNo = _executorOf(batchNo);
        uint16 fault = Faults.DATA_WITHHELD;
        uint256 slashedWei =
            _punishOnce(accusedNo, challengerNo, fault, batchNo, Places.ofBatch(batchNo));
        for (uint16 index; bits >> index != 0; ++index) {
            if ((bits >> index) & 1 == 0) continue;
            _closeVote(batchNo, index, fault, 0);
            emit FaultProven(fault, accusedNo, batchNo, index, 0, challengerNo, slashedWei);
            slashedWei = 0;
        }
        _executions.condemn(batchNo, bits);
    }

    function _executorOf(uint64 batchNo) private view returns (uint32 operatorNo) {
        (operatorNo,) = NodeDuty.dutyOf(_registry, _executions.batch(batchNo).nodeNo);
    }
}
