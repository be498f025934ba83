// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { Strings } from "@openzeppelin/contracts/utils/Strings.sol";

import { IEvidenceErrors, IEvidenceTypes } from "../interfaces/IEvidence.sol";
import { Leaves } from "../libraries/Leaves.sol";
import { Merkle } from "../libraries/Merkle.sol";
import { EvidenceRecords } from "./EvidenceRecords.sol";

/// @title Registered plans as evidence (spec 03): steps, permissions, and what a call's leaf must hold.
library EvidencePlans {
    bytes32 private constant STEP = "deed.step.1";
    uint256 private constant HTTP_STEP = 1;
    uint256 private constant CALL_STEP = 2;

    /// @notice That the step stands under the plan root.
    function requireStep(bytes32 planRoot, uint32 intentNo, IEvidenceTypes.StepProof memory step)
        internal
        pure
    {
        bytes32 leaf = keccak256(
            abi.encodePacked(
                bytes1(0), STEP, uint256(step.index), uint256(step.kind), step.stepHash
            )
        );
        bytes32 stepsRoot = Merkle.rootFromMemory(leaf, step.index, step.count, step.path);
        require(
            stepsRoot != 0 && planRoot != 0
                && Leaves.planRoot(step.planHash, stepsRoot, step.permissionsRoot) == planRoot,
            IEvidenceErrors.BadPlanProof(intentNo)
        );
    }

    /// @notice Has the plan no step at the effect's place, or one of another kind?
    function isForeign(IEvidenceTypes.LeafProof memory leaf, IEvidenceTypes.StepProof memory step)
        internal
        pure
        returns (bool)
    {
        uint256 kind = EvidenceRecords.word(leaf, EvidenceRecords.KIND);
        uint256 place = EvidenceRecords.word(leaf, EvidenceRecords.STEP);
        if (kind != EvidenceRecords.HTTP && kind != EvidenceRecords.CALL) return false;
        // The root binds how many steps there are.
        if (place >= step.count) return true;
        uint256 expected = kind == EvidenceRecords.HTTP ? HTTP_STEP : CALL_STEP;
        return place == step.index && step.kind != expected;
    }

    /// @notice Is the leaf a call of the permission's step with another target, value or data than it permits?
    function isOtherCall(
        uint32 intentNo,
        IEvidenceTypes.LeafProof memory leaf,
        IEvidenceTypes.StepProof memory step,
        IEvidenceTypes.PermissionProof memory permission
    ) internal pure returns (bool) {
        bytes32 permissionLeaf = Leaves.permission(
            permission.step,
            permission.target,
            permission.valueWei,
            keccak256(permission.callData),
            Leaves.MODE_LITERAL
        );
        require(
            step.permissionsRoot != 0
                && Merkle.rootFromMemory(
                    permissionLeaf, permission.index, permission.count, permission.path
                ) == step.permissionsRoot,
            IEvidenceErrors.BadPlanProof(intentNo)
        );
        return EvidenceRecords.word(leaf, EvidenceRecords.KIND) == EvidenceRecords.CALL
            && EvidenceRecords.word(leaf, EvidenceRecords.STEP) == permission.step
            && leaf.words[EvidenceRecords.INPUT] != callInputHash(permission);
    }

    /// @notice SHA-256 of a CALL leaf's input in its canonical form (RFC 8785).
    function callInputHash(IEvidenceTypes.PermissionProof memory permission)
        internal
        pure
        returns (bytes32)
    {
        return sha256(
            bytes.concat(
                '{"callData":"',
                bytes(Strings.toHexString(permission.callData)),
                '","target":"',
                bytes(Strings.toHexString(permission.target)),
                '","valueWei":"',
                bytes(Strings.toString(permission.valueWei)),
                '"}'
            )
        );
    }
}
