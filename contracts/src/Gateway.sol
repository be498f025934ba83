// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutions } from "./interfaces/IExecutions.sol";
import { IGateway, IVault } from "./interfaces/IGateway.sol";
import { IIntents } from "./interfaces/IIntents.sol";
import { IRegistry } from "./interfaces/IRegistry.sol";
import { CappedCall } from "./libraries/CappedCall.sol";
import { Leaves } from "./libraries/Leaves.sol";
import { Merkle } from "./libraries/Merkle.sol";
import { Clones } from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title Gateway: the only door through which nodes act for users (spec 09).
contract Gateway is IGateway {
    uint256 private constant MAX_ACTIONS = 256;
    /// @dev The same for every target: a node that could give less could make an action fail.
    uint256 private constant TARGET_GAS = 1_600_000;
    uint256 private constant MAX_RETURNED_BYTES = 1024;
    /// @dev What a vault needs around the target's call, value transfer to a new account included; its copies
    /// of call data and returned data cost at most a unit for each byte.
    uint256 private constant VAULT_GAS = 60_000;
    /// @dev Making a vault.
    uint256 private constant CREATE_GAS = 120_000;
    /// @dev Checking one action.
    uint256 private constant JUDGE_GAS = 100_000;
    /// @dev Stays here after a call: for the log of its result, and for a log of every action that follows.
    uint256 private constant RESULT_GAS = 50_000;
    uint256 private constant SKIP_GAS = 5_000;

    IRegistry private immutable _registry;
    IIntents private immutable _intents;
    IExecutions private immutable _executions;
    address private immutable _vaultImplementation;

    mapping(address account => bool) private _isVault;
    mapping(address target => bool) private _isForbidden;
    /// @dev batchNo << 24 | index << 8 | attempt of who answers for the action; 0 when it is not done.
    mapping(bytes32 key => uint256 place) private _doneBy;

    /// @param forbidden What no action may call: all of Deed's contracts, those above included or not.
    constructor(
        IRegistry registry,
        IIntents intents,
        IExecutions executions,
        address vaultImplementation,
        address[] memory forbidden
    ) {
        _registry = registry;
        _intents = intents;
        _executions = executions;
        _vaultImplementation = vaultImplementation;
        _isForbidden[address(this)] = true;
        _isForbidden[address(registry)] = true;
        _isForbidden[address(intents)] = true;
        _isForbidden[address(executions)] = true;
        _isForbidden[vaultImplementation] = true;
        for (uint256 i; i < forbidden.length; ++i) {
            _isForbidden[forbidden[i]] = true;
        }
    }

    /// @inheritdoc IGateway
    function act(Action[] calldata actions) external returns (uint256 done) {
        uint256 count = actions.length;
        require(count <= MAX_ACTIONS, TooManyActions(count, MAX_ACTIONS));
        (uint32 nodeNo,,) = _registry.actor(msg.sender);
        require(nodeNo != 0, NotANode(msg.sender));
        for (uint256 i; i < count; ++i) {
            uint256 reserveGas = RESULT_GAS + (count - i) * SKIP_GAS;
            if (_perform(actions[i], nodeNo, reserveGas)) done |= 1 << i;
        }
    }

    /// @inheritdoc IGateway
    function createVault(address owner) external returns (address vault) {
        return _vaultFor(owner);
    }

    /// @inheritdoc IGateway
    function vaultOf(address owner) public view returns (address vault) {
        return Clones.predictDeterministicAddressWithImmutableArgs(
            _vaultImplementation, abi.encodePacked(owner), _salt(owner)
        );
    }

    /// @inheritdoc IGateway
    function isVault(address account) external view returns (bool) {
        return _isVault[account];
    }

    /// @inheritdoc IGateway
    function isForbidden(address target) public view returns (bool) {
        return _isForbidden[target] || _isVault[target];
    }

    /// @inheritdoc IGateway
    function isDone(bytes32 executionId, uint16 step) external view returns (bool) {
        return _doneBy[_key(executionId, step)] != 0;
    }

    /// @inheritdoc IGateway
    function doneBy(bytes32 executionId, uint16 step)
        external
        view
        returns (uint64 batchNo, uint16 index, uint8 attempt)
    {
        uint256 place = _doneBy[_key(executionId, step)];
        return (uint64(place >> 24), uint16(place >> 8), uint8(place));
    }

    /// @inheritdoc IGateway
    function targetGas() external pure returns (uint256) {
        return TARGET_GAS;
    }

    function _perform(Action calldata action, uint32 nodeNo, uint256 reserveGas)
        private
        returns (bool)
    {
        (Skip reason, address owner) = gasleft() < JUDGE_GAS + reserveGas
            ? (Skip.OutOfGas, address(0))
            : _judge(action, nodeNo, reserveGas);
        if (reason == Skip.AlreadyDone) return _adopt(action, nodeNo);
        if (reason != Skip.None) {
            emit ActionSkipped(action.item.executionId, action.step, reason);
            return false;
        }
        bytes32 key = _key(action.item.executionId, action.step);
        // Before the call: a target that comes back finds its step taken.
        _doneBy[key] = _place(action);
        address vault = _vaultFor(owner);
        (bool success, bytes memory returned) = CappedCall.perform(
            vault,
            abi.encodeCall(IVault.execute, (action.target, action.valueWei, action.callData)),
            _callGas(action),
            MAX_RETURNED_BYTES
        );
        if (success) {
            _emitActed(action, vault, nodeNo, returned);
        } else {
            delete _doneBy[key];
            emit ActionReverted(action.item.executionId, action.step, nodeNo, returned);
        }
        return success;
    }

    /// @dev The holder of a later attempt wants what an earlier one did: it answers for it from now on.
    function _adopt(Action calldata action, uint32 nodeNo) private returns (bool) {
        bytes32 key = _key(action.item.executionId, action.step);
        uint256 place = _place(action);
        if (_doneBy[key] == place) {
            emit ActionSkipped(action.item.executionId, action.step, Skip.AlreadyDone);
        } else {
            _doneBy[key] = place;
            emit ActionAdopted(action.item.executionId, action.step, nodeNo, action.batchNo);
        }
        return false;
    }

    function _emitActed(Action calldata action, address vault, uint32 nodeNo, bytes memory returned)
        private
    {
        emit Acted(
            action.item.executionId,
            action.step,
            vault,
            nodeNo,
            action.target,
            action.valueWei,
            keccak256(action.callData),
            returned
        );
    }

    /// @dev In the order of spec 09.
    function _judge(Action calldata action, uint32 nodeNo, uint256 reserveGas)
        private
        view
        returns (Skip reason, address owner)
    {
        (bool held, uint32 holder) =
            _executions.holds(action.batchNo, action.index, action.item, action.itemPath);
        if (!held || holder != nodeNo) return (Skip.LeaseNotHeld, owner);
        (bool live, bytes32 planRoot, address found) = _intents.authority(action.item.intentNo);
        if (!_isPermitted(action, planRoot)) return (Skip.NotPermitted, owner);
        if (_doneBy[_key(action.item.executionId, action.step)] != 0) {
            return (Skip.AlreadyDone, owner);
        }
        if (!live) return (Skip.IntentNotLive, owner);
        address target = action.target;
        if (isForbidden(target)) return (Skip.ForbiddenTarget, owner);
        if (!_isVault[vaultOf(found)]) reserveGas += CREATE_GAS;
        // A call gets at most 63/64 of what is left: with less, the target would fail for want of gas that
        // the node withheld.
        if (gasleft() < _callGas(action) * 64 / 63 + reserveGas) return (Skip.OutOfGas, owner);
        return (Skip.None, found);
    }

    function _isPermitted(Action calldata action, bytes32 planRoot) private pure returns (bool) {
        bytes32 leaf = Leaves.permission(
            action.step,
            action.target,
            action.valueWei,
            keccak256(action.callData),
            Leaves.MODE_LITERAL
        );
        bytes32 permissionsRoot = Merkle.rootFrom(
            leaf, action.permissionIndex, action.permissionCount, action.permissionPath
        );
        return permissionsRoot != 0
            && Leaves.planRoot(action.planHash, action.stepsRoot, permissionsRoot) == planRoot;
    }

    /// @dev The clone passes on 63/64 of what it has left, and so does the vault's code behind it.
    function _callGas(Action calldata action) private pure returns (uint256) {
        return TARGET_GAS * 4096 / 3969 + VAULT_GAS + action.callData.length;
    }

    function _vaultFor(address owner) private returns (address vault) {
        vault = vaultOf(owner);
        if (_isVault[vault]) return vault;
        _isVault[vault] = true;
        emit VaultCreated(owner, vault);
        Clones.cloneDeterministicWithImmutableArgs(
            _vaultImplementation, abi.encodePacked(owner), _salt(owner)
        );
    }

    function _salt(address owner) private pure returns (bytes32) {
        return bytes32(uint256(uint160(owner)));
    }

    function _place(Action calldata action) private pure returns (uint256) {
        return (uint256(action.batchNo) << 24) | (uint256(action.index) << 8) | action.item.attempt;
    }

    function _key(bytes32 executionId, uint16 step) private pure returns (bytes32) {
        return keccak256(abi.encode(executionId, step));
    }
}
