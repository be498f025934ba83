// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAuditErrors } from "./IAudit.sol";

interface IDisputesTypes {
    enum DisputeStatus {
        None,
        Open,
        Upheld,
        Rejected,
        Unverified
    }

    /// @param accusedNo Operator whose record it is.
    /// @param reporterNo Operator whose verdict named the fault; 0 when the committees could not judge.
    /// @param leaf First divergent leaf as reported, `fault` the reported fault.
    /// @param foundFault What the voters found; 0 while it is open, and where the outcome is not Upheld.
    struct Dispute {
        uint64 batchNo;
        uint16 index;
        uint16 leaf;
        uint16 fault;
        uint32 accusedNo;
        uint32 reporterNo;
        uint32 generation;
        uint16 eligible;
        uint16 guilty;
        uint16 innocent;
        uint40 openedAtSec;
        uint40 responseEndsSec;
        uint40 commitEndsSec;
        uint40 revealEndsSec;
        DisputeStatus status;
        uint16 foundFault;
        uint16 foundLeaf;
    }
}

interface IDisputesErrors is IAuditErrors {
    error NotDisputed(uint64 batchNo, uint16 index);
    error AlreadyOpen(uint64 batchNo, uint16 index);
    error BadReport(uint64 batchNo, uint32 nodeNo);
    error NotInReport(uint16 index);
    error NotPending(uint64 batchNo, uint16 index);
    error NotEligible(uint64 disputeNo, uint32 operatorNo);
    error WrongWindow(uint64 disputeNo, uint256 fromSec, uint256 untilSec);
    error AlreadyCommitted(uint64 disputeNo, uint32 operatorNo);
    error NoCommitment(uint64 disputeNo, uint32 operatorNo);
    error CommitmentMismatch(uint64 disputeNo, uint32 operatorNo);
    /// @notice No fault that a vote may name, or an innocent one with a leaf.
    error BadVote(uint64 disputeNo, uint16 fault, uint16 leaf);
    error BadVoteSignature(uint64 disputeNo, uint32 nodeNo);
    error NotOpen(uint64 disputeNo);
    error LeaseLive(uint64 batchNo, uint40 deadlineSec);
    error WrongBatchStatus(uint64 batchNo);
    error AlreadyPunished(uint64 batchNo);
    error AlreadyRevealed(uint64 disputeNo, uint32 operatorNo);
    error NotExecutions(address sender);
    error NotBeacon(address sender);
    error NotActed(bytes32 executionId, uint16 step);
    error HasRecord(uint64 batchNo, uint16 index);
    error MayBeAdopted(bytes32 executionId, uint256 untilSec);
    error OpeningOver(uint64 batchNo, uint256 untilSec);
    error OpeningLive(uint64 batchNo, uint256 untilSec);
}

interface IDisputesEvents {
    event DisputeOpened(
        uint64 indexed disputeNo,
        uint64 indexed batchNo,
        uint16 index,
        IDisputesTypes.Dispute dispute
    );
    event Responded(uint64 indexed disputeNo, address sender, bytes data);
    event VoteCommitted(uint64 indexed disputeNo, uint32 indexed operatorNo, bytes32 commitment);
    event VoteRevealed(
        uint64 indexed disputeNo,
        uint32 indexed operatorNo,
        uint32 nodeNo,
        uint16 fault,
        uint16 leaf,
        bytes32 reportHash,
        bytes32 salt,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes signature
    );
    /// @param fault What the voters found (spec 07), 0 unless it is upheld; so is `leaf`.
    event DisputeResolved(
        uint64 indexed disputeNo,
        IDisputesTypes.DisputeStatus status,
        uint16 fault,
        uint16 leaf,
        uint16 guilty,
        uint16 innocent,
        uint256 slashedWei
    );
    /// @param batchNo The batch; for MissingPreimage the round, for MissingVote the dispute.
    event FaultJudged(
        uint16 indexed fault, uint32 indexed operatorNo, uint64 indexed batchNo, uint256 slashedWei
    );
}

/// @title Disputes: what contracts judge, and the vote on what they cannot (spec 07).
interface IDisputes is IDisputesTypes, IDisputesErrors, IDisputesEvents {
    /// @notice By anyone. `report` is the reporting node's, as its verdict hashed it in any draw.
    function open(uint64 batchNo, uint16 index, uint32 reporterNodeNo, bytes calldata report)
        external
        returns (uint64 disputeNo);
    /// @notice By anyone: an execution that two redraws could not judge goes to all.
    function openUnverified(uint64 batchNo, uint16 index) external returns (uint64 disputeNo);
    /// @notice By the accused's action key while the response window is open; kept in the event.
    function respond(uint64 disputeNo, bytes calldata data) external;
    /// @notice By the action key of a node of an eligible operator.
    function commitVote(uint64 disputeNo, bytes32 commitment) external;
    /// @notice By anyone: the duty key signed it (Vote, spec 01). `fault` 0 says innocent.
    function revealVote(
        uint64 disputeNo,
        uint32 nodeNo,
        uint16 fault,
        uint16 leaf,
        bytes32 reportHash,
        bytes32 salt,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata signature
    ) external;
    function resolve(uint64 disputeNo) external;
    /// @notice By anyone, when the time is over in which a dispute could be opened: the record stays void, as
    /// after a vote without two thirds.
    function settleUnopened(uint64 batchNo, uint16 index) external;

    /// @notice Contract-judged: the lease ended and nothing was recorded.
    function claimWithoutRecord(uint64 batchNo) external;
    /// @notice Contract-judged: what the gateway did under a claim that holds no record of the execution, and
    /// nobody adopted although every rank had its turn.
    function actedWithoutRecord(bytes32 executionId, uint16 step) external;
    /// @notice Executions only, contract-judged: a seat was silent on-chain. `withheld`: it had committed.
    function missingVerdict(uint64 batchNo, uint32 operatorNo, bool withheld) external;
    /// @notice Beacon only, contract-judged: a round closed without this member's preimage.
    /// @param repeated It was silent before, fewer than 100 duties ago.
    function missingPreimage(uint40 round, uint32 operatorNo, bool repeated) external;

    function dispute(uint64 disputeNo) external view returns (Dispute memory);
    function disputeOf(uint64 batchNo, uint16 index) external view returns (uint64 disputeNo);
    function disputeCount() external view returns (uint64);
    function slashBps(uint16 fault) external view returns (uint16);
    function domainSeparator() external view returns (bytes32);
}
