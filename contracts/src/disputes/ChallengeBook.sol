// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IDisputesErrors } from "../interfaces/IDisputes.sol";
import { IEvidenceErrors, IEvidenceEvents, IEvidenceTypes } from "../interfaces/IEvidence.sol";
import { IExecutions, IExecutionsTypes } from "../interfaces/IExecutions.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bits } from "../libraries/Bits.sol";
import { EvidenceRecords } from "./EvidenceRecords.sol";

/// @title Which bundles are demanded, and which were given (spec 07, "Data challenge").
/// @notice A library with an address of its own: Disputes would outgrow the code size limit.
library ChallengeBook {
    /// @dev Fits into one transaction of any chain: pools take 128 KiB.
    uint256 private constant MAX_ANSWER_BYTES = 96 * 1024;
    /// @dev What an honest executor can publish in half a verdict window, whoever asks.
    uint256 private constant MOST_ASKED = 8;

    /// @param given What stands on the ledger for everybody: nobody has to give it again.
    /// @param withheld The executor kept something back: the rest may be demanded at once.
    struct Book {
        mapping(uint64 batchNo => IEvidenceTypes.Challenge) challenges;
        mapping(uint64 batchNo => uint256 positions) given;
        mapping(uint64 batchNo => bool) withheld;
    }

    /// @notice See IEvidence.challengeData.
    function open(
        Book storage book,
        IRegistry registry,
        IExecutions executions,
        uint64 batchNo,
        uint256 bits,
        uint32 challengerNo
    ) external {
        IExecutionsTypes.Batch memory found = executions.batch(batchNo);
        require(
            found.status == IExecutionsTypes.BatchStatus.Recorded,
            IDisputesErrors.WrongBatchStatus(batchNo)
        );
        uint256 open_ =
            executions.posted(batchNo) & ~executions.voided(batchNo) & ~book.given[batchNo];
        // Final is what all seats had.
        require(
            bits != 0 && bits & ~open_ == 0 && _unjudged(executions, batchNo, bits) == bits,
            IEvidenceErrors.NothingToGive(batchNo, bits)
        );
        require(
            book.withheld[batchNo] || Bits.count(bits) <= MOST_ASKED,
            IEvidenceErrors.TooManyDemanded(batchNo, bits)
        );
        IEvidenceTypes.Challenge storage challenge = book.challenges[batchNo];
        require(
            challenge.asked == 0, IEvidenceErrors.ChallengeOpen(batchNo, challenge.answerEndsSec)
        );
        _requireSeat(executions, batchNo, challengerNo);
        // Half a verdict window: a seat that asks after a third of it still has time to judge.
        uint256 windowSec = registry.parameters().verdictWindowSec / 2;
        challenge.challengerNo = challengerNo;
        challenge.answerEndsSec = uint40(block.timestamp + windowSec);
        (challenge.asked, challenge.open) = (bits, bits);
        emit IEvidenceEvents.DataChallenged(batchNo, challengerNo, bits, challenge.answerEndsSec);
    }

    /// @notice See IEvidence.answerData.
    /// @return challengerNo Who asked, when this was the last answer; else 0.
    function answer(
        Book storage book,
        IExecutions executions,
        IEvidenceTypes.RecordProof calldata proof,
        bytes calldata bundle
    ) external returns (uint32 challengerNo) {
        uint64 batchNo = proof.batchNo;
        IEvidenceTypes.Challenge storage challenge = book.challenges[batchNo];
        uint256 bit = 1 << proof.index;
        require(challenge.open & bit != 0, IEvidenceErrors.NotChallenged(batchNo, proof.index));
        // Late, too, while nobody ended it: a chain that stood still left no time before.
        _check(EvidenceRecords.open(executions, proof), bundle);
        challenge.open &= ~bit;
        book.given[batchNo] |= bit;
        emit IEvidenceEvents.DataAnswered(batchNo, proof.index, bundle);
        if (challenge.open != 0) return 0;
        challengerNo = challenge.challengerNo;
        _close(book, batchNo, 0);
    }

    /// @notice See IEvidence.endChallenge. @return bits What nobody gave. @return challengerNo Who asked.
    function end(Book storage book, IExecutions executions, uint64 batchNo)
        external
        returns (uint256 bits, uint32 challengerNo)
    {
        IEvidenceTypes.Challenge memory challenge = book.challenges[batchNo];
        require(challenge.asked != 0, IEvidenceErrors.NotChallenged(batchNo, 0));
        require(
            block.timestamp > challenge.answerEndsSec,
            IEvidenceErrors.AnswerWindow(batchNo, challenge.answerEndsSec)
        );
        bits = _unjudged(executions, batchNo, challenge.open & ~executions.voided(batchNo));
        challengerNo = challenge.challengerNo;
        if (bits != 0) book.withheld[batchNo] = true;
        _close(book, batchNo, bits);
    }

    /// @dev Who lies about the size is found by a vote, as who withholds what is really large.
    function _check(EvidenceRecords.Shown memory shown, bytes calldata bundle) private pure {
        if (bundle.length == 0) {
            require(
                shown.bundleBytes > MAX_ANSWER_BYTES, IEvidenceErrors.NotTooLarge(shown.bundleBytes)
            );
        } else {
            bytes32 given = sha256(bundle);
            require(
                given == shown.bundleSha256, IEvidenceErrors.NotTheBundle(given, shown.bundleSha256)
            );
        }
    }

    function _close(Book storage book, uint64 batchNo, uint256 unanswered) private {
        delete book.challenges[batchNo];
        emit IEvidenceEvents.ChallengeEnded(batchNo, unanswered);
    }

    /// @dev What all seats found right they had, the one who asked too.
    function _unjudged(IExecutions executions, uint64 batchNo, uint256 bits)
        private
        view
        returns (uint256 left)
    {
        for (uint16 index; bits >> index != 0; ++index) {
            bool isOpen = (bits >> index) & 1 == 1 && !executions.isFinal(batchNo, index);
            if (isOpen) left |= 1 << index;
        }
    }

    function _requireSeat(IExecutions executions, uint64 batchNo, uint32 operatorNo) private view {
        uint32[] memory seats = executions.committee(batchNo);
        for (uint256 seat; seat < seats.length; ++seat) {
            if (seats[seat] == operatorNo) return;
        }
        revert IEvidenceErrors.NotASeat(batchNo, operatorNo);
    }
}
