// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import { IBeacon } from "../interfaces/IBeacon.sol";
import { IDisputes } from "../interfaces/IDisputes.sol";
import { IExecutions } from "../interfaces/IExecutions.sol";
import { IIntents } from "../interfaces/IIntents.sol";
import { IRegistry } from "../interfaces/IRegistry.sol";
import { Bits } from "../libraries/Bits.sol";
import { BatchSlot, Modules, State } from "./State.sol";

/// @dev What the parts of Executions share.
abstract contract ExecutionsStore is IExecutions, EIP712 {
    IRegistry internal immutable _registry;
    IIntents internal immutable _intents;
    IBeacon internal immutable _beacon;
    IDisputes internal immutable _disputes;

    State internal _state;

    constructor(IRegistry registry, IIntents intents, IBeacon beacon, IDisputes disputes)
        EIP712("Deed", "1")
    {
        _registry = registry;
        _intents = intents;
        _beacon = beacon;
        _disputes = disputes;
    }

    /// @inheritdoc IExecutions
    function batch(uint64 batchNo) external view returns (Batch memory) {
        return BatchSlot.load(_state, batchNo);
    }

    /// @inheritdoc IExecutions
    function batchCount() external view returns (uint64) {
        return _state.batchCount;
    }

    /// @inheritdoc IExecutions
    function rootWord(uint64 batchNo) external view returns (bytes32) {
        return _state.roots[batchNo];
    }

    /// @inheritdoc IExecutions
    function posted(uint64 batchNo) external view returns (uint256) {
        return BatchSlot.posted(_state, batchNo, BatchSlot.load(_state, batchNo));
    }

    /// @inheritdoc IExecutions
    function disputed(uint64 batchNo) external view returns (uint256) {
        return _state.disputed[batchNo];
    }

    /// @inheritdoc IExecutions
    function pending(uint64 batchNo) external view returns (uint256) {
        return _state.pending[batchNo];
    }

    /// @inheritdoc IExecutions
    function voided(uint64 batchNo) external view returns (uint256) {
        return _state.voided[batchNo];
    }

    /// @inheritdoc IExecutions
    function isFinal(uint64 batchNo, uint16 index) external view returns (bool) {
        Batch memory found = BatchSlot.load(_state, batchNo);
        // Draw 0 judges all that is posted; what it left open is pending from then on.
        if (found.status != BatchStatus.Settled && found.draw == 0) return false;
        uint256 open = _state.disputed[batchNo] | _state.pending[batchNo] | _state.voided[batchNo];
        return
            index < found.count && Bits.has(BatchSlot.posted(_state, batchNo, found) & ~open, index);
    }

    /// @inheritdoc IExecutions
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    function _modules() internal view returns (Modules memory) {
        return Modules(_registry, _beacon, _disputes, _domainSeparatorV4());
    }
}
