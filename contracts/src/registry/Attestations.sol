// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Duty } from "../libraries/Duty.sol";
import { Book, Books, NodeEntry, TierEntry } from "./Book.sol";
import { KeyIntervals } from "./KeyIntervals.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import { P256 } from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title What is said of a node's keys besides: their tier, and the key to which users seal.
/// @notice A library with an address of its own: the registry would outgrow the code size limit.
library Attestations {
    using Books for Book;

    /// @notice See IRegistry.declareTier.
    function declare(Book storage book, uint32 nodeNo, uint8 tier, bytes32 evidenceHash) external {
        book.requireColdOf(nodeNo);
        require(tier <= Books.HIGHEST_TIER, IRegistryErrors.OutOfBounds("tier", tier));
        NodeEntry storage declared = book.nodes[nodeNo];
        // Who was let in with verified keys cannot say afterwards that it has lesser ones, and go on.
        if (declared.active) book.requireTier(declared.roles, Books.unverified(tier));
        declared.keyTier = tier;
        book.tierOf[nodeNo] = TierEntry(evidenceHash, 0, 0, 0, address(0));
        emit IRegistryEvents.TierDeclared(nodeNo, tier, evidenceHash);
    }

    /// @notice The registry has checked that the council asks.
    /// @param arguments Those of `IRegistry.verifyTier`.
    function verify(Book storage book, bytes calldata arguments) external {
        (
            uint32 nodeNo,
            uint8 tier,
            bytes32 evidenceHash,
            address dutyKey,
            address actionKey,
            address verifiedBy,
            uint40 expiresAtSec
        ) = abi.decode(arguments, (uint32, uint8, bytes32, address, address, address, uint40));
        NodeEntry storage declared = book.nodes[nodeNo];
        require(declared.operatorNo != 0, IRegistryErrors.UnknownNode(nodeNo));
        TierEntry storage shown = book.tierOf[nodeNo];
        if (tier == 0) {
            (verifiedBy, expiresAtSec) = (address(0), 0);
        } else {
            require(
                tier > Books.HIGHEST_DECLARED_TIER && tier <= declared.keyTier,
                IRegistryErrors.OutOfBounds("tier", tier)
            );
            require(verifiedBy != address(0), IRegistryErrors.EmptyField("verifiedBy"));
            require(evidenceHash != 0, IRegistryErrors.EmptyField("evidenceHash"));
            require(
                expiresAtSec == 0 || expiresAtSec > block.timestamp,
                IRegistryErrors.OutOfBounds("expiresAtSec", expiresAtSec)
            );
            // What the council looked at: the operator may have declared another since.
            require(
                evidenceHash == shown.evidenceHash,
                IRegistryErrors.EvidenceChanged(nodeNo, evidenceHash, shown.evidenceHash)
            );
            // Evidence may be declared again after a rotation; it is of the keys that the council was told.
            require(
                KeyIntervals.areSettled(book, nodeNo, dutyKey, actionKey),
                IRegistryErrors.KeysChanged(nodeNo, dutyKey, actionKey)
            );
        }
        shown.verifiedTier = tier;
        shown.verifiedAtSec = tier == 0 ? 0 : uint40(block.timestamp);
        (shown.expiresAtSec, shown.verifiedBy) = (expiresAtSec, verifiedBy);
        emit IRegistryEvents.TierVerified(nodeNo, tier, evidenceHash, verifiedBy, expiresAtSec);
    }

    /// @notice See IRegistry.tierOf.
    function tierOf(Book storage book, uint32 nodeNo)
        external
        view
        returns (IRegistryTypes.NodeTier memory)
    {
        TierEntry storage shown = book.tierOf[nodeNo];
        return IRegistryTypes.NodeTier({
            declared: book.nodes[nodeNo].keyTier,
            counted: book.countedTier(nodeNo),
            verified: shown.verifiedTier,
            evidenceHash: shown.evidenceHash,
            verifiedBy: shown.verifiedBy,
            verifiedAtSec: shown.verifiedAtSec,
            expiresAtSec: shown.expiresAtSec
        });
    }

    /// @notice See IRegistry.setSealingKey.
    function seal(
        Book storage book,
        bytes32 domainSeparator,
        uint32 nodeNo,
        bytes32 x,
        bytes32 y,
        bytes calldata binding
    ) external {
        uint32 operatorNo = book.requireColdOf(nodeNo);
        IRegistryTypes.SealingKey[] storage keys = book.sealingKeysOf[nodeNo];
        uint40 nowSec = uint40(block.timestamp);
        bool ends = x == 0 && y == 0;
        if (keys.length != 0) {
            IRegistryTypes.SealingKey storage last = keys[keys.length - 1];
            if (last.untilSec == 0) last.untilSec = nowSec;
        }
        if (!ends) {
            _takeSealing(book, x, y);
            address dutyKey = book.dutyKeyAt(nodeNo, block.timestamp);
            bytes32 digest = MessageHashUtils.toTypedDataHash(
                domainSeparator, Duty.hashSealingKeyBinding(operatorNo, x, y)
            );
            address recovered = Duty.signerOf(digest, binding);
            require(recovered == dutyKey, IRegistryErrors.BadSealingKey(recovered, dutyKey));
            keys.push(IRegistryTypes.SealingKey(x, y, nowSec, 0));
        }
        emit IRegistryEvents.SealingKeyChanged(nodeNo, x, y, nowSec);
    }

    /// @dev A point of the curve; its cofactor is one, so any point is in the group.
    function _takeSealing(Book storage book, bytes32 x, bytes32 y) private {
        require(P256.isValidPublicKey(x, y), IRegistryErrors.NotOnCurve(x, y));
        bytes32 keyHash = keccak256(abi.encode(x, y));
        require(!book.sealingSeen[keyHash], IRegistryErrors.SealingKeyInUse(keyHash));
        book.sealingSeen[keyHash] = true;
    }
}
