// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IExecutionsTypes } from "./IExecutions.sol";

interface IGatewayTypes {
    enum Skip {
        None,
        LeaseNotHeld,
        IntentNotLive,
        NotPermitted,
        AlreadyDone,
        ForbiddenTarget,
        OutOfGas
    }

    /// @notice One on-chain step of one execution, with its two proofs (spec 03).
    /// @param index Position of `item` in its batch.
    /// @param planHash SHA-256 of the plan's canonical JSON.
    /// @param permissionIndex Position in the plan's permission tree.
    struct Action {
        uint64 batchNo;
        uint16 index;
        IExecutionsTypes.Item item;
        bytes32[] itemPath;
        uint16 step;
        address target;
        uint256 valueWei;
        bytes callData;
        bytes32 planHash;
        bytes32 stepsRoot;
        uint16 permissionIndex;
        uint16 permissionCount;
        bytes32[] permissionPath;
    }
}

interface IGatewayEvents {
    /// @param returned The first 1,024 bytes of what the target returned.
    event Acted(
        bytes32 indexed executionId,
        uint16 indexed step,
        address indexed vault,
        uint32 nodeNo,
        address target,
        uint256 valueWei,
        bytes32 callDataHash,
        bytes returned
    );
    /// @notice The target reverted; the step is still free and may be tried again inside the lease.
    /// @param returned The first 1,024 bytes of the revert's data.
    event ActionReverted(
        bytes32 indexed executionId, uint16 indexed step, uint32 nodeNo, bytes returned
    );
    event ActionSkipped(
        bytes32 indexed executionId, uint16 indexed step, IGatewayTypes.Skip reason
    );
    /// @notice An earlier attempt did it; the node of this batch wants the same and answers for it from now on.
    event ActionAdopted(
        bytes32 indexed executionId, uint16 indexed step, uint32 nodeNo, uint64 batchNo
    );
    event VaultCreated(address indexed owner, address vault);
}

interface IGatewayErrors {
    error NotANode(address sender);
    error TooManyActions(uint256 count, uint256 limit);
}

/// @title Gateway: the only door through which nodes act for users.
interface IGateway is IGatewayTypes, IGatewayEvents, IGatewayErrors {
    /// @notice By a node's action key. Skips what is not allowed; a reverting target hurts only itself.
    /// @return done Bitmap of the actions that took effect.
    function act(Action[] calldata actions) external returns (uint256 done);
    function createVault(address owner) external returns (address vault);
    function vaultOf(address owner) external view returns (address vault);
    function isVault(address account) external view returns (bool);
    /// @notice What no action may call: Deed's own contracts, and every vault.
    function isForbidden(address target) external view returns (bool);
    function isDone(bytes32 executionId, uint16 step) external view returns (bool);
    /// @notice Whose claim answers for a step that was done: the one that did it, or the latest that adopted it.
    /// @return batchNo 0 when it is not done.
    function doneBy(bytes32 executionId, uint16 step)
        external
        view
        returns (uint64 batchNo, uint16 index, uint8 attempt);
    /// @notice Gas that every target gets.
    function targetGas() external view returns (uint256);
}

interface IVaultErrors {
    error NotAllowed(address sender);
    error NoCode(address target);
}

interface IVaultEvents {
    event Received(address indexed from, uint256 amountWei);
}

/// @title Vault: a user's own account contract. Its owner can do everything with it, without us.
interface IVault is IVaultErrors, IVaultEvents {
    function owner() external view returns (address);
    /// @notice By the gateway or the owner. Bubbles the target's revert; a call with data needs code at the target.
    function execute(address target, uint256 valueWei, bytes calldata data)
        external
        returns (bytes memory);
}
