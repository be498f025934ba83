// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import { IRegistryErrors } from "./interfaces/IRegistry.sol";
import { TimelockController } from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title Timelock: the registry's council, and its own administrator.
/// @notice OpenZeppelin's, with its roles fixed: one proposer and canceller, anyone executes, nobody else administers.
contract Timelock is TimelockController {
    uint256 internal constant LONGEST_DELAY_SEC = 30 days;

    uint256 private immutable _shortestDelaySec;

    constructor(uint256 delaySec, address governance)
        TimelockController(delaySec, _only(governance), _only(address(0)), address(0))
    {
        require(
            delaySec != 0 && delaySec <= LONGEST_DELAY_SEC,
            IRegistryErrors.OutOfBounds("delaySec", delaySec)
        );
        _shortestDelaySec = delaySec;
    }

    /// @notice By itself only; never shorter than at the beginning, never so long that nobody could take it back.
    function updateDelay(uint256 delaySec) public override {
        require(
            delaySec >= _shortestDelaySec && delaySec <= LONGEST_DELAY_SEC,
            IRegistryErrors.OutOfBounds("delaySec", delaySec)
        );
        super.updateDelay(delaySec);
    }

    function _only(address one) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }
}
