// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import { IEvidenceErrors, IEvidenceTypes } from "../interfaces/IEvidence.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Duty } from "../libraries/Duty.sol";

/// @title Signed structures of one duty key as evidence (spec 01): two for one place.
library EvidenceSignatures {
    /// @dev Whose signatures they are, and for which contract. Any key counts that the node had and that was not revoked:
    /// a place that one of them signed is signed.
    struct Signer {
        uint32 nodeNo;
        IRegistry registry;
        bytes32 domain;
    }

    function requireRecordBatch(
        Signer memory signer,
        IEvidenceTypes.SignedRecordBatch memory signed
    ) internal view {
        bytes32 structHash = Duty.hashRecordBatch(
            signed.batchNo,
            signed.itemsRoot,
            signed.recordRoot,
            signed.posted,
            signed.auditSeq,
            signed.auditHead
        );
        _require(signer, structHash, signed.signature);
    }

    /// @notice Two records of one batch that do not say the same.
    function isRecordEquivocated(
        IEvidenceTypes.SignedRecordBatch memory a,
        IEvidenceTypes.SignedRecordBatch memory b
    ) internal pure returns (bool) {
        require(a.batchNo == b.batchNo, IEvidenceErrors.OtherPlace(b.batchNo));
        return a.itemsRoot != b.itemsRoot || a.recordRoot != b.recordRoot || a.posted != b.posted;
    }

    /// @notice Two verdicts of one draw that differ in more than the set of commitments (spec 06).
    function isVerdictEquivocated(
        Signer memory signer,
        IEvidenceTypes.SignedVerdict memory a,
        IEvidenceTypes.SignedVerdict memory b
    ) internal view returns (bool) {
        requireVerdict(signer, a);
        requireVerdict(signer, b);
        require(a.batchNo == b.batchNo && a.draw == b.draw, IEvidenceErrors.OtherPlace(b.batchNo));
        return a.recordBlockHash != b.recordBlockHash || a.fault != b.fault || a.unable != b.unable
            || a.reportHash != b.reportHash;
    }

    /// @notice Two commitments of one draw.
    function isCommitmentEquivocated(
        Signer memory signer,
        IEvidenceTypes.SignedCommitment memory a,
        IEvidenceTypes.SignedCommitment memory b
    ) internal view returns (bool) {
        _requireCommitment(signer, a);
        _requireCommitment(signer, b);
        require(a.batchNo == b.batchNo && a.draw == b.draw, IEvidenceErrors.OtherPlace(b.batchNo));
        return a.commitment != b.commitment;
    }

    function requireVerdict(Signer memory signer, IEvidenceTypes.SignedVerdict memory signed)
        internal
        view
    {
        bytes32 structHash = Duty.hashVerdict(
            Duty.Verdict({
                batchNo: signed.batchNo,
                draw: signed.draw,
                recordBlockHash: signed.recordBlockHash,
                commitmentsHash: signed.commitmentsHash,
                fault: signed.fault,
                unable: signed.unable,
                reportHash: signed.reportHash,
                auditSeq: signed.auditSeq,
                auditHead: signed.auditHead
            })
        );
        _require(signer, structHash, signed.signature);
    }

    function _requireCommitment(Signer memory signer, IEvidenceTypes.SignedCommitment memory signed)
        private
        view
    {
        bytes32 structHash = Duty.hashCommitment(
            signed.batchNo, signed.draw, signed.commitment, signed.auditSeq, signed.auditHead
        );
        _require(signer, structHash, signed.signature);
    }

    function _require(Signer memory signer, bytes32 structHash, bytes memory signature)
        private
        view
    {
        bytes32 digest = MessageHashUtils.toTypedDataHash(signer.domain, structHash);
        uint32 nodeNo = signer.nodeNo;
        address key = Duty.signerInMemory(digest, signature);
        require(
            nodeNo != 0 && key != address(0) && signer.registry.nodeOfDutyKey(key) == nodeNo,
            IEvidenceErrors.NotSigned(nodeNo)
        );
    }
}
