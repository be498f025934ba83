// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IEvidenceErrors, IEvidenceTypes } from "../interfaces/IEvidence.sol";
import { IExecutions } from "../interfaces/IExecutions.sol";
import { IIntents, IIntentsTypes } from "../interfaces/IIntents.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bits } from "../libraries/Bits.sol";
import { EvidencePlans } from "./EvidencePlans.sol";
import { EvidenceRecords } from "./EvidenceRecords.sol";
import { EvidenceSignatures } from "./EvidenceSignatures.sol";
import { Faults } from "./Faults.sol";
import { Places } from "./Places.sol";

/// @title Judges evidence of a fault, exactly, and asks nobody (spec 07).
/// @notice A library with an address of its own: Disputes would outgrow the code size limit.
library Evidence {
    uint256 private constant MAX_SENT_STATUS = 1;
    uint8 private constant FORM_TRANSCRIPT = 1;
    uint8 private constant FORM_SIGNATURE = 2;
    uint8 private constant FORM_VERDICTS = 1;
    uint8 private constant FORM_COMMITMENTS = 2;

    /// @dev What evidence is compared with.
    struct Ledger {
        IRegistry registry;
        IIntents intents;
        IExecutions executions;
    }

    /// @notice Returns only when the evidence proves the fault.
    function judge(Ledger memory ledger, uint16 fault, bytes calldata evidence)
        external
        view
        returns (IEvidenceTypes.Finding memory found)
    {
        bool guilty;
        if (fault == Faults.ACTION_NOT_IN_PLAN) {
            (found, guilty) = _actionNotInPlan(ledger, evidence);
        } else if (fault == Faults.EFFECT_AFTER_REVOCATION) {
            (found, guilty) = _late(ledger, evidence);
        } else if (fault == Faults.WRONG_HOLDER) {
            (found, guilty) = _wrongHolder(ledger, evidence);
        } else if (fault == Faults.BROKEN_LEAF_CHAIN) {
            (found, guilty) = _broken(ledger, evidence);
        } else if (fault == Faults.WRONG_RUNTIME) {
            (found, guilty) = _wrongRuntime(ledger, evidence);
        } else if (fault == Faults.EQUIVOCATED_RECORD) {
            (found, guilty) = _records(ledger, evidence);
        } else if (fault == Faults.EQUIVOCATED_VERDICT) {
            (found, guilty) = _verdicts(ledger, evidence);
        } else if (fault == Faults.VERDICT_CONTRADICTED) {
            (found, guilty) = _foundRight(ledger, evidence);
        } else {
            revert IEvidenceErrors.NotByContract(fault);
        }
        require(guilty, IEvidenceErrors.NoFault(fault));
    }

    /// @dev An effect for which the plan has no step, or another one than was signed.
    function _actionNotInPlan(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (
            IEvidenceTypes.RecordProof memory proof,
            IEvidenceTypes.LeafProof memory leaf,
            IEvidenceTypes.StepProof memory step,
            IEvidenceTypes.PermissionProof[] memory permissions
        ) = abi.decode(
            evidence,
            (
                IEvidenceTypes.RecordProof,
                IEvidenceTypes.LeafProof,
                IEvidenceTypes.StepProof,
                IEvidenceTypes.PermissionProof[]
            )
        );
        EvidenceRecords.Shown memory shown = EvidenceRecords.open(ledger.executions, proof);
        EvidenceRecords.requireLeaf(shown, proof.batchNo, leaf);
        uint32 intentNo = proof.item.intentNo;
        EvidencePlans.requireStep(ledger.intents.planRootOf(intentNo), intentNo, step);
        found = _ofRecord(shown, proof, leaf.index);
        guilty = permissions.length == 0
            ? EvidencePlans.isForeign(leaf, step)
            : EvidencePlans.isOtherCall(intentNo, leaf, step, permissions[0]);
    }

    /// @dev A request that began when its executor knew of the revocation. Calls the ledger refuses by itself.
    function _late(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (IEvidenceTypes.RecordProof memory proof, IEvidenceTypes.LeafProof memory leaf) =
            abi.decode(evidence, (IEvidenceTypes.RecordProof, IEvidenceTypes.LeafProof));
        EvidenceRecords.Shown memory shown = EvidenceRecords.open(ledger.executions, proof);
        EvidenceRecords.requireLeaf(shown, proof.batchNo, leaf);
        uint256 revokedBlock = ledger.intents.revokedBlockOf(proof.item.intentNo);
        found = _ofRecord(shown, proof, leaf.index);
        guilty = revokedBlock != 0
            && EvidenceRecords.word(leaf, EvidenceRecords.KIND) == EvidenceRecords.HTTP
            && EvidenceRecords.word(leaf, EvidenceRecords.STATUS) <= MAX_SENT_STATUS
            && EvidenceRecords.word(leaf, EvidenceRecords.ANCHOR) >= revokedBlock;
    }

    /// @dev A transcript of another execution or attempt than was held, or a signature over another's batch.
    function _wrongHolder(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory, bool)
    {
        (uint8 form, bytes memory proofs) = abi.decode(evidence, (uint8, bytes));
        if (form == FORM_TRANSCRIPT) return _otherTranscript(ledger, proofs);
        require(form == FORM_SIGNATURE, IEvidenceErrors.BadForm(form));
        return _otherBatch(ledger, proofs);
    }

    function _otherTranscript(Ledger memory ledger, bytes memory proofs)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (IEvidenceTypes.RecordProof memory proof, IEvidenceTypes.LeafProof[] memory leaves) =
            abi.decode(proofs, (IEvidenceTypes.RecordProof, IEvidenceTypes.LeafProof[]));
        EvidenceRecords.Shown memory shown = EvidenceRecords.open(ledger.executions, proof);
        if (leaves.length == 0) {
            return (_ofRecord(shown, proof, 0), shown.attempt != proof.item.attempt);
        }
        IEvidenceTypes.LeafProof memory leaf = leaves[0];
        EvidenceRecords.requireLeaf(shown, proof.batchNo, leaf);
        found = _ofRecord(shown, proof, leaf.index);
        guilty = leaf.words[EvidenceRecords.EXECUTION] != proof.item.executionId
            || EvidenceRecords.word(leaf, EvidenceRecords.ATTEMPT) != proof.item.attempt;
    }

    function _otherBatch(Ledger memory ledger, bytes memory proofs)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (uint32 nodeNo, IEvidenceTypes.SignedRecordBatch memory signed) =
            abi.decode(proofs, (uint32, IEvidenceTypes.SignedRecordBatch));
        EvidenceSignatures.requireRecordBatch(_signer(ledger, nodeNo), signed);
        uint32 holder = ledger.executions.batch(signed.batchNo).nodeNo;
        (found.nodeNo, found.batchNo) = (nodeNo, signed.batchNo);
        found.place = Places.ofRecordSigner(signed.batchNo, nodeNo);
        // A batch that this ledger does not know has no holder yet.
        guilty = holder != 0 && holder != nodeNo;
    }

    /// @dev One leaf that breaks a rule by itself, or two neighbours of which the second does not follow.
    function _broken(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (IEvidenceTypes.RecordProof memory proof, IEvidenceTypes.LeafProof[] memory leaves) =
            abi.decode(evidence, (IEvidenceTypes.RecordProof, IEvidenceTypes.LeafProof[]));
        require(leaves.length == 1 || leaves.length == 2, IEvidenceErrors.BadForm(0));
        EvidenceRecords.Shown memory shown = EvidenceRecords.open(ledger.executions, proof);
        bytes32 first = EvidenceRecords.requireLeaf(shown, proof.batchNo, leaves[0]);
        if (leaves.length == 1) {
            found = _ofRecord(shown, proof, leaves[0].index);
            return (found, EvidenceRecords.isBroken(shown, leaves[0]));
        }
        EvidenceRecords.requireLeaf(shown, proof.batchNo, leaves[1]);
        require(
            leaves[1].index == leaves[0].index + 1,
            IEvidenceErrors.BadLeafProof(proof.batchNo, leaves[1].index)
        );
        found = _ofRecord(shown, proof, leaves[1].index);
        guilty = EvidenceRecords.isUnchained(leaves[0], first, leaves[1]);
    }

    /// @dev Another runtime than the owner signed.
    function _wrongRuntime(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (IEvidenceTypes.RecordProof memory proof, IIntentsTypes.Intent memory intent) =
            abi.decode(evidence, (IEvidenceTypes.RecordProof, IIntentsTypes.Intent));
        EvidenceRecords.Shown memory shown = EvidenceRecords.open(ledger.executions, proof);
        uint32 intentNo = proof.item.intentNo;
        require(
            ledger.intents.hashIntent(intent) == ledger.intents.intentHashOf(intentNo),
            IEvidenceErrors.NotTheIntent(intentNo)
        );
        found = _ofRecord(shown, proof, 0);
        guilty = shown.runtime != intent.runtime;
    }

    function _records(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (
            uint32 nodeNo,
            IEvidenceTypes.SignedRecordBatch memory a,
            IEvidenceTypes.SignedRecordBatch memory b
        ) = abi.decode(
            evidence, (uint32, IEvidenceTypes.SignedRecordBatch, IEvidenceTypes.SignedRecordBatch)
        );
        EvidenceSignatures.Signer memory signer = _signer(ledger, nodeNo);
        EvidenceSignatures.requireRecordBatch(signer, a);
        EvidenceSignatures.requireRecordBatch(signer, b);
        (found.nodeNo, found.batchNo) = (nodeNo, a.batchNo);
        found.place = Places.ofRecordSigner(a.batchNo, nodeNo);
        guilty = EvidenceSignatures.isRecordEquivocated(a, b);
    }

    function _verdicts(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        (uint8 form, uint32 nodeNo, bytes memory pair) =
            abi.decode(evidence, (uint8, uint32, bytes));
        EvidenceSignatures.Signer memory signer = _signer(ledger, nodeNo);
        uint8 draw;
        if (form == FORM_VERDICTS) {
            (IEvidenceTypes.SignedVerdict memory a, IEvidenceTypes.SignedVerdict memory b) =
                abi.decode(pair, (IEvidenceTypes.SignedVerdict, IEvidenceTypes.SignedVerdict));
            (found.batchNo, draw) = (a.batchNo, a.draw);
            guilty = EvidenceSignatures.isVerdictEquivocated(signer, a, b);
        } else {
            require(form == FORM_COMMITMENTS, IEvidenceErrors.BadForm(form));
            (IEvidenceTypes.SignedCommitment memory a, IEvidenceTypes.SignedCommitment memory b) =
                abi.decode(pair, (IEvidenceTypes.SignedCommitment, IEvidenceTypes.SignedCommitment));
            (found.batchNo, draw) = (a.batchNo, a.draw);
            guilty = EvidenceSignatures.isCommitmentEquivocated(signer, a, b);
        }
        found.nodeNo = nodeNo;
        found.place = Places.ofSeat(found.batchNo, draw, nodeNo);
    }

    /// @dev A seat of the first draw that found a position right. `leaf` is the fault that the caller must have judged
    /// there. Later draws judge what was pending then, which nobody knows any more.
    function _foundRight(Ledger memory ledger, bytes calldata evidence)
        private
        view
        returns (IEvidenceTypes.Finding memory found, bool guilty)
    {
        IEvidenceTypes.SignedVerdict memory signed;
        (found.leaf, found.index, found.nodeNo, signed) =
            abi.decode(evidence, (uint16, uint16, uint32, IEvidenceTypes.SignedVerdict));
        require(
            found.leaf >= Faults.ACTION_NOT_IN_PLAN && found.leaf <= Faults.LAST_BY_EVIDENCE,
            IEvidenceErrors.NotByContract(found.leaf)
        );
        EvidenceSignatures.requireVerdict(_signer(ledger, found.nodeNo), signed);
        found.batchNo = signed.batchNo;
        found.place = Places.ofRecord(found.batchNo, found.index);
        guilty = signed.draw == 0 && !Bits.has(signed.fault | signed.unable, found.index)
            && Bits.has(ledger.executions.posted(found.batchNo), found.index);
    }

    function _signer(Ledger memory ledger, uint32 nodeNo)
        private
        view
        returns (EvidenceSignatures.Signer memory signer)
    {
        return EvidenceSignatures.Signer(
            nodeNo, ledger.registry, ledger.executions.domainSeparator()
        );
    }

    function _ofRecord(
        EvidenceRecords.Shown memory shown,
        IEvidenceTypes.RecordProof memory proof,
        uint16 leaf
    ) private pure returns (IEvidenceTypes.Finding memory) {
        return IEvidenceTypes.Finding({
            nodeNo: shown.nodeNo,
            batchNo: proof.batchNo,
            index: proof.index,
            leaf: leaf,
            place: Places.ofRecord(proof.batchNo, proof.index),
            voids: true
        });
    }
}
