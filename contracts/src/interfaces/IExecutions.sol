// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAudit, IAuditErrors } from "./IAudit.sol";

interface IExecutionsTypes {
    /// @notice Claimed -> Recorded -> Settled. Expired: the lease ended without a record.
    enum BatchStatus {
        None,
        Claimed,
        Recorded,
        Settled,
        Expired
    }

    /// @notice Leaf of a batch's items tree (spec 03): what one position of the batch stands for.
    struct Item {
        bytes32 executionId;
        uint32 intentNo;
        uint8 attempt;
        uint64 ordinal;
        uint40 t0Sec;
    }

    /// @notice The batch's slot, unpacked (spec 08).
    /// @param judgedAtSec When its last draw was judged; 0 before the first. While it has no record: when it was claimed,
    /// which decides whose key signs that.
    /// @param allPosted Every position has a record: `posted` is not stored.
    /// @param marked A fall-back was opened or a record voided: more than this slot is stored.
    struct Batch {
        uint32 nodeNo;
        uint40 deadlineSec;
        uint16 count;
        uint40 round;
        BatchStatus status;
        uint32 generation;
        uint40 recordBlock;
        uint8 draw;
        uint40 judgedAtSec;
        bool allPosted;
        bool marked;
    }

    /// @notice An item of an earlier batch whose lease ended without its record.
    struct Reclaim {
        uint64 batchNo;
        uint16 index;
        Item item;
        bytes32 recordRoot;
        bytes32 itemsRoot;
        bytes32[] path;
    }

    struct SeatVerdict {
        uint32 nodeNo;
        uint256 fault;
        uint256 unable;
        bytes32 reportHash;
        bytes32 salt;
        uint64 auditSeq;
        bytes32 auditHead;
        bytes signature;
    }

    enum FallbackPhase {
        None,
        Commit,
        Reveal,
        WaitRound
    }

    /// @notice The on-chain commit and reveal of one batch (spec 06).
    struct Fallback {
        FallbackPhase phase;
        uint8 replacements;
        uint40 deadlineSec;
        uint40 round;
        uint32[] seats;
        bytes32[] commitments;
        uint8 revealedMask;
        uint256 fault;
        uint256 unable;
    }
}

interface IExecutionsErrors is IAuditErrors {
    error NotANode(address sender);
    error NotAnExecutor(uint32 nodeNo, uint32 generation);
    error BadItems(uint256 length);
    error TooManyItems(uint256 count, uint256 limit);
    error NothingClaimed();
    error WrongBatchStatus(uint64 batchNo, IExecutionsTypes.BatchStatus status);
    error LeaseOver(uint64 batchNo, uint40 deadlineSec);
    error LeaseLive(uint64 batchNo, uint40 deadlineSec);
    error BadPosted(uint256 posted, uint16 count);
    error BadRecords(uint256 length, uint256 expected);
    error BadRecordSignature(uint32 nodeNo);
    error RoundOpen(uint40 round);
    error WrongBlockHash(uint40 blockNumber, bytes32 given, bytes32 actual);
    error BadSeat(uint256 seat, uint32 nodeNo, uint32 operatorNo);
    error BadVerdictSignature(uint256 seat);
    error BadCommitmentSignature(uint256 seat);
    error WrongSeatCount(uint256 count, uint256 expected);
    /// @notice A report that is none, or an announced word of what could not be judged that says nothing.
    error BadReport(uint256 seat);
    error BitsOutOfRange(uint256 bits, uint256 allowed);
    error WindowOpen(uint256 untilSec);
    error WindowClosed(uint256 sinceSec);
    error WrongPhase(uint64 batchNo, IExecutionsTypes.FallbackPhase phase);
    error CommitmentDiffers(uint256 seat);
    error NotDisputes(address sender);
    error FallbackOpen(uint64 batchNo);
    error SeatCommitted(uint256 seat);
    error SeatRevealed(uint256 seat);
    error GoneToVote(uint64 batchNo);
    error NotOpen(uint64 batchNo, uint16 index);
}

interface IExecutionsEvents {
    /// @param accepted Bitmap over `items` as given; the batch holds the accepted ones, renumbered.
    event Claimed(
        uint64 indexed batchNo,
        uint32 indexed nodeNo,
        uint32 generation,
        uint40 deadlineSec,
        uint8 kind,
        uint8 leaseClass,
        uint256 accepted,
        bytes items
    );
    /// @param items The accepted items as the new batch holds them, in order.
    event Reclaimed(
        uint64 indexed batchNo,
        uint32 indexed nodeNo,
        uint32 generation,
        uint40 deadlineSec,
        uint256 accepted,
        IExecutionsTypes.Item[] items
    );
    event Recorded(
        uint64 indexed batchNo,
        uint32 indexed nodeNo,
        uint256 posted,
        uint40 round,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes records,
        bytes signature
    );
    /// @param pending Bits that go to a new draw, or to a vote of all when `round` is 0.
    /// @param verdicts One entry per seat (spec 06); empty when the verdicts came one by one (VerdictRevealed).
    event Finalised(
        uint64 indexed batchNo,
        uint8 draw,
        uint256 fault,
        uint256 unable,
        uint256 pending,
        uint40 round,
        bytes32 recordBlockHash,
        bytes verdicts
    );
    event FallbackOpened(uint64 indexed batchNo, uint8 draw, uint32[] seats, uint40 deadlineSec);
    event CommitmentPosted(
        uint64 indexed batchNo, uint8 draw, uint32 operatorNo, bytes32 commitment
    );
    event VerdictRevealed(
        uint64 indexed batchNo, uint8 draw, IExecutionsTypes.SeatVerdict verdict, bytes report
    );
    event SeatsReplaced(uint64 indexed batchNo, uint8 draw, uint32[] gone, uint40 round);
    event SeatsDrawn(uint64 indexed batchNo, uint8 draw, uint32[] seats, uint40 deadlineSec);
    event BatchExpired(uint64 indexed batchNo, uint32 indexed nodeNo);
    /// @param upheld True: the record is void. False: it is final again.
    event ExecutionSettled(
        uint64 indexed batchNo, uint16 indexed index, bool upheld, bool verified
    );
}

