// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistry } from "./interfaces/IRegistry.sol";
import { Generations } from "./registry/Generations.sol";
import { Rules } from "./registry/Rules.sol";
import { EIP712 } from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

/// @title Registry: operators, nodes, bonds, roles, CA hashes, runtimes, generations.
contract Registry is Generations {
    constructor(
        address council_,
        Parameters memory parameters_,
        address executions,
        address beacon,
        address disputes
    ) EIP712("Deed", "1") Rules(council_, parameters_, executions, beacon, disputes) { }

    /// @inheritdoc IRegistry
    function domainSeparator() external view returns (bytes32) {
        return _domainSeparatorV4();
    }
}
