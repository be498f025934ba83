// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistry } from "../interfaces/IRegistry.sol";
import { ParameterBounds } from "../libraries/ParameterBounds.sol";
import { Attestations } from "./Attestations.sol";
import { Actor, Book, Books, NodeEntry, UnbondingTerm } from "./Book.sol";
import { KeyBook } from "./KeyBook.sol";
import { NodeBook } from "./NodeBook.sol";
import { Operators } from "./Operators.sol";
import { Rules } from "./Rules.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title The registry's operators and nodes: admission, keys, standing.
/// @notice What is asked at every claim stands here; what an operator does with its nodes, in NodeBook.
abstract contract Members is Rules, EIP712 {
    using Books for Book;

    modifier onlyCold(uint32 operatorNo) {
        _book.requireKnown(operatorNo);
        _book.requireCold(operatorNo);
        _;
    }

    /// @inheritdoc IRegistry
    /// @dev Passed on as they came: decoding and encoding them again would cost the registry's room.
    function admit(
        address cold,
        address payout,
        bytes32 vettingHash,
        string calldata name,
        string calldata region,
        string calldata provider,
        string calldata metadataUri
    ) external onlyCouncil returns (uint32 operatorNo) {
        (cold, payout, vettingHash, name, region, provider, metadataUri);
        return Operators.admit(_book, msg.data[4:]);
    }

    /// @inheritdoc IRegistry
    function replaceCold(uint32 operatorNo, address cold, address payout) external {
        Operators.replaceCold(_book, operatorNo, cold, payout);
    }

    /// @inheritdoc IRegistry
    function acceptCold(uint32 operatorNo) external {
        Operators.acceptCold(_book, operatorNo);
    }

    /// @inheritdoc IRegistry
    function cancelCold(uint32 operatorNo) external {
        Operators.cancelCold(_book, operatorNo, _council);
    }

    /// @inheritdoc IRegistry
    function coldChange(uint32 operatorNo) external view returns (ColdChange memory) {
        return _book.coldChangeOf[operatorNo];
    }

    /// @inheritdoc IRegistry
    /// @dev As `admit`.
    function addNode(uint32 operatorNo, Node calldata node_, bytes calldata caBinding)
        external
        returns (uint32 nodeNo)
    {
        (operatorNo, node_, caBinding);
        return NodeBook.add(_book, _domainSeparatorV4(), msg.data[4:]);
    }

    /// @inheritdoc IRegistry
    /// @dev As `admit`.
    function updateNode(
        uint32 nodeNo,
        string calldata endpoint,
        bytes32 caHash,
        bool active,
        bytes calldata caBinding
    ) external {
        (nodeNo, endpoint, caHash, active, caBinding);
        NodeBook.update(_book, _domainSeparatorV4(), msg.data[4:]);
    }

    /// @inheritdoc IRegistry
    function declareTier(uint32 nodeNo, uint8 tier, bytes32 evidenceHash) external {
        Attestations.declare(_book, nodeNo, tier, evidenceHash);
    }

    /// @inheritdoc IRegistry
    /// @dev As `admit`.
    function verifyTier(
        uint32 nodeNo,
        uint8 tier,
        bytes32 evidenceHash,
        address dutyKey,
        address actionKey,
        address verifiedBy,
        uint40 expiresAtSec
    ) external onlyCouncil {
        (nodeNo, tier, evidenceHash, dutyKey, actionKey, verifiedBy, expiresAtSec);
        Attestations.verify(_book, msg.data[4:]);
    }

    /// @inheritdoc IRegistry
    function setSealingKey(uint32 nodeNo, bytes32 x, bytes32 y, bytes calldata binding) external {
        Attestations.seal(_book, _domainSeparatorV4(), nodeNo, x, y, binding);
    }

    /// @inheritdoc IRegistry
    /// @dev As `admit`.
    function rotateKeys(
        uint32 nodeNo,
        address dutyKey,
        address actionKey,
        uint40 fromSec,
        bytes calldata dutyProof,
        bytes calldata actionProof
    ) external {
        (nodeNo, dutyKey, actionKey, fromSec, dutyProof, actionProof);
        KeyBook.rotate(_book, _domainSeparatorV4(), msg.data[4:]);
    }

    /// @inheritdoc IRegistry
    function revokeDutyKey(uint32 nodeNo, address dutyKey) external {
        KeyBook.revoke(_book, nodeNo, dutyKey);
    }

    /// @inheritdoc IRegistry
    function keysOf(uint32 nodeNo)
        external
        view
        returns (KeyInterval[] memory dutyKeys, KeyInterval[] memory actionKeys)
    {
        return KeyBook.show(_book, nodeNo);
    }

    /// @inheritdoc IRegistry
    function nodeOfDutyKey(address dutyKey) external view returns (uint32) {
        return _book.nodeOfDutyKey[dutyKey];
    }

    /// @inheritdoc IRegistry
    function suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) external {
        if (msg.sender != _council) {
            uint256 currentSec = _book.operators[operatorNo].suspendedUntilSec;
            _requireRestriction(untilSec, currentSec, GUARDED_SEC);
        }
        require(untilSec > block.timestamp, OutOfBounds("untilSec", untilSec));
        _requirePresent(operatorNo);
        _suspend(operatorNo, untilSec, reasonHash);
    }

    /// @inheritdoc IRegistry
    function reinstate(uint32 operatorNo, bytes32 reasonHash) external onlyCouncil {
        _book.requireKnown(operatorNo);
        OperatorStatus status = _statusOf(operatorNo);
        require(
            status == OperatorStatus.Suspended || status == OperatorStatus.Jailed,
            WrongStatus(operatorNo, status)
        );
        Operator storage freed = _book.operators[operatorNo];
        (freed.suspendedUntilSec, freed.jailedUntilSec) = (0, 0);
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Active, 0, reasonHash);
    }

    /// @inheritdoc IRegistry
    function remove(uint32 operatorNo, bytes32 reasonHash) external onlyCouncil {
        _requirePresent(operatorNo);
        _suspend(operatorNo, type(uint40).max, reasonHash);
        if (_book.operators[operatorNo].status == OperatorStatus.Active) {
            _exit(operatorNo, reasonHash);
        }
    }

    /// @inheritdoc IRegistry
    function requestExit(uint32 operatorNo) external onlyCold(operatorNo) {
        OperatorStatus status = _book.operators[operatorNo].status;
        require(status == OperatorStatus.Active, WrongStatus(operatorNo, _statusOf(operatorNo)));
        _exit(operatorNo, 0);
    }

    /// @inheritdoc IRegistry
    function operatorCount() external view returns (uint32) {
        return _book.operatorCount;
    }

    /// @inheritdoc IRegistry
    function nodeCount() external view returns (uint32) {
        return _book.nodeCount;
    }

    /// @inheritdoc IRegistry
    function operator(uint32 operatorNo) external view returns (Operator memory found) {
        found = _book.operators[operatorNo];
        found.status = _statusOf(operatorNo);
        found.exitAtSec = _freeAtSec(operatorNo);
    }

    /// @inheritdoc IRegistry
    function node(uint32 nodeNo) external view returns (Node memory) {
        return NodeBook.show(_book, nodeNo);
    }

    /// @inheritdoc IRegistry
    function tierOf(uint32 nodeNo) external view returns (NodeTier memory) {
        return Attestations.tierOf(_book, nodeNo);
    }

    /// @inheritdoc IRegistry
    function sealingKeys(uint32 nodeNo) external view returns (SealingKey[] memory) {
        return _book.sealingKeysOf[nodeNo];
    }

    /// @inheritdoc IRegistry
    function nodeOfActionKey(address actionKey) external view returns (uint32) {
        Actor memory found = _book.actors[actionKey];
        return Books.isServing(found) ? found.nodeNo : 0;
    }

    /// @inheritdoc IRegistry
    function actor(address actionKey)
        external
        view
        returns (uint32 nodeNo, uint32 operatorNo, uint8 roles)
    {
        return _actor(actionKey);
    }

    /// @inheritdoc IRegistry
    function duty(uint32 nodeNo, uint40 sinceSec)
        external
        view
        returns (uint32 operatorNo, uint8 roles, address dutyKey)
    {
        NodeEntry storage found = _book.nodes[nodeNo];
        if (found.active || found.switchedOffAtSec >= sinceSec) {
            dutyKey = sinceSec == 0 || sinceSec >= found.dutyFromSec
                ? found.dutyKey
                : _book.dutyKeyAt(nodeNo, sinceSec);
            return (found.operatorNo, found.roles, dutyKey);
        }
    }

    function _actor(address actionKey)
        internal
        view
        returns (uint32 nodeNo, uint32 operatorNo, uint8 roles)
    {
        Actor memory found = _book.actors[actionKey];
        Operator storage owner = _book.operators[found.operatorNo];
        if (
            !found.active || !Books.isServing(found) || owner.status == OperatorStatus.Exited
                || owner.suspendedUntilSec > block.timestamp
                || owner.jailedUntilSec > block.timestamp
        ) return (0, 0, 0);
        return (found.nodeNo, found.operatorNo, found.roles);
    }

    /// @dev From when the bond is free: by the longest of the unbonding times of then, of now and of any between, since
    /// what was claimed under longer windows is judged in these.
    function _freeAtSec(uint32 operatorNo) internal view returns (uint40 freeAtSec) {
        freeAtSec = _book.operators[operatorNo].exitAtSec;
        if (freeAtSec == 0) return 0;
        uint40 leftAtSec = _book.leftAtSec[operatorNo];
        freeAtSec = _later(freeAtSec, leftAtSec + _book.parameters.unbondingSec);
        for (uint256 i = _book.pastTerms.length; i > 0; --i) {
            UnbondingTerm memory term = _book.pastTerms[i - 1];
            // No unbonding is longer than that.
            if (term.untilSec + ParameterBounds.LONGEST_UNBONDING_SEC <= leftAtSec) break;
            uint40 fromSec = term.untilSec < leftAtSec ? term.untilSec : leftAtSec;
            freeAtSec = _later(freeAtSec, fromSec + term.unbondingSec);
        }
    }

    function _later(uint40 a, uint40 b) private pure returns (uint40) {
        return a > b ? a : b;
    }

    function _statusOf(uint32 operatorNo) internal view returns (OperatorStatus) {
        Operator storage found = _book.operators[operatorNo];
        if (found.status != OperatorStatus.Active) return found.status;
        if (found.suspendedUntilSec > block.timestamp) return OperatorStatus.Suspended;
        return
            found.jailedUntilSec > block.timestamp ? OperatorStatus.Jailed : OperatorStatus.Active;
    }

    function _requirePresent(uint32 operatorNo) internal view {
        _book.requireKnown(operatorNo);
        OperatorStatus status = _book.operators[operatorNo].status;
        require(status != OperatorStatus.Exited, WrongStatus(operatorNo, status));
    }

    function _suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) private {
        _book.operators[operatorNo].suspendedUntilSec = untilSec;
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Suspended, untilSec, reasonHash);
    }

    /// @dev One that holds a seat leaves the list when the next generation opens.
    function _exit(uint32 operatorNo, bytes32 reasonHash) private {
        _book.operators[operatorNo].status = OperatorStatus.Exiting;
        uint40 exitAtSec;
        if (!_book.isSeated(operatorNo)) {
            exitAtSec = _book.endSeat(operatorNo);
            _unlist(operatorNo);
        }
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Exiting, exitAtSec, reasonHash);
    }

    /// @dev Keeps the order of those that stay.
    function _unlist(uint32 operatorNo) private {
        uint256 last = _book.seatable.length - 1;
        bool found;
        for (uint256 i; i < last; ++i) {
            found = found || _book.seatable[i] == operatorNo;
            if (found) _book.seatable[i] = _book.seatable[i + 1];
        }
        _book.seatable.pop();
    }
}
