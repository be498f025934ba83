// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Duty } from "../libraries/Duty.sol";
import { ParameterBounds } from "../libraries/ParameterBounds.sol";
import { Book, Books, NodeEntry, TierEntry } from "./Book.sol";
import { KeyIntervals } from "./KeyIntervals.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title Rotation and revocation of a node's keys.
/// @notice A library with an address of its own, as NodeBook.
library KeyBook {
    using Books for Book;

    uint256 private constant LONGEST_NOTICE_SEC = 365 days;

    /// @dev What `IRegistry.rotateKeys` is given.
    struct Rotation {
        uint32 nodeNo;
        address dutyKey;
        address actionKey;
        uint40 fromSec;
        bytes dutyProof;
        bytes actionProof;
    }

    /// @param arguments Those of `IRegistry.rotateKeys`.
    function rotate(Book storage book, bytes32 domainSeparator, bytes calldata arguments) external {
        Rotation memory given = _parse(arguments);
        uint32 nodeNo = given.nodeNo;
        book.requireColdOf(nodeNo);
        NodeEntry storage rotated = book.nodes[nodeNo];
        // What is verified is forgotten: who needs it for its roles is switched off first.
        if (rotated.active) book.requireTier(rotated.roles, Books.unverified(rotated.keyTier));
        bool atOnce = given.fromSec == 0;
        uint40 fromSec = atOnce ? uint40(block.timestamp) : given.fromSec;
        if (!atOnce) _requireNotice(book, nodeNo, fromSec);
        if (given.dutyKey != book.dutyKeyAt(nodeNo, block.timestamp)) {
            _requireProof(domainSeparator, given, given.dutyKey, given.dutyProof);
        }
        if (given.actionKey != book.actionKeyAt(nodeNo, block.timestamp)) {
            _requireProof(domainSeparator, given, given.actionKey, given.actionProof);
        }
        bool otherDuty = KeyIntervals.nextDuty(book, nodeNo, given.dutyKey, fromSec, atOnce);
        bool otherAction = KeyIntervals.nextAction(book, nodeNo, given.actionKey, fromSec);
        require(otherDuty || otherAction, IRegistryErrors.KeysUnchanged(nodeNo));
        _forgetTier(book, nodeNo);
        emit IRegistryEvents.KeysRotated(nodeNo, given.dutyKey, given.actionKey, fromSec, atOnce);
    }

    /// @notice See IRegistry.revokeDutyKey.
    function revoke(Book storage book, uint32 nodeNo, address dutyKey) external {
        book.requireColdOf(nodeNo);
        require(
            KeyIntervals.revoke(book, nodeNo, dutyKey), IRegistryErrors.KeyNotAllowed(dutyKey)
        );
        emit IRegistryEvents.DutyKeyRevoked(nodeNo, dutyKey);
    }

    /// @notice See IRegistry.keysOf.
    function show(Book storage book, uint32 nodeNo)
        external
        view
        returns (
            IRegistryTypes.KeyInterval[] memory dutyKeys,
            IRegistryTypes.KeyInterval[] memory actionKeys
        )
    {
        return (book.dutyKeysOf[nodeNo], book.actionKeysOf[nodeNo]);
    }

    function _parse(bytes calldata arguments) private pure returns (Rotation memory given) {
        (
            given.nodeNo,
            given.dutyKey,
            given.actionKey,
            given.fromSec,
            given.dutyProof,
            given.actionProof
        ) = abi.decode(arguments, (uint32, address, address, uint40, bytes, bytes));
    }

    /// @dev The evidence was of other keys, whether the council has looked at it or not.
    function _forgetTier(Book storage book, uint32 nodeNo) private {
        TierEntry storage shown = book.tierOf[nodeNo];
        if (shown.verifiedTier == 0 && shown.evidenceHash == 0) return;
        delete book.tierOf[nodeNo];
        emit IRegistryEvents.TierVerified(nodeNo, 0, 0, address(0), 0);
    }

    /// @dev Every node has read of the change, from final blocks, before a duty begins under the new key; so has it of
    /// one that is taken back.
    function _requireNotice(Book storage book, uint32 nodeNo, uint40 fromSec) private view {
        uint256 noticeSec = uint256(book.parameters.leaseMarginSec)
            + uint256(book.parameters.confirmations) * ParameterBounds.BLOCK_SEC;
        uint256 comingSec = KeyIntervals.newestSec(book, nodeNo);
        require(
            comingSec <= block.timestamp || comingSec >= block.timestamp + noticeSec,
            IRegistryErrors.NotYet(comingSec)
        );
        require(
            fromSec >= block.timestamp + noticeSec
                && fromSec <= block.timestamp + LONGEST_NOTICE_SEC,
            IRegistryErrors.OutOfBounds("fromSec", fromSec)
        );
    }

    /// @dev Whoever registers a key holds it.
    function _requireProof(
        bytes32 domainSeparator,
        Rotation memory given,
        address key,
        bytes memory proof
    ) private pure {
        bytes32 structHash = Duty.hashKeyRotation(
            given.nodeNo, given.dutyKey, given.actionKey, given.fromSec
        );
        bytes32 digest = MessageHashUtils.toTypedDataHash(domainSeparator, structHash);
        address recovered = Duty.signerInMemory(digest, proof);
        require(
            recovered == key && key != address(0), IRegistryErrors.BadKeyProof(recovered, key)
        );
    }
}
