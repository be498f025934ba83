// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface IAuditTypes {
    /// @notice How far a signer's log is (spec 01): what it has before the entry of this signature.
    /// @param entries Lines of the log.
    /// @param records Newest position of the node's RecordBatch; likewise commitments, verdicts and votes.
    /// @param dutyUses How often a duty key was about to be used; `actionUses` of action keys.
    struct AuditCheckpoint {
        uint32 nodeNo;
        uint64 entries;
        uint64 records;
        uint64 commitments;
        uint64 verdicts;
        uint64 votes;
        uint64 dutyUses;
        uint64 actionUses;
        uint64 auditSeq;
        bytes32 auditHead;
    }
}

/// @title What every contract says that takes a structure with an audit position (spec 01).
interface IAuditErrors {
    /// @notice 2^53 or above: not every reader could keep it exactly.
    error BadAuditSeq(uint64 auditSeq);
}

/// @title Checkpoints of signers' logs: how far each must go, and the proof when one has two.
interface IAudit is IAuditTypes, IAuditErrors {
    error BadCheckpointSignature(uint32 nodeNo);

    event AuditCheckpointed(
        uint32 indexed nodeNo, IAuditTypes.AuditCheckpoint checkpoint, bytes signature
    );
    /// @notice The node's duty key signed this, and what the ledger has before it: no one log can hold both.
    event AuditContradicted(
        uint32 indexed nodeNo, IAuditTypes.AuditCheckpoint checkpoint, bytes signature
    );

    /// @notice By anyone; the node's duty key signed it. The same one again does nothing.
    function checkpointAudit(AuditCheckpoint calldata checkpoint, bytes calldata signature) external;

    /// @return newest All zero before the first.
    /// @return contradicted True when one was given that contradicts another.
    function auditCheckpointOf(uint32 nodeNo)
        external
        view
        returns (AuditCheckpoint memory newest, bool contradicted);
    /// @notice Struct hash of a checkpoint that was given; zero for none.
    function auditCheckpointHash(uint32 nodeNo, uint64 auditSeq) external view returns (bytes32);
}
