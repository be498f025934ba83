// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IAudit } from "../interfaces/IAudit.sol";
import { AuditPosition } from "../libraries/AuditPosition.sol";
import { Duty } from "../libraries/Duty.sol";
import { AuditBook } from "./State.sol";
import { ExecutionsStore } from "./Store.sol";

/// @dev Checkpoints of signers' logs (spec 01): kept for ever, so that two of one place are found whenever they come.
abstract contract ExecutionsCheckpoints is ExecutionsStore {
    /// @inheritdoc IAudit
    function checkpointAudit(AuditCheckpoint calldata checkpoint, bytes calldata signature)
        external
    {
        (uint32 nodeNo, uint64 seq) = (checkpoint.nodeNo, checkpoint.auditSeq);
        AuditPosition.check(seq);
        AuditPosition.check(checkpoint.entries);
        bytes32 structHash = Duty.hashAuditCheckpoint(checkpoint);
        // One log over all keys of a node, so any of them counts that was not revoked.
        address key = Duty.signerOf(_hashTypedDataV4(structHash), signature);
        require(
            seq != 0 && nodeNo != 0 && key != address(0) && _registry.nodeOfDutyKey(key) == nodeNo,
            BadCheckpointSignature(nodeNo)
        );

        AuditBook storage book = _state.audits[nodeNo];
        bytes32 known = book.hashes[seq];
        if (known == structHash) return;
        AuditCheckpoint memory newest = _newest(book);
        bool isNewer = seq > newest.auditSeq;
        bool fits = isNewer ? _covers(checkpoint, newest) : _covers(newest, checkpoint);
        if (known != 0 || !fits) {
            book.contradicted = true;
            emit AuditContradicted(nodeNo, checkpoint, signature);
            return;
        }
        book.hashes[seq] = structHash;
        if (isNewer) _keep(book, checkpoint);
        emit AuditCheckpointed(nodeNo, checkpoint, signature);
    }

    /// @inheritdoc IAudit
    function auditCheckpointOf(uint32 nodeNo)
        external
        view
        returns (AuditCheckpoint memory newest, bool contradicted)
    {
        AuditBook storage book = _state.audits[nodeNo];
        newest = _newest(book);
        newest.nodeNo = nodeNo;
        contradicted = book.contradicted;
    }

    /// @inheritdoc IAudit
    function auditCheckpointHash(uint32 nodeNo, uint64 auditSeq) external view returns (bytes32) {
        return _state.audits[nodeNo].hashes[auditSeq];
    }

    /// @dev Positions only grow. Lines and uses may begin anew: a log that follows a lost one counts its own.
    function _covers(AuditCheckpoint memory later, AuditCheckpoint memory earlier)
        private
        pure
        returns (bool)
    {
        return later.records >= earlier.records && later.commitments >= earlier.commitments
            && later.verdicts >= earlier.verdicts && later.votes >= earlier.votes;
    }

    function _newest(AuditBook storage book) private view returns (AuditCheckpoint memory newest) {
        newest.entries = book.entries;
        newest.records = book.records;
        newest.commitments = book.commitments;
        newest.verdicts = book.verdicts;
        newest.votes = book.votes;
        newest.dutyUses = book.dutyUses;
        newest.actionUses = book.actionUses;
        (newest.auditSeq, newest.auditHead) = (book.auditSeq, book.auditHead);
    }

    function _keep(AuditBook storage book, AuditCheckpoint calldata checkpoint) private {
        book.entries = checkpoint.entries;
        book.records = checkpoint.records;
        book.commitments = checkpoint.commitments;
        book.verdicts = checkpoint.verdicts;
        book.votes = checkpoint.votes;
        book.dutyUses = checkpoint.dutyUses;
        book.actionUses = checkpoint.actionUses;
        (book.auditSeq, book.auditHead) = (checkpoint.auditSeq, checkpoint.auditHead);
    }
}