/// @title Executions: claims, records, verdicts. Batches skip what cannot be, they never revert for one item.
interface IExecutions is IExecutionsTypes, IExecutionsErrors, IExecutionsEvents, IAudit {
    /// @notice By a node's action key. `items` are packed as spec 03 says for the kind.
    function claim(uint8 kind, uint8 leaseClass, bytes calldata items)
        external
        returns (uint64 batchNo, uint256 accepted);

    /// @notice By a node's action key: attempts 2 and 3 of executions whose lease ended unrecorded.
    function reclaim(uint8 leaseClass, Reclaim[] calldata items)
        external
        returns (uint64 batchNo, uint256 accepted);

    /// @notice By anyone; the duty key of the batch's node signed it (RecordBatch, spec 01).
    /// @param records 128 bytes for each set bit of `posted`, in order.
    function record(
        uint64 batchNo,
        uint256 posted,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata records,
        bytes calldata signature
    ) external;

    /// @notice By anyone: all k verdicts, in seat order, that name one set of commitments.
    function finalise(uint64 batchNo, bytes32 recordBlockHash, bytes calldata verdicts) external;

    /// @notice By anyone, when the verdict window is over.
    function openFallback(uint64 batchNo) external;
    function postCommitment(
        uint64 batchNo,
        uint32 nodeNo,
        bytes32 commitment,
        uint64 auditSeq,
        bytes32 auditHead,
        bytes calldata signature
    ) external;
    function revealVerdict(
        uint64 batchNo,
        bytes32 recordBlockHash,
        SeatVerdict calldata verdict,
        bytes calldata report
    ) external;
    /// @notice Moves the fallback on when its window is over, or seats the replacements when their round closed.
    function advanceFallback(uint64 batchNo) external;

    /// @notice Disputes only.
    function expire(uint64 batchNo) external returns (uint32 nodeNo);
    function settle(uint64 batchNo, uint16 index, bool upheld, bool verified) external;
    /// @notice Disputes only: evidence voids these records, whatever was said of them. Void ones stay as they are.
    function condemn(uint64 batchNo, uint256 bits) external;

    function batch(uint64 batchNo) external view returns (Batch memory);
    function batchCount() external view returns (uint64);
    /// @notice itemsRoot while claimed, keccak256(itemsRoot, recordRoot) once recorded.
    function rootWord(uint64 batchNo) external view returns (bytes32);
    function posted(uint64 batchNo) external view returns (uint256);
    /// @notice Bits voided by a fault and not settled yet.
    function disputed(uint64 batchNo) external view returns (uint256);
    /// @notice Bits that wait for a new draw or a vote.
    function pending(uint64 batchNo) external view returns (uint256);
    /// @notice Bits void for ever.
    function voided(uint64 batchNo) external view returns (uint256);
    /// @notice Judged by a committee, and neither disputed, pending nor void.
    function isFinal(uint64 batchNo, uint16 index) external view returns (bool);
    /// @notice Report hash of a node whose verdict in this draw holds a fault; zero else.
    function faultReport(uint64 batchNo, uint8 draw, uint32 nodeNo) external view returns (bytes32);
    /// @notice Operators whose seats found right what their draw called faulty or pending.
    function rightSeats(uint64 batchNo, uint16 index)
        external
        view
        returns (uint32[] memory operatorNos);
    /// @notice The seats of the present draw; empty before its round is closed and when all vote.
    function committee(uint64 batchNo) external view returns (uint32[] memory operatorNos);
    function fallbackOf(uint64 batchNo) external view returns (Fallback memory);
    /// @notice Is `item` at `index` of this batch, and does its holder's lease live?
    function holds(uint64 batchNo, uint16 index, Item calldata item, bytes32[] calldata path)
        external
        view
        returns (bool live, uint32 nodeNo);
    function executionIdOf(bytes32 intentHash, bytes32 occurrenceId) external view returns (bytes32);
    function isTaken(uint32 intentNo, uint64 ordinal) external view returns (bool);
    /// @return batchNo Newest batch that holds the execution; 0 when only a dense first claim or none does.
    function claimOf(bytes32 executionId)
        external
        view
        returns (uint64 batchNo, uint16 index, uint8 attempt);
    function domainSeparator() external view returns (bytes32);
}
