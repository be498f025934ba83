// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors, IRegistryEvents, IRegistryTypes } from "../interfaces/IRegistry.sol";
import { Book, Books } from "./Book.sol";

/// @title How an operator is let in, and how its cold key is replaced.
/// @notice A library with an address of its own, as NodeBook.
library Operators {
    using Books for Book;

    /// @param arguments Those of `IRegistry.admit`; the registry has checked that the council asks.
    function admit(Book storage book, bytes calldata arguments)
        external
        returns (uint32 operatorNo)
    {
        IRegistryTypes.Operator memory admitted = _parse(arguments);
        require(admitted.payout != address(0), IRegistryErrors.EmptyField("payout"));
        require(admitted.vettingHash != 0, IRegistryErrors.EmptyField("vettingHash"));
        require(bytes(admitted.name).length > 0, IRegistryErrors.EmptyField("name"));
        require(
            book.seatable.length < Books.MAX_OPERATORS,
            IRegistryErrors.TooManyOperators(Books.MAX_OPERATORS)
        );
        book.take(admitted.cold);
        operatorNo = ++book.operatorCount;
        book.seatable.push(operatorNo);
        book.operators[operatorNo] = admitted;
        emit IRegistryEvents.OperatorAdmitted(
            operatorNo, admitted.cold, admitted.vettingHash, admitted.name
        );
    }

    /// @notice See IRegistry.replaceCold.
    function replaceCold(Book storage book, uint32 operatorNo, address cold, address payout)
        external
    {
        book.requireKnown(operatorNo);
        book.requireCold(operatorNo);
        require(payout != address(0), IRegistryErrors.EmptyField("payout"));
        if (cold != book.operators[operatorNo].cold) book.requireUnused(cold);
        uint40 fromSec = uint40(block.timestamp + book.parameters.slashDelaySec);
        book.coldChangeOf[operatorNo] = IRegistryTypes.ColdChange(cold, fromSec, payout);
        emit IRegistryEvents.ColdChangeAnnounced(operatorNo, cold, payout, fromSec);
    }

    /// @notice See IRegistry.acceptCold.
    function acceptCold(Book storage book, uint32 operatorNo) external {
        IRegistryTypes.ColdChange memory change = _changeOf(book, operatorNo);
        require(
            msg.sender == change.cold, IRegistryErrors.NotNewCold(operatorNo, msg.sender)
        );
        require(block.timestamp >= change.fromSec, IRegistryErrors.NotYet(change.fromSec));
        IRegistryTypes.Operator storage changed = book.operators[operatorNo];
        // A stolen key must not outrun those who can stop it.
        uint256 untilSec = changed.suspendedUntilSec;
        require(block.timestamp >= untilSec, IRegistryErrors.NotYet(untilSec));
        delete book.coldChangeOf[operatorNo];
        if (change.cold != changed.cold) book.take(change.cold);
        (changed.cold, changed.payout) = (change.cold, change.payout);
        emit IRegistryEvents.ColdKeyChanged(operatorNo, change.cold, change.payout);
    }

    /// @notice See IRegistry.cancelCold.
    function cancelCold(Book storage book, uint32 operatorNo, address council) external {
        _changeOf(book, operatorNo);
        IRegistryTypes.Operator storage kept = book.operators[operatorNo];
        if (msg.sender != kept.payout && msg.sender != council) book.requireCold(operatorNo);
        delete book.coldChangeOf[operatorNo];
        emit IRegistryEvents.ColdChangeCancelled(operatorNo, msg.sender);
    }

    function _parse(bytes calldata arguments)
        private
        pure
        returns (IRegistryTypes.Operator memory admitted)
    {
        (
            admitted.cold,
            admitted.payout,
            admitted.vettingHash,
            admitted.name,
            admitted.region,
            admitted.provider,
            admitted.metadataUri
        ) = abi.decode(arguments, (address, address, bytes32, string, string, string, string));
        admitted.status = IRegistryTypes.OperatorStatus.Active;
    }

    function _changeOf(Book storage book, uint32 operatorNo)
        private
        view
        returns (IRegistryTypes.ColdChange memory change)
    {
        change = book.coldChangeOf[operatorNo];
        require(change.fromSec != 0, IRegistryErrors.NoColdChange(operatorNo));
    }
}
