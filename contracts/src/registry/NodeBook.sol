// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Duty } from "../libraries/Duty.sol";
import { Book, Books, Capacity, NodeEntry } from "./Book.sol";
import { KeyIntervals } from "./KeyIntervals.sol";
import { MessageHashUtils } from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title What an operator does with its nodes.
/// @notice A library with an address of its own: the registry would outgrow the code size limit. It takes the
/// registry's arguments as they came, since decoding them costs code as well.
library NodeBook {
    using Books for Book;

    uint256 private constant MAX_ENDPOINT_BYTES = 256;

    /// @param arguments Those of `IRegistry.addNode`.
    function add(Book storage book, bytes32 domainSeparator, bytes calldata arguments)
        external
        returns (uint32 nodeNo)
    {
        (uint32 operatorNo, IRegistryTypes.Node memory given, bytes memory caBinding) =
            abi.decode(arguments, (uint32, IRegistryTypes.Node, bytes));
        book.requireKnown(operatorNo);
        book.requireCold(operatorNo);
        _requireAddable(book, operatorNo, given);
        nodeNo = ++book.nodeCount;
        NodeEntry storage added = book.nodes[nodeNo];
        (added.operatorNo, added.roles) = (operatorNo, given.roles);
        // One whose tier has yet to be verified waits, switched off, for the council.
        bool active = Books.unverified(given.keyTier) >= book.minimumTier(given.roles);
        (added.keyTier, added.active) = (given.keyTier, active);
        (added.caHash, added.endpoint) = (given.caHash, given.endpoint);
        KeyIntervals.begin(book, nodeNo, given.dutyKey, given.actionKey);
        _takeCa(book, given.caHash);
        _checkBinding(
            domainSeparator, operatorNo, given.caHash, given.endpoint, given.dutyKey, caBinding
        );
        if (active) _count(book, operatorNo, given.roles, true);
        emit IRegistryEvents.NodeAdded(nodeNo, operatorNo, _shown(book, nodeNo));
    }

    /// @param arguments Those of `IRegistry.updateNode`.
    function update(Book storage book, bytes32 domainSeparator, bytes calldata arguments) external {
        (
            uint32 nodeNo,
            string memory endpoint,
            bytes32 caHash,
            bool active,
            bytes memory caBinding
        ) = abi.decode(arguments, (uint32, string, bytes32, bool, bytes));
        NodeEntry storage changed = book.nodes[nodeNo];
        uint32 operatorNo = book.requireColdOf(nodeNo);
        bool moved = keccak256(bytes(endpoint)) != keccak256(bytes(changed.endpoint));
        // A node whose duty key is lost can still be switched off: nothing is bound anew.
        if (moved || caHash != changed.caHash) {
            if (caHash != changed.caHash) _takeCa(book, caHash);
            address dutyKey = book.dutyKeyAt(nodeNo, block.timestamp);
            _checkBinding(domainSeparator, operatorNo, caHash, endpoint, dutyKey, caBinding);
            (changed.caHash, changed.endpoint) = (caHash, endpoint);
        }
        if (active != changed.active) _switch(book, nodeNo, active);
        emit IRegistryEvents.NodeChanged(nodeNo, _shown(book, nodeNo));
    }

    /// @return The node as `IRegistry.node` shows it.
    function show(Book storage book, uint32 nodeNo)
        external
        view
        returns (IRegistryTypes.Node memory)
    {
        return _shown(book, nodeNo);
    }

    function _requireAddable(Book storage book, uint32 operatorNo, IRegistryTypes.Node memory given)
        private
        view
    {
        IRegistryTypes.OperatorStatus status = book.operators[operatorNo].status;
        require(
            status == IRegistryTypes.OperatorStatus.Active,
            IRegistryErrors.WrongStatus(operatorNo, status)
        );
        uint8 roles = given.roles;
        require(
            roles != 0 && roles <= Books.EXECUTOR | Books.VERIFIER, IRegistryErrors.BadRoles(roles)
        );
        require(
            given.keyTier <= Books.HIGHEST_TIER,
            IRegistryErrors.OutOfBounds("keyTier", given.keyTier)
        );
        book.requireTier(roles, given.keyTier);
    }

    function _switch(Book storage book, uint32 nodeNo, bool active) private {
        NodeEntry storage changed = book.nodes[nodeNo];
        if (active) book.requireTier(changed.roles, book.countedTier(nodeNo));
        changed.active = active;
        KeyIntervals.switchActions(book, nodeNo, active);
        if (!active) changed.switchedOffAtSec = uint40(block.timestamp);
        _count(book, changed.operatorNo, changed.roles, active);
    }

    function _count(Book storage book, uint32 operatorNo, uint8 roles, bool more) private {
        Capacity storage capacity = book.capacityOf[operatorNo];
        if (roles & Books.EXECUTOR != 0) {
            more ? ++capacity.executors : --capacity.executors;
        }
        if (roles & Books.VERIFIER != 0) {
            more ? ++capacity.verifiers : --capacity.verifiers;
        }
    }

    function _takeCa(Book storage book, bytes32 caHash) private {
        require(caHash != 0, IRegistryErrors.EmptyField("caHash"));
        require(!book.caSeen[caHash], IRegistryErrors.CaInUse(caHash));
        book.caSeen[caHash] = true;
    }

    /// @dev The signature by which the duty key binds CA and endpoint proves, too, that the operator holds it.
    function _checkBinding(
        bytes32 domainSeparator,
        uint32 operatorNo,
        bytes32 caHash,
        string memory endpoint,
        address dutyKey,
        bytes memory caBinding
    ) private pure {
        uint256 length = bytes(endpoint).length;
        require(length > 0, IRegistryErrors.EmptyField("endpoint"));
        require(length <= MAX_ENDPOINT_BYTES, IRegistryErrors.OutOfBounds("endpoint", length));
        bytes32 digest = MessageHashUtils.toTypedDataHash(
            domainSeparator, Duty.hashTlsCaBinding(operatorNo, caHash, endpoint)
        );
        address recovered = Duty.signerInMemory(digest, caBinding);
        require(recovered == dutyKey, IRegistryErrors.BadCaBinding(recovered, dutyKey));
    }

    /// @dev With the keys that hold now.
    function _shown(Book storage book, uint32 nodeNo)
        private
        view
        returns (IRegistryTypes.Node memory)
    {
        NodeEntry storage entry = book.nodes[nodeNo];
        return IRegistryTypes.Node({
            operatorNo: entry.operatorNo,
            roles: entry.roles,
            keyTier: entry.keyTier,
            active: entry.active,
            dutyKey: book.dutyKeyAt(nodeNo, block.timestamp),
            actionKey: book.actionKeyAt(nodeNo, block.timestamp),
            caHash: entry.caHash,
            endpoint: entry.endpoint
        });
    }
}
