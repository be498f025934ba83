// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutionsTypes } from "./IExecutions.sol";

/// @notice What a contract can judge by itself, and from what (spec 07, "Evidence").
interface IEvidenceTypes {
    /// @notice A record that stands on the ledger, with its item: two leaves under the batch's root word.
    /// @param record The 128 bytes.
    struct RecordProof {
        uint64 batchNo;
        uint16 index;
        IExecutionsTypes.Item item;
        bytes32[] itemPath;
        bytes record;
        bytes32[] recordPath;
    }

    /// @notice A leaf under a record's transcript root. @param count Leaves of the tree, bound by the root.
    struct LeafProof {
        bytes32[16] words;
        uint16 index;
        uint16 count;
        bytes32[] path;
    }

    /// @notice A step under a registered plan root.
    struct StepProof {
        bytes32 planHash;
        bytes32 permissionsRoot;
        uint16 index;
        uint8 kind;
        bytes32 stepHash;
        uint16 count;
        bytes32[] path;
    }

    /// @notice A permission under the same plan root.
    struct PermissionProof {
        uint16 index;
        uint16 count;
        uint16 step;
        address target;
        uint256 valueWei;
        bytes callData;
        bytes32[] path;
    }

    struct SignedRecordBatch {
        uint64 batchNo;
        bytes32 itemsRoot;
        bytes32 recordRoot;
        uint256 posted;
        uint64 auditSeq;
        bytes32 auditHead;
        bytes signature;
    }

    struct SignedVerdict {
        uint64 batchNo;
        uint8 draw;
        bytes32 recordBlockHash;
        bytes32 commitmentsHash;
        uint256 fault;
        uint256 unable;
        bytes32 reportHash;
        uint64 auditSeq;
        bytes32 auditHead;
        bytes signature;
    }

    struct SignedCommitment {
        uint64 batchNo;
        uint8 draw;
        bytes32 commitment;
        uint64 auditSeq;
        bytes32 auditHead;
        bytes signature;
    }

    /// @notice What a piece of evidence proves.
    /// @param place What the fault is punished once for.
    /// @param voids The record at (batchNo, index) is void.
    struct Finding {
        uint32 nodeNo;
        uint64 batchNo;
        uint16 index;
        uint16 leaf;
        bytes32 place;
        bool voids;
    }

    /// @notice A demand for bundles. @param open Positions that were not answered yet.
    struct Challenge {
        uint32 challengerNo;
        uint40 answerEndsSec;
        uint256 asked;
        uint256 open;
    }
}

interface IEvidenceErrors {
    error NotByContract(uint16 fault);
    /// @notice The evidence is in form, and shows nothing wrong.
    error NoFault(uint16 fault);
    error BadForm(uint8 form);
    error BadRecordProof(uint64 batchNo, uint16 index);
    error BadLeafProof(uint64 batchNo, uint16 leaf);
    error BadPlanProof(uint32 intentNo);
    error NotTheIntent(uint32 intentNo);
    error NotSigned(uint32 nodeNo);
    error OtherPlace(uint64 batchNo);
    error AlreadyJudged(uint16 fault, bytes32 place);
    error NotASeat(uint64 batchNo, uint32 operatorNo);
    error NothingToGive(uint64 batchNo, uint256 bits);
    /// @notice More than eight at once, of an executor that withheld nothing yet.
    error TooManyDemanded(uint64 batchNo, uint256 bits);
    error ChallengeOpen(uint64 batchNo, uint40 answerEndsSec);
    error NotChallenged(uint64 batchNo, uint16 index);
    error AnswerWindow(uint64 batchNo, uint40 answerEndsSec);
    error NotTheBundle(bytes32 given, bytes32 recorded);
    error NotTooLarge(uint256 bundleBytes);
}

interface IEvidenceEvents {
    /// @param leaf As in a report: 0 for the whole.
    /// @param reporterNo Operator whose node sent the evidence; 0 when it was nobody's.
    event FaultProven(
        uint16 indexed fault,
        uint32 indexed operatorNo,
        uint64 indexed batchNo,
        uint16 index,
        uint16 leaf,
        uint32 reporterNo,
        uint256 slashedWei
    );
    event DataChallenged(
        uint64 indexed batchNo, uint32 challengerNo, uint256 bits, uint40 answerEndsSec
    );
    /// @param bundle What the record binds; nothing when the record says that it is too large for an answer.
    event DataAnswered(uint64 indexed batchNo, uint16 index, bytes bundle);
    /// @param unanswered Positions that nobody gave; none: the challenge is over, and was needless.
    event ChallengeEnded(uint64 indexed batchNo, uint256 unanswered);
}

/// @title Faults that contracts judge: evidence, and the challenge for data (spec 07).
interface IEvidence is IEvidenceTypes, IEvidenceErrors, IEvidenceEvents {
    /// @notice By anyone. `evidence` is encoded as spec 07 says for the fault. Once per fault and place.
    function prove(uint16 fault, bytes calldata evidence) external returns (uint256 slashedWei);

    /// @notice By a node of a seat, while the batch waits for its verdicts: give out these bundles. Each once, and
    /// eight at a time until one was withheld.
    function challengeData(uint64 batchNo, uint256 bits) external;
    /// @notice By anyone, until the challenge is ended. No bundle: the record says that it is larger than an answer may be.
    function answerData(RecordProof calldata proof, bytes calldata bundle) external;
    /// @notice By anyone, when the time to answer is over: what nobody gave is void.
    function endChallenge(uint64 batchNo) external;

    function challengeOf(uint64 batchNo) external view returns (Challenge memory);
    /// @notice Was this fault punished at this place?
    function isJudged(uint16 fault, bytes32 place) external view returns (bool);
}
