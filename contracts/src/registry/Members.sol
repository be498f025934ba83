// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistry } from "../interfaces/IRegistry.sol";
import { CaBinding } from "./CaBinding.sol";
import { Rules } from "./Rules.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title The registry's operators and nodes: admission, keys, standing.
/// @notice A key is seen once: it serves one node or one operator, and one purpose, for ever.
abstract contract Members is Rules, EIP712 {
    /// @dev Bounds the loop over operators when a generation opens.
    uint256 internal constant MAX_OPERATORS = 128;

    /// @dev How many active nodes of each role an operator has.
    struct Capacity {
        uint16 executors;
        uint16 verifiers;
    }

    /// @dev Whose action key it is: what is asked at every claim and action.
    struct Actor {
        uint32 nodeNo;
        uint32 operatorNo;
        uint8 roles;
        bool active;
    }

    mapping(uint32 operatorNo => Operator) internal _operators;
    mapping(uint32 operatorNo => Capacity) internal _capacityOf;
    /// @dev Operators that may hold a seat or still hold one; ascending.
    uint32[] internal _seatable;
    /// @dev When the last seat of one that leaves ended.
    mapping(uint32 operatorNo => uint40) private _leftAtSec;
    mapping(uint32 nodeNo => Node) private _nodes;
    mapping(uint32 nodeNo => uint40) private _switchedOffAtSec;
    mapping(address actionKey => Actor) private _actors;
    mapping(address key => bool) private _seen;
    mapping(bytes32 caHash => bool) private _caSeen;
    uint32 private _operatorCount;
    uint32 private _nodeCount;

    modifier onlyCold(uint32 operatorNo) {
        _requireKnown(operatorNo);
        _requireCold(operatorNo);
        _;
    }

    /// @inheritdoc IRegistry
    function admit(
        address cold,
        address payout,
        bytes32 vettingHash,
        string calldata name,
        string calldata region,
        string calldata provider,
        string calldata metadataUri
    ) external onlyCouncil returns (uint32 operatorNo) {
        require(payout != address(0), EmptyField("payout"));
        require(vettingHash != 0, EmptyField("vettingHash"));
        require(bytes(name).length > 0, EmptyField("name"));
        require(_seatable.length < MAX_OPERATORS, TooManyOperators(MAX_OPERATORS));
        _use(cold);
        operatorNo = ++_operatorCount;
        _seatable.push(operatorNo);
        Operator storage admitted = _operators[operatorNo];
        admitted.cold = cold;
        admitted.payout = payout;
        admitted.status = OperatorStatus.Active;
        admitted.vettingHash = vettingHash;
        admitted.name = name;
        admitted.region = region;
        admitted.provider = provider;
        admitted.metadataUri = metadataUri;
        emit OperatorAdmitted(operatorNo, cold, vettingHash, name);
    }

    /// @inheritdoc IRegistry
    function replaceCold(uint32 operatorNo, address cold, address payout)
        external
        onlyCold(operatorNo)
    {
        require(payout != address(0), EmptyField("payout"));
        Operator storage changed = _operators[operatorNo];
        if (cold != changed.cold) _use(cold);
        changed.cold = cold;
        changed.payout = payout;
        emit ColdKeyChanged(operatorNo, cold, payout);
    }

    /// @inheritdoc IRegistry
    function addNode(uint32 operatorNo, Node calldata node_, bytes calldata caBinding)
        external
        onlyCold(operatorNo)
        returns (uint32 nodeNo)
    {
        OperatorStatus status = _operators[operatorNo].status;
        require(status == OperatorStatus.Active, WrongStatus(operatorNo, status));
        uint8 roles = node_.roles;
        require(roles != 0 && roles <= EXECUTOR | VERIFIER, BadRoles(roles));
        require(node_.keyTier <= HIGHEST_TIER, OutOfBounds("keyTier", node_.keyTier));
        _requireTier(roles, node_.keyTier);
        _use(node_.dutyKey);
        _use(node_.actionKey);
        _useCa(node_.caHash);
        CaBinding.check(
            _domainSeparatorV4(), operatorNo, node_.caHash, node_.endpoint, node_.dutyKey, caBinding
        );

        nodeNo = ++_nodeCount;
        _nodes[nodeNo] = node_;
        Node storage added = _nodes[nodeNo];
        added.operatorNo = operatorNo;
        added.active = true;
        _actors[node_.actionKey] = Actor(nodeNo, operatorNo, roles, true);
        _count(operatorNo, roles, true);
        emit NodeAdded(nodeNo, operatorNo, added);
    }

    /// @inheritdoc IRegistry
    function updateNode(
        uint32 nodeNo,
        string calldata endpoint,
        bytes32 caHash,
        bool active,
        bytes calldata caBinding
    ) external {
        Node storage changed = _nodes[nodeNo];
        uint32 operatorNo = changed.operatorNo;
        require(operatorNo != 0, UnknownNode(nodeNo));
        _requireCold(operatorNo);
        bool moved = keccak256(bytes(endpoint)) != keccak256(bytes(changed.endpoint));
        // A node whose duty key is lost can still be switched off: nothing is bound anew.
        if (moved || caHash != changed.caHash) {
            if (caHash != changed.caHash) _useCa(caHash);
            CaBinding.check(
                _domainSeparatorV4(), operatorNo, caHash, endpoint, changed.dutyKey, caBinding
            );
            changed.caHash = caHash;
            changed.endpoint = endpoint;
        }
        if (active != changed.active) {
            if (active) _requireTier(changed.roles, changed.keyTier);
            changed.active = active;
            _actors[changed.actionKey].active = active;
            if (!active) _switchedOffAtSec[nodeNo] = uint40(block.timestamp);
            _count(operatorNo, changed.roles, active);
        }
        emit NodeChanged(nodeNo, changed);
    }

    /// @inheritdoc IRegistry
    function suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) external {
        if (msg.sender != _council) {
            uint256 currentSec = _operators[operatorNo].suspendedUntilSec;
            _requireRestriction(untilSec, currentSec, GUARDED_SEC);
        }
        require(untilSec > block.timestamp, OutOfBounds("untilSec", untilSec));
        _requirePresent(operatorNo);
        _suspend(operatorNo, untilSec, reasonHash);
    }

    /// @inheritdoc IRegistry
    function reinstate(uint32 operatorNo, bytes32 reasonHash) external onlyCouncil {
        _requireKnown(operatorNo);
        OperatorStatus status = _statusOf(operatorNo);
        require(status == OperatorStatus.Suspended, WrongStatus(operatorNo, status));
        _operators[operatorNo].suspendedUntilSec = 0;
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Active, 0, reasonHash);
    }

    /// @inheritdoc IRegistry
    function remove(uint32 operatorNo, bytes32 reasonHash) external onlyCouncil {
        _requirePresent(operatorNo);
        _suspend(operatorNo, type(uint40).max, reasonHash);
        if (_operators[operatorNo].status == OperatorStatus.Active) _exit(operatorNo, reasonHash);
    }

    /// @inheritdoc IRegistry
    function requestExit(uint32 operatorNo) external onlyCold(operatorNo) {
        OperatorStatus status = _operators[operatorNo].status;
        require(status == OperatorStatus.Active, WrongStatus(operatorNo, _statusOf(operatorNo)));
        _exit(operatorNo, 0);
    }

    /// @inheritdoc IRegistry
    function operatorCount() external view returns (uint32) {
        return _operatorCount;
    }

    /// @inheritdoc IRegistry
    function nodeCount() external view returns (uint32) {
        return _nodeCount;
    }

    /// @inheritdoc IRegistry
    function operator(uint32 operatorNo) external view returns (Operator memory found) {
        found = _operators[operatorNo];
        found.status = _statusOf(operatorNo);
        found.exitAtSec = _freeAtSec(operatorNo);
    }

    /// @inheritdoc IRegistry
    function node(uint32 nodeNo) external view returns (Node memory) {
        return _nodes[nodeNo];
    }

    /// @inheritdoc IRegistry
    function nodeOfActionKey(address actionKey) external view returns (uint32) {
        return _actors[actionKey].nodeNo;
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
        Node storage found = _nodes[nodeNo];
        if (found.active || _switchedOffAtSec[nodeNo] >= sinceSec) {
            return (found.operatorNo, found.roles, found.dutyKey);
        }
    }

    function _actor(address actionKey)
        internal
        view
        returns (uint32 nodeNo, uint32 operatorNo, uint8 roles)
    {
        Actor memory found = _actors[actionKey];
        Operator storage owner = _operators[found.operatorNo];
        if (
            !found.active || owner.status == OperatorStatus.Exited
                || owner.suspendedUntilSec > block.timestamp
        ) return (0, 0, 0);
        return (found.nodeNo, found.operatorNo, found.roles);
    }

    /// @dev Does the operator hold a seat in the current generation?
    function _isSeated(uint32 operatorNo) internal view virtual returns (bool);

    /// @dev Its last seat ended now.
    function _endSeat(uint32 operatorNo) internal returns (uint40 exitAtSec) {
        _leftAtSec[operatorNo] = uint40(block.timestamp);
        exitAtSec = uint40(block.timestamp + _parameters.unbondingSec);
        _operators[operatorNo].exitAtSec = exitAtSec;
    }

    /// @dev From when the bond is free: by the longer of the unbonding times of then and now, since windows that
    /// became longer hold for what is not judged yet.
    function _freeAtSec(uint32 operatorNo) internal view returns (uint40 freeAtSec) {
        freeAtSec = _operators[operatorNo].exitAtSec;
        uint40 byNowSec = _leftAtSec[operatorNo] + _parameters.unbondingSec;
        if (freeAtSec != 0 && byNowSec > freeAtSec) freeAtSec = byNowSec;
    }

    function _statusOf(uint32 operatorNo) internal view returns (OperatorStatus) {
        Operator storage found = _operators[operatorNo];
        bool suspended = found.suspendedUntilSec > block.timestamp;
        return found.status == OperatorStatus.Active && suspended
            ? OperatorStatus.Suspended
            : found.status;
    }

    function _requireCold(uint32 operatorNo) private view {
        require(msg.sender == _operators[operatorNo].cold, NotCold(operatorNo, msg.sender));
    }

    function _requireKnown(uint32 operatorNo) internal view {
        require(_operators[operatorNo].status != OperatorStatus.None, UnknownOperator(operatorNo));
    }

    function _requirePresent(uint32 operatorNo) internal view {
        _requireKnown(operatorNo);
        OperatorStatus status = _operators[operatorNo].status;
        require(status != OperatorStatus.Exited, WrongStatus(operatorNo, status));
    }

    function _suspend(uint32 operatorNo, uint40 untilSec, bytes32 reasonHash) private {
        _operators[operatorNo].suspendedUntilSec = untilSec;
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Suspended, untilSec, reasonHash);
    }

    /// @dev One that holds a seat leaves the list when the next generation opens.
    function _exit(uint32 operatorNo, bytes32 reasonHash) private {
        _operators[operatorNo].status = OperatorStatus.Exiting;
        uint40 exitAtSec;
        if (!_isSeated(operatorNo)) {
            exitAtSec = _endSeat(operatorNo);
            _unlist(operatorNo);
        }
        emit OperatorStatusChanged(operatorNo, OperatorStatus.Exiting, exitAtSec, reasonHash);
    }

    /// @dev Keeps the order of those that stay.
    function _unlist(uint32 operatorNo) private {
        uint256 last = _seatable.length - 1;
        bool found;
        for (uint256 i; i < last; ++i) {
            found = found || _seatable[i] == operatorNo;
            if (found) _seatable[i] = _seatable[i + 1];
        }
        _seatable.pop();
    }

    function _count(uint32 operatorNo, uint8 roles, bool more) private {
        Capacity storage capacity = _capacityOf[operatorNo];
        if (roles & EXECUTOR != 0) {
            more ? ++capacity.executors : --capacity.executors;
        }
        if (roles & VERIFIER != 0) {
            more ? ++capacity.verifiers : --capacity.verifiers;
        }
    }

    function _use(address key) private {
        require(key != address(0) && !_isLedger(key), KeyNotAllowed(key));
        require(!_seen[key], KeyInUse(key));
        _seen[key] = true;
    }

    function _useCa(bytes32 caHash) private {
        require(caHash != 0, EmptyField("caHash"));
        require(!_caSeen[caHash], CaInUse(caHash));
        _caSeen[caHash] = true;
    }

    function _isLedger(address key) private view returns (bool) {
        return key == address(this) || key == _executions || key == _beacon || key == _disputes;
    }
}
